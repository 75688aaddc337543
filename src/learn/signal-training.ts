/**
 * Trains the signal model: scaler and logistic regression on the train slice, temperature on the
 * calibrate slice, contest on the compare slice.
 *
 * Promises: a pure function of its arguments: the same bytes every time.
 * Never: lets the compare slice touch the model.
 */
import { assert } from '../base/assert.ts';
import { Rng } from '../base/rng.ts';
import type { TrainRequest } from '../core/fact.ts';
import { fitTemperature, priorOf } from './calibration.ts';
import { baseRateOf, forecast, judge, outcomeOf, type Trained } from './contest.ts';
import { type ExampleTable, labelsOf } from './example-table.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { fitLogistic, type LinearFit, linearLogits } from './logistic.ts';
import {
  type Importance,
  LOGISTIC_KIND,
  type LogisticModel,
  packLogistic,
  predictLogistic,
  unpackLogistic,
} from './logistic-model.ts';
import { fitScaler, type Scaler, standardise } from './scaler.ts';
import { CLASS_COUNT, meanLogLoss, rounded } from './scores.ts';
import { shuffle } from './shuffle.ts';
import { type Slices, sliceExamples } from './slices.ts';

/** `champion`: `championOf(state)` of the signal model; null when its version is 0. */
export function trainSignal(
  request: TrainRequest,
  table: ExampleTable,
  champion: Uint8Array | null,
): Trained {
  assert(request.model === 'signal-model', `a request for ${request.model}`);
  const defender = champion === null ? null : unpackLogistic(champion);
  const slices = sliceExamples(table, request.seenUntil ?? null);
  const scaler = fitScaler(table.features, slices.train, FEATURE_COUNT);
  const model = fitModel(table, slices, scaler);
  const row = (index: number) =>
    table.features.subarray(index * FEATURE_COUNT, (index + 1) * FEATURE_COUNT);
  const verdict = judge(table, slices.compare, {
    challenger: index => predictLogistic(model, scaler, row(index)),
    champion: defender && (index => predictLogistic(defender.model, defender.scaler, row(index))),
    baseRate: baseRateOf(table, slices),
  });
  const outcome = outcomeOf(request, verdict, { slices, rounds: 0 });
  if (!outcome.adopted) return { outcome, blob: null };
  const blob = packLogistic({
    model,
    scaler,
    importance: weightShares(model),
    permutation: permutationImportance({ request, table, slices, model, scaler }),
  });
  return { outcome, blob };
}

function fitModel(table: ExampleTable, slices: Slices, scaler: Scaler): LogisticModel {
  const inputs = standardise(table.features, scaler);
  const prior = priorOf(labelsOf(table, slices.train));
  const fit: LinearFit =
    slices.train.length === 0
      ? emptyFit(prior)
      : fitLogistic({
          inputs,
          columns: FEATURE_COUNT,
          rows: slices.train,
          labels: table.labels,
        });
  const logits = new Float64Array(slices.calibrate.length * CLASS_COUNT);
  slices.calibrate.forEach((index, place) => {
    const input = { values: inputs, start: index * FEATURE_COUNT };
    linearLogits(fit, input, { logits, at: place * CLASS_COUNT });
  });
  const temperature = fitTemperature(logits, labelsOf(table, slices.calibrate), prior);
  return { kind: LOGISTIC_KIND, ...fit, temperature, prior };
}

const emptyFit = (prior: readonly number[]): LinearFit => ({
  weights: prior.map(() => new Array<number>(FEATURE_COUNT).fill(0)),
  bias: [...prior],
});

/** Weights act on standardised columns, so their sizes compare. */
function weightShares(model: LogisticModel): Importance {
  const sizes = FEATURE_NAMES.map((_, column) =>
    model.weights.reduce((sum, weights) => sum + Math.abs(weights[column]!), 0),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return importanceOf(sizes.map(size => (total > 0 ? rounded(size / total) : 0)));
}

/** Breiman's permutation importance, on the slice that the model has never seen. */
function permutationImportance(of: {
  readonly request: TrainRequest;
  readonly table: ExampleTable;
  readonly slices: Slices;
  readonly model: LogisticModel;
  readonly scaler: Scaler;
}): Importance {
  const { table, model, scaler } = of;
  const rows = of.slices.compare;
  const rng = new Rng(of.request.seed);
  const values = new Float64Array(FEATURE_COUNT);
  const donors = rows.slice();
  const lossWithout = (column: number | null) =>
    meanLogLoss(
      forecast(table, rows, index => {
        const start = index * FEATURE_COUNT;
        values.set(table.features.subarray(start, start + FEATURE_COUNT));
        if (column !== null)
          values[column] = table.features[donorOf.get(index)! * FEATURE_COUNT + column]!;
        return predictLogistic(model, scaler, values);
      }),
    );
  const donorOf = new Map<number, number>();
  const whole = lossWithout(null);
  return importanceOf(
    FEATURE_NAMES.map((_, column) => {
      shuffle(donors, rng);
      rows.forEach((index, place) => {
        donorOf.set(index, donors[place]!);
      });
      return rounded(lossWithout(column) - whole);
    }),
  );
}

const importanceOf = (values: readonly number[]): Importance =>
  Object.fromEntries(FEATURE_NAMES.map((name, column) => [name, values[column]!]));
