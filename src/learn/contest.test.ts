import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Probabilities } from '../core/fact.ts';
import { baseRateOf, judge } from './contest.ts';
import { tableOf } from './example-table.ts';
import { plantedExamples } from './planted-example.ts';
import { sliceExamples } from './slices.ts';

const table = tableOf(plantedExamples({ count: 2400, seed: 6, rule: 'none' }));
const slices = sliceExamples(table, null);
const rows = slices.compare;
const baseRate = baseRateOf(table, slices);
const GOOD: Probabilities = [0.2, 0.5, 0.3];
/** Right by `share` of the time beyond chance, in every `every`th example. */
const knowing =
  (share: number, every = 1) =>
  (row: number) =>
    row % every === 0
      ? ([0, 1, 2].map(name =>
          name === table.labels[row] ? (1 + share) / (3 + share) : 1 / (3 + share),
        ) as unknown as Probabilities)
      : baseRate(row);

describe('a contest', () => {
  it('is against the base rate where there is no champion, else against the champion', () => {
    const alone = judge(table, rows, { challenger: knowing(1), champion: null, baseRate });
    assert.equal(alone.verdict, 'adopted');
    assert.ok(
      Math.abs(alone.gain.logLoss - (alone.baseRate.logLoss - alone.challenger.logLoss)) < 2e-6,
    );
    const beaten = judge(table, rows, { challenger: knowing(1), champion: knowing(2), baseRate });
    assert.equal(beaten.verdict, 'not clearly better');
    assert.ok(beaten.gain.logLoss < 0);
  });

  it('is not won by a gain within one standard error', () => {
    let clear = 0;
    for (const share of [0.002, 0.01, 0.05, 0.2, 0.5])
      for (const every of [1, 7, 50, 300]) {
        const by = { challenger: knowing(share, every), champion: () => GOOD, baseRate };
        const { gain, verdict } = judge(table, rows, by);
        const isClear = gain.logLoss > gain.error && gain.logLoss > 2e-4;
        assert.equal(verdict, isClear ? 'adopted' : 'not clearly better');
        if (isClear) clear += 1;
      }
    assert.ok(clear > 0);
  });

  it('is not won by what is equal to the champion', () => {
    const { verdict } = judge(table, rows, { challenger: baseRate, champion: baseRate, baseRate });
    assert.equal(verdict, 'not clearly better');
  });

  it('is undecided on fewer than 500 examples', () => {
    const by = { challenger: knowing(3), champion: null, baseRate };
    assert.equal(judge(table, rows.slice(0, 500), by).verdict, 'adopted');
    assert.equal(judge(table, rows.slice(0, 499), by).verdict, 'too few examples');
  });

  it('is undecided where many examples fall into the time of a few labels', () => {
    const crowd = plantedExamples({ count: 2400, seed: 6, rule: 'none' }).map(example => {
      const time = Math.floor(example.id / 200) * 60_000;
      return { ...example, time, labelledAt: time + 3_600_000 };
    });
    const crowded = tableOf(crowd);
    const all = Array.from({ length: 2400 }, (_, row) => row);
    const by = { challenger: knowing(3), champion: null, baseRate };
    const { verdict, gain } = judge(crowded, all, by);
    assert.equal(verdict, 'too few examples');
    assert.ok(gain.blocks < 5);
  });

  it('takes as the base rate what was known before the compare slice alone', () => {
    const seen = [...slices.train, ...slices.stop, ...slices.calibrate];
    const share = (label: number) =>
      (seen.filter(row => table.labels[row] === label).length + 1) / (seen.length + 3);
    baseRate(0).forEach((chance, label) => {
      assert.ok(Math.abs(chance - share(label)) < 1e-9);
    });
  });
});
