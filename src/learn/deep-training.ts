/**
 * Trains the deep signal model: learns on the train slice, ends by the stop slice, temperature on
 * the calibrate slice, contest on the compare slice.
 *
 * Promises: a pure function of its arguments: the same bytes every time. Goes on from the
 * champion's weights and moments when there is one. Never: lets the compare slice touch the model.
 */
import { assert } from '../base/assert.ts';
import { Rng } from '../base/rng.ts';
import type { TrainRequest } from '../core/fact.ts';
import { copyAdam, createAdam } from './adam.ts';
import { calibrated, fitTemperature, priorOf } from './calibration.ts';
import {
  baseRateOf,
  type Forecaster,
  judge,
  outcomeOf,
  type Trained,
  undecided,
} from './contest.ts';
import { labelsOf } from './example-table.ts';
import { packLstm, unpackLstm } from './lstm-blob.ts';
import { fitSequenceScaler, inputTable } from './lstm-inputs.ts';
import { BATCH, type Lesson, learn, type Weights } from './lstm-learning.ts';
import { type LstmModel, logitsOf, networkFor, SHAPE } from './lstm-model.ts';
import { initialParameters, parameterCount, partsOf } from './lstm-shape.ts';
import { sampleWeights } from './sample-weight.ts';
import type { Scaler } from './scaler.ts';
import { CLASS_COUNT } from './scores.ts';
import type { SequenceTable } from './sequence-table.ts';
import { type Slices, sliceExamples } from './slices.ts';

/** `champion`: `championOf(state)` of the deep signal model; null where it has no model. */
export function trainDeep(
  request: TrainRequest,
  table: SequenceTable,
  champion: Uint8Array | null,
): Trained {
  assert(request.model === 'deep-signal-model', `a request for ${request.model}`);
  const defender = champion === null ? null : unpackLstm(champion);
  const slices = sliceExamples(table, request.seenUntil ?? null);
  const nothing = undecided(request, table, slices);
  if (nothing !== null) return nothing;
  const scaler = fitSequenceScaler(table.sequences, slices.train);
  const gate = [...request.gate];
  const lesson = lessonOf(table, slices, { scaler, gate });
  const start =
    defender === null ? coldStart(request, lesson.prior) : warmStart(defender, { scaler, gate });
  const { epochs, ...weights } = learn(lesson, start, new Rng(request.seed));
  const model = calibrate({ ...weights, scaler, gate }, { table, slices, prior: lesson.prior });
  const verdict = judge(table, slices.compare, {
    challenger: forecasterOf(model, table, slices.compare),
    champion: defender && forecasterOf(defender, table, slices.compare),
    baseRate: baseRateOf(table, slices),
  });
  const outcome = outcomeOf(request, verdict, { slices, rounds: epochs });
  return { outcome, blob: outcome.adopted ? packLstm(model) : null };
}

/** How raw sequences become inputs. */
interface Lens {
  readonly scaler: Scaler;
  readonly gate: readonly number[];
}

function lessonOf(table: SequenceTable, slices: Slices, { scaler, gate }: Lens): Lesson {
  const { sequences, labels } = table;
  const { train, stop } = slices;
  const weights = sampleWeights(table, train);
  const prior = priorOf(labelsOf(table, train), weights);
  return { sequences, labels, inputs: inputTable(scaler, gate), train, weights, stop, prior };
}

/** Begins as the base rate, so that whatever is learned has to be learned from the features. */
const coldStart = (request: TrainRequest, prior: readonly number[]): Weights => ({
  parameters: initialParameters(SHAPE, request.seed, prior),
  adam: createAdam(parameterCount(SHAPE)),
});

/**
 * The champion's weights, rewritten so that they say the same of inputs that are standardised
 * and gated anew: old input = ratio × new input + shift, column by column.
 */
export function warmStart(champion: LstmModel, now: Lens): Weights {
  const { scaler, gate } = champion;
  const parameters = champion.parameters.slice();
  const [input, , bias, dense, denseBias] = partsOf(SHAPE);
  for (let column = 0; column < SHAPE.inputs; column += 1) {
    const scaleWas = scaler.scale[column]!;
    const moved = now.scaler.mean[column]! - scaler.mean[column]!;
    const shift = (gate[column]! * moved) / scaleWas;
    const ratio = (gate[column]! * now.scaler.scale[column]!) / (scaleWas * now.gate[column]!);
    // Both parts that look at the inputs: the recurrent layer and, at the last row, the shortcut.
    for (const [weights, biases, row] of [
      [input!, bias!, column],
      [dense!, denseBias!, SHAPE.hidden + column],
    ] as const) {
      const width = weights.shape[1]!;
      for (let unit = 0; unit < width; unit += 1) {
        const place = weights.start + row * width + unit;
        parameters[biases.start + unit]! += parameters[place]! * shift;
        parameters[place]! *= ratio;
      }
    }
  }
  return { parameters, adam: copyAdam(champion.adam) };
}

function calibrate(
  model: Omit<LstmModel, 'calibration'>,
  by: { readonly table: SequenceTable; readonly slices: Slices; readonly prior: readonly number[] },
): LstmModel {
  const { table, slices, prior } = by;
  const rows = slices.calibrate;
  const temperature = fitTemperature(logitsFor(model, table, rows), labelsOf(table, rows), prior);
  return { ...model, calibration: { temperature, prior } };
}

function logitsFor(
  model: Omit<LstmModel, 'calibration'>,
  { sequences }: SequenceTable,
  rows: readonly number[],
): Float64Array {
  const network = networkFor(BATCH);
  network.load(model.parameters);
  const inputs = inputTable(model.scaler, model.gate);
  return logitsOf(network, inputs, { sequences, rows, batch: BATCH });
}

/** What a model says of `rows`; of no others. */
function forecasterOf(model: LstmModel, table: SequenceTable, rows: readonly number[]): Forecaster {
  const logits = logitsFor(model, table, rows);
  const places = new Map(rows.map((row, place) => [row, place * CLASS_COUNT]));
  return row => calibrated(logits, places.get(row)!, model.calibration);
}
