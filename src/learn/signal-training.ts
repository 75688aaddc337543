/**
 * Trains the signal model: boosted trees on the train slice, ended by the stop slice, temperature
 * on the calibrate slice, contest on the compare slice.
 *
 * Promises: a pure function of its arguments: the same bytes every time.
 * Never: lets the compare slice touch the model.
 */
import { assert } from '../base/assert.ts';
import { Rng } from '../base/rng.ts';
import type { TrainRequest } from '../core/fact.ts';
import { valuesOf } from './boosted-bins.ts';
import { addVotes, gainShares } from './boosted-forest.ts';
import {
  BOOSTED_KIND,
  type BoostedModel,
  importanceOf,
  packTrained,
  predictBoosted,
  unpackTrained,
} from './boosted-model.ts';
import { permutationImportance } from './boosted-permutation.ts';
import { type BoostingRules, boost } from './boosting.ts';
import { fitTemperature, priorOf } from './calibration.ts';
import { baseRateOf, judge, outcomeOf, type Trained, undecided } from './contest.ts';
import { type ExampleTable, labelsOf, rowOf } from './example-table.ts';
import { FEATURE_COUNT } from './features.ts';
import { sampleWeights } from './sample-weight.ts';
import { fitScaler } from './scaler.ts';
import { CLASS_COUNT, rounded } from './scores.ts';
import { type Slices, sliceExamples } from './slices.ts';

/** Chosen by measure on recorded markets (docs/decisions/0020-boosted-trees.md). */
export const RULES: BoostingRules = {
  leavesMax: 16,
  depthMax: 4,
  rate: 0.05,
  shrinkage: 10,
  hessianMin: 10,
  roundsMax: 300,
  patience: 20,
  rowShare: 0.5,
  columnShare: 0.7,
};

/** `champion`: `championOf(state)` of the signal model; null when its version is 0. */
export function trainSignal(
  request: TrainRequest,
  table: ExampleTable,
  champion: Uint8Array | null,
): Trained {
  assert(request.model === 'signal-model', `a request for ${request.model}`);
  const defender = champion === null ? null : unpackTrained(champion);
  const slices = sliceExamples(table, request.seenUntil ?? null);
  const nothing = undecided(request, table, slices);
  if (nothing !== null) return nothing;
  const { model, rounds } = fitModel(table, slices, request);
  const verdict = judge(table, slices.compare, {
    challenger: index => predictBoosted(model, rowOf(table, index)),
    champion: defender && (index => predictBoosted(defender.model, rowOf(table, index))),
    baseRate: baseRateOf(table, slices),
  });
  const outcome = outcomeOf(request, verdict, { slices, rounds });
  if (!outcome.adopted) return { outcome, blob: null };
  const blob = packTrained({
    model,
    scaler: fitScaler(table.features, slices.train, FEATURE_COUNT),
    importance: importanceOf(gainShares(model.forest, FEATURE_COUNT).map(rounded)),
    permutation: permutationImportance(model, {
      table,
      rows: slices.compare,
      rng: new Rng(request.seed),
    }),
  });
  return { outcome, blob };
}

function fitModel(
  table: ExampleTable,
  slices: Slices,
  { seed, gate }: TrainRequest,
): { readonly model: BoostedModel; readonly rounds: number } {
  const { train, stop, calibrate } = slices;
  const sample = (rows: readonly number[]) => ({ rows, labels: labelsOf(table, rows) });
  const weights = sampleWeights(table, train);
  const prior = priorOf(labelsOf(table, train), weights);
  const values = valuesOf(table.features, FEATURE_COUNT);
  const lesson = {
    ...{ values, prior, gate },
    train: { ...sample(train), weights },
    stop: sample(stop),
  };
  const { forest, rounds } = boost(lesson, RULES, new Rng(seed));
  const logits = new Float64Array(calibrate.length * CLASS_COUNT);
  calibrate.forEach((row, place) => {
    const out = logits.subarray(place * CLASS_COUNT, (place + 1) * CLASS_COUNT);
    out.set(prior);
    addVotes(forest, rowOf(table, row), out);
  });
  const temperature = fitTemperature(logits, labelsOf(table, calibrate), prior);
  return { model: { kind: BOOSTED_KIND, prior, temperature, forest }, rounds };
}
