import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MINUTE_MS } from '../base/time.ts';
import { tableOf } from './example-table.ts';
import { PLANTED_START, plantedExamples } from './planted-example.ts';
import { fitScaler, standardise } from './scaler.ts';
import { longestLabelMs, sliceExamples } from './slices.ts';

const tableFor = (count: number, everyMinutes = 10) =>
  tableOf(plantedExamples({ count, seed: 1, rule: 'none', everyMinutes }));

describe('time slices', () => {
  it('never let a label, embargo included, reach into a later slice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 400 }),
        fc.integer({ min: 1, max: 30 }),
        (n, every) => {
          const table = tableFor(n, every);
          const { train, calibrate, compare } = sliceExamples(table, null);
          const embargo = longestLabelMs(table);
          const latest = (rows: readonly number[]) =>
            Math.max(...rows.map(row => table.labelledAt[row]! + embargo));
          const earliest = (rows: readonly number[]) =>
            Math.min(...rows.map(row => table.times[row]!));
          assert.ok(latest(train) <= earliest(calibrate));
          assert.ok(latest(calibrate) <= earliest(compare));
          assert.ok(latest(train) <= earliest(compare));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are about 60, 15 and 25 percent, less what is purged', () => {
    const { train, calibrate, compare } = sliceExamples(tableFor(2000), null);
    assert.equal(compare.length, 500);
    assert.ok(train.length <= 1200 && train.length > 1180, `${train.length}`);
    assert.ok(calibrate.length <= 300 && calibrate.length > 280, `${calibrate.length}`);
  });

  it('purge something: the last examples before a boundary are left out', () => {
    const { train, calibrate } = sliceExamples(tableFor(2000), null);
    assert.ok(train.at(-1)! < calibrate[0]! - 1);
  });

  it('compare only on what the champion has not seen, when enough is left', () => {
    const table = tableFor(2000);
    const seenUntil = PLANTED_START + 1800 * 10 * MINUTE_MS;
    const { compare } = sliceExamples(table, seenUntil);
    const embargo = longestLabelMs(table);
    assert.ok(compare.length >= 100 && compare.length < 200);
    assert.ok(compare.every(row => table.times[row]! >= seenUntil + embargo));
  });

  it('compare on the last quarter when too little is unseen', () => {
    const table = tableFor(2000);
    const seenUntil = PLANTED_START + 1950 * 10 * MINUTE_MS;
    assert.equal(sliceExamples(table, seenUntil).compare.length, 500);
  });

  it('of no examples at all are empty', () => {
    assert.deepEqual(sliceExamples(tableOf([]), 5), { train: [], calibrate: [], compare: [] });
  });
});

describe('the scaler', () => {
  it('looks at the given rows alone, and leaves a constant column at 0', () => {
    const matrix = Float64Array.from([1, 5, 3, 5, 100, 5]);
    const scaler = fitScaler(matrix, [0, 1], 2);
    assert.deepEqual(scaler, { mean: [2, 5], scale: [1, 1] });
    assert.deepEqual(Array.from(standardise(matrix, scaler)), [-1, 0, 1, 0, 98, 0]);
  });
});
