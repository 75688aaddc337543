import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../base/rng.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import type { Score, TrainOutcome, TrainVerdict } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import { columnMap } from '../core/feature-migration.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { driftFrom, foldLoss, isDrifting, noDrift } from './drift.ts';
import {
  foldExample,
  foldOutcome,
  foldRequest,
  forgetModel,
  noRetraining,
  type Retraining,
  retrainingToday,
  trainingTrigger,
} from './retraining.ts';

const SCORE: Score = { logLoss: 1, brier: 0.6, accuracy: 0.4, examples: 500, error: 0.02 };
const LABEL_MS = 2 * HOUR_MS;

/** Examples an hour apart from `from` on; each label takes two hours. */
function label(state: Retraining, from: number, count: number, loss: number | null = null): number {
  for (let index = 0; index < count; index += 1) {
    const time = from + index * HOUR_MS;
    foldExample(state, { time, labelledAt: time + LABEL_MS }, loss);
  }
  return from + (count - 1) * HOUR_MS + LABEL_MS;
}

const outcomeWith = (verdict: TrainVerdict, champion: Score | null): TrainOutcome => ({
  model: 'signal-model',
  time: 0,
  adopted: verdict === 'adopted',
  version: 1,
  through: 1,
  challenger: SCORE,
  champion,
  baseRate: SCORE,
  blob: null,
  verdict,
});

const BY_DEFAULT = DEFAULT_SETTINGS.learning.retrainEvery;
const view = (time: number, hasModel: boolean, retrainEvery = BY_DEFAULT) => ({
  ...{ retrainEvery, hasModel, examples: 5000, time },
});

const GATE = FEATURE_NAMES.map((_, column) => 1 + column / 10);

/** Trained at `time` with this end. */
function train(state: Retraining, time: number, verdict: TrainVerdict, champion: Score | null) {
  foldRequest(state, time);
  foldOutcome(state, outcomeWith(verdict, champion), { time, nextGate: GATE });
}

describe('a first training', () => {
  it('is due once half of the examples can compare, and not before', () => {
    const state = noRetraining();
    const time = label(state, 0, 999);
    assert.equal(trainingTrigger(state, { ...view(time, false), examples: 999 }), null);
    label(state, time, 1);
    assert.equal(trainingTrigger(state, { ...view(time, false), examples: 1000 }), 'no model');
  });

  it('that found nothing is tried again on examples that decided nothing, a day later at most', () => {
    const state = noRetraining();
    const time = label(state, 0, 1000);
    train(state, time, 'not clearly better', null);
    const soon = label(state, time, 501);
    assert.equal(trainingTrigger(state, view(soon, false)), null, 'two fall into the embargo');
    const later = label(state, soon, 1);
    assert.equal(trainingTrigger(state, view(later, false)), 'no model');
    assert.equal(trainingTrigger(state, view(time + DAY_MS - 1, false)), null, 'the same day');
  });
});

describe('a training that had too little to decide', () => {
  /** Answered with so many examples in the compare slice, and blocks of them. */
  const answered = (compare: number, blocks: number) => {
    const state = noRetraining();
    const first = label(state, 0, 1000);
    train(state, first, 'adopted', null);
    const time = label(state, first + 2 * LABEL_MS, 1000, 1.5);
    foldRequest(state, time);
    const slices = { train: 0, stop: 0, calibrate: 0, compare };
    const gain = { logLoss: 0, error: 0, blocks };
    foldOutcome(state, { ...outcomeWith('too few examples', null), slices, gain }, { time });
    return { state, time };
  };

  it('is tried again once what it lacked has come, and not before, even when it drifts', () => {
    for (const [compare, blocks, lacks] of [
      [420, 10, 80],
      [0, 0, 500],
      [800, 3, 200],
      [499, 4, 100],
    ] as const) {
      const { state, time } = answered(compare, blocks);
      const almost = label(state, time + DAY_MS, lacks - 1, 1.5);
      assert.equal(trainingTrigger(state, view(almost, true)), null, `${compare} ${blocks}`);
      const then = label(state, almost, 1, 1.5);
      assert.equal(trainingTrigger(state, view(then, true)), 'drift', `${compare} ${blocks}`);
    }
  });

  it('decides nothing: what was seen and the gate stay', () => {
    const { state } = answered(420, 10);
    assert.notEqual(state.gate, null);
    assert.ok(state.drift.sum > 0 && state.seenUntil !== null);
  });
});

describe('a model', () => {
  const chosen = (): { state: Retraining; time: number } => {
    const state = noRetraining();
    const time = label(state, 0, 1000);
    train(state, time, 'adopted', null);
    return { state, time };
  };

  it('is trained again after every so many examples', () => {
    const { state, time } = chosen();
    const almost = label(state, time, BY_DEFAULT - 1, 1);
    assert.equal(trainingTrigger(state, view(almost, true)), null);
    const then = label(state, almost, 1, 1);
    assert.equal(trainingTrigger(state, view(then, true)), 'examples');
  });

  it('never before the least that decides, whatever the settings say', () => {
    const { state, time } = chosen();
    const almost = label(state, time, 501, 1);
    assert.equal(trainingTrigger(state, view(almost, true, 10)), null);
    const then = label(state, almost, 1, 1);
    assert.equal(trainingTrigger(state, view(then, true, 10)), 'examples');
  });

  it('is trained again earlier when its log-loss has risen', () => {
    const { state, time } = chosen();
    const then = label(state, time, 510, 1.3);
    assert.equal(trainingTrigger(state, view(then, true)), 'drift');
  });

  it('is watched on examples alone that were opened after it was chosen', () => {
    const { state, time } = chosen();
    label(state, time - 400 * HOUR_MS, 400, 5);
    assert.equal(state.drift.sum, 0);
  });

  it('that is kept is measured against its newest score from then on', () => {
    const { state, time } = chosen();
    const then = label(state, time, 510, 1.3);
    train(state, then, 'not clearly better', { ...SCORE, logLoss: 1.3 });
    assert.deepEqual(state.drift, { sum: 0, mean: 1.3, deviation: 0.02 * Math.sqrt(500) });
  });

  it('that a release cannot read is forgotten: the next one is due at the next chance', () => {
    const { state, time } = chosen();
    forgetModel(state, 5000);
    assert.equal(trainingTrigger(state, view(time + DAY_MS, false)), 'no model');
    assert.equal(state.seenUntil, null);
  });

  it('comes back from what is written of it', () => {
    const { state, time } = chosen();
    label(state, time, 20, 1.4);
    const read = retrainingToday(columnMap(FEATURE_NAMES));
    assert.deepEqual(read(JSON.parse(JSON.stringify(state)), 'retraining'), state);
    assert.throws(() => read({ ...state, fresh: -1 }, 'retraining'), /fresh/);
  });

  it('is followed by one whose gate is as old as the decision, by name in another release', () => {
    const { state, time } = chosen();
    assert.deepEqual(state.gate, GATE);
    train(state, label(state, time, 10, 1), 'too few examples', SCORE);
    assert.deepEqual(state.gate, GATE, 'nothing was decided');
    const [first = '', ...others] = FEATURE_NAMES;
    const was = [...others, first];
    const read = retrainingToday(columnMap(was));
    assert.deepEqual(read({ ...state, gate: was.map((_, index) => index) }, 'retraining').gate, [
      was.length - 1,
      ...others.map((_, index) => index),
    ]);
    forgetModel(state, 5000);
    assert.equal(state.gate, null, 'all of its examples may decide the next one');
  });
});

describe('drift', () => {
  /** Examples until the alarm, where losses are normal around 1 + rise, deviation 0.5. */
  const runLength = (rise: number, seed: number, limit: number): number => {
    const drift = driftFrom({ ...SCORE, error: 0.5 / Math.sqrt(500) });
    const rng = new Rng(seedRng(seed));
    for (let example = 1; example <= limit; example += 1) {
      foldLoss(drift, 1 + rise + 0.5 * rng.nextNormal());
      if (isDrifting(drift)) return example;
    }
    return limit;
  };
  const mean = (rise: number, runs: number, limit: number): number => {
    let sum = 0;
    for (let seed = 1; seed <= runs; seed += 1) sum += runLength(rise, seed, limit);
    return sum / runs;
  };

  it('raises a false alarm about once in 11,000 examples', () => {
    const between = mean(0, 60, 60_000);
    assert.ok(between > 7000 && between < 16_000, `${between}`);
  });

  it('sees a rise by half a deviation after about ninety, by a tenth within a thousand', () => {
    const fast = mean(0.25, 40, 10_000);
    assert.ok(fast > 70 && fast < 110, `${fast}`);
    assert.ok(mean(0.05, 40, 10_000) < 1000);
  });

  it('is nothing without a model, or without a deviation to measure by', () => {
    const none = noDrift();
    for (let example = 0; example < 1000; example += 1) foldLoss(none, 9);
    assert.deepEqual(none, noDrift());
    const { error: _, ...unmeasured } = SCORE;
    assert.equal(driftFrom(unmeasured).deviation, 0);
  });
});
