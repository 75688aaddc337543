/**
 * Trains the deep signal model: Adam on minibatches of the train slice, early stopping on the stop
 * slice, temperature on the calibrate slice, contest on the compare slice.
 *
 * Promises: a pure function of its arguments: the same bytes every time. Goes on from the
 * champion's weights and moments when there is one. Never: lets the compare slice touch the model.
 */
import { assert } from '../base/assert.ts';
import { Rng } from '../base/rng.ts';
import type { TrainRequest } from '../core/fact.ts';
import { type Adam, copyAdam, createAdam, stepAdam } from './adam.ts';
import { calibratedLoss, fitTemperature, priorOf } from './calibration.ts';
import { baseRateOf, judge, outcomeOf, type Trained } from './contest.ts';
import { createNetwork, initialParameters, layoutOf, type Network } from './dense.ts';
import {
  ARCHITECTURE,
  type DenseModel,
  INPUT_COUNT,
  PARAMETER_COUNT,
  packDense,
  predictDenseModel,
  unpackDense,
  writeInputs,
} from './dense-model.ts';
import { type ExampleTable, labelsOf } from './example-table.ts';
import { FEATURE_COUNT } from './features.ts';
import { fitScaler, joinScalers, type Scaler } from './scaler.ts';
import { CLASS_COUNT } from './scores.ts';
import { shuffle } from './shuffle.ts';
import { type Slices, sliceExamples } from './slices.ts';

const BATCH_SIZE = 32;
/** Epochs without a better stop loss before training ends. */
const PATIENCE = 5;
/** From scratch it has everything to learn; the champion only a few hundred new examples. */
const COLD = { epochs: 30, rate: 0.01 } as const;
const WARM = { epochs: 3, rate: 0.003 } as const;
/** Weights shrink by rate × this at each batch (decoupled decay, Loshchilov & Hutter 2019). */
const DECAY = 1;

/** What training moves. */
interface Weights {
  readonly parameters: Float32Array;
  readonly adam: Adam;
}

interface Lesson {
  readonly table: ExampleTable;
  readonly slices: Slices;
  /** Row-major, INPUT_COUNT columns. */
  readonly inputs: Float64Array;
  readonly prior: readonly number[];
}

/** `champion`: `championOf(state)` of the deep signal model; null when its version is 0. */
export function trainDeep(
  request: TrainRequest,
  table: ExampleTable,
  champion: Uint8Array | null,
): Trained {
  assert(request.model === 'deep-signal-model', `a request for ${request.model}`);
  const defender = champion === null ? null : unpackDense(champion);
  const slices = sliceExamples(table, request.seenUntil ?? null);
  const lesson = lessonOf(table, slices, request.gate);
  const { scaler, gate } = lesson;
  const start =
    defender === null
      ? coldStart(request, lesson.prior)
      : warmStart(defender.model, { scaler, gate });
  const pace = defender === null ? COLD : WARM;
  const { epochs, ...weights } = learn(lesson, start, { ...pace, rng: new Rng(request.seed) });
  const temperature = fitTemperature(
    logitsOf(lesson, slices.calibrate, weights.parameters),
    labelsOf(table, slices.calibrate),
    lesson.prior,
  );
  const calibration = { temperature, prior: lesson.prior };
  const model: DenseModel = { ...weights, scaler, gate, calibration };
  const verdict = judge(table, slices.compare, {
    challenger: row => predictRow(model, table, row),
    champion: defender && (row => predictRow(defender.model, table, row)),
    baseRate: baseRateOf(table, slices),
  });
  const outcome = outcomeOf(request, verdict, { slices, rounds: epochs });
  const blob = outcome.adopted ? packDense({ model, seenUntil: request.time }) : null;
  return { outcome, blob };
}

function lessonOf(
  table: ExampleTable,
  slices: Slices,
  gate: readonly number[],
): Lesson & { readonly scaler: Scaler; readonly gate: readonly number[] } {
  const scaler = joinScalers(
    fitScaler(table.features, slices.train, FEATURE_COUNT),
    fitScaler(table.context, slices.train, FEATURE_COUNT),
  );
  const inputs = new Float64Array(table.count * INPUT_COUNT);
  const { features, context } = table;
  for (let row = 0; row < table.count; row += 1)
    writeInputs(
      { scaler, gate },
      { features, context, start: row * FEATURE_COUNT },
      { matrix: inputs, at: row * INPUT_COUNT },
    );
  const prior = priorOf(labelsOf(table, slices.train));
  return { table, slices, inputs, prior, scaler, gate: [...gate] };
}

/** Begins as the base rate, so that whatever is learned has to be learned from the features. */
function coldStart(request: TrainRequest, prior: readonly number[]): Weights {
  const parameters = initialParameters(ARCHITECTURE, request.seed);
  parameters.set(prior, layoutOf(ARCHITECTURE).outputBias);
  return { parameters, adam: createAdam(PARAMETER_COUNT) };
}

/**
 * The champion's weights, rewritten so that they say the same of inputs that are standardised
 * and gated anew: old input = ratio × new input + shift, column by column.
 */
export function warmStart(
  champion: DenseModel,
  now: { readonly scaler: Scaler; readonly gate: readonly number[] },
): Weights {
  const parameters = champion.parameters.slice();
  const { hiddenBias } = layoutOf(ARCHITECTURE);
  for (let unit = 0; unit < ARCHITECTURE.hidden; unit += 1) {
    let bias = parameters[hiddenBias + unit]!;
    for (let input = 0; input < INPUT_COUNT; input += 1) {
      const gateWas = champion.gate[input % FEATURE_COUNT]!;
      const gateIs = now.gate[input % FEATURE_COUNT]!;
      const scaleWas = champion.scaler.scale[input]!;
      const place = unit * INPUT_COUNT + input;
      const weight = parameters[place]!;
      const meanMoved = now.scaler.mean[input]! - champion.scaler.mean[input]!;
      bias += (weight * gateWas * meanMoved) / scaleWas;
      parameters[place] = (weight * gateWas * now.scaler.scale[input]!) / (scaleWas * gateIs);
    }
    parameters[hiddenBias + unit] = bias;
  }
  return { parameters, adam: copyAdam(champion.adam) };
}

/** Returns the weights with the least stop loss, and after how many epochs; the start counts. */
function learn(
  lesson: Lesson,
  start: Weights,
  pace: { readonly epochs: number; readonly rate: number; readonly rng: Rng },
): Weights & { readonly epochs: number } {
  const { parameters, adam } = start;
  const network = createNetwork(ARCHITECTURE, parameters);
  const order = lesson.slices.train.slice();
  let best = { parameters: parameters.slice(), adam: copyAdam(adam), epochs: 0 };
  let bestLoss = lossOf(lesson, parameters);
  let worse = 0;
  for (let epoch = 0; epoch < pace.epochs && worse < PATIENCE; epoch += 1) {
    shuffle(order, pace.rng);
    for (let from = 0; from < order.length; from += BATCH_SIZE) {
      const rows = order.slice(from, from + BATCH_SIZE);
      learnBatch(lesson, rows, network);
      decay(parameters, pace.rate * DECAY);
      stepAdam(adam, parameters, { gradient: network.gradient, rate: pace.rate });
    }
    const loss = lossOf(lesson, parameters);
    worse = loss < bestLoss ? 0 : worse + 1;
    if (loss < bestLoss) {
      bestLoss = loss;
      best = { parameters: parameters.slice(), adam: copyAdam(adam), epochs: epoch + 1 };
    }
  }
  return best;
}

/** Leaves the mean gradient of the batch in the network. */
function learnBatch(lesson: Lesson, rows: readonly number[], network: Network): void {
  const { gradient } = network;
  gradient.fill(0);
  for (const row of rows) {
    network.forward(lesson.inputs, row * INPUT_COUNT);
    network.backward(lesson.inputs, row * INPUT_COUNT, lesson.table.labels[row]!);
  }
  for (let index = 0; index < gradient.length; index += 1) gradient[index]! /= rows.length;
}

/** Biases are not shrunk: they hold the class frequencies. */
function decay(parameters: Float32Array, share: number): void {
  const { hiddenBias, outputWeights, outputBias } = layoutOf(ARCHITECTURE);
  for (let index = 0; index < hiddenBias; index += 1) parameters[index]! *= 1 - share;
  for (let index = outputWeights; index < outputBias; index += 1) parameters[index]! *= 1 - share;
}

function logitsOf(lesson: Lesson, rows: readonly number[], parameters: Float32Array): Float64Array {
  const network = createNetwork(ARCHITECTURE, parameters);
  const logits = new Float64Array(rows.length * CLASS_COUNT);
  rows.forEach((row, place) => {
    logits.set(network.forward(lesson.inputs, row * INPUT_COUNT), place * CLASS_COUNT);
  });
  return logits;
}

function lossOf(lesson: Lesson, parameters: Float32Array): number {
  const { stop } = lesson.slices;
  if (stop.length === 0) return 0;
  const calibration = { temperature: 1, prior: lesson.prior };
  const logits = logitsOf(lesson, stop, parameters);
  return calibratedLoss(logits, labelsOf(lesson.table, stop), calibration);
}

function predictRow(model: DenseModel, table: ExampleTable, row: number) {
  const start = row * FEATURE_COUNT;
  return predictDenseModel(
    model,
    table.features.subarray(start, start + FEATURE_COUNT),
    table.context.subarray(start, start + FEATURE_COUNT),
  );
}
