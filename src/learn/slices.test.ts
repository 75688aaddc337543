import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MINUTE_MS } from '../base/time.ts';
import { longestLabelMs, tableOf } from './example-table.ts';
import { PLANTED_START, plantedExamples } from './planted-example.ts';
import { fitScaler } from './scaler.ts';
import { COMPARE_MIN, sliceExamples } from './slices.ts';

const tableFor = (count: number, everyMinutes = 10) =>
  tableOf(plantedExamples({ count, seed: 1, rule: 'none', everyMinutes }));

const NAMES = ['train', 'stop', 'calibrate', 'compare'] as const;

describe('time slices', () => {
  it('never let a label, embargo included, reach into a later slice', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 1200 }),
        fc.integer({ min: 1, max: 30 }),
        fc.option(fc.integer({ min: 0, max: 1200 })),
        (n, every, seen) => {
          const table = tableFor(n, every);
          const seenUntil = seen === null ? null : PLANTED_START + seen * every * MINUTE_MS;
          const slices = sliceExamples(table, seenUntil);
          const embargo = longestLabelMs(table);
          const latest = (rows: readonly number[]) =>
            Math.max(...rows.map(row => table.labelledAt[row]! + embargo));
          const earliest = (rows: readonly number[]) =>
            Math.min(...rows.map(row => table.times[row]!));
          NAMES.forEach((name, index) => {
            for (const later of NAMES.slice(index + 1))
              assert.ok(latest(slices[name]) <= earliest(slices[later]), `${name}, ${later}`);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('compare the last quarter; the rest trains, stops and calibrates, less what is purged', () => {
    const { train, stop, calibrate, compare } = sliceExamples(tableFor(4000), null);
    assert.equal(compare.length, 1000);
    assert.ok(train.length <= 2100 && train.length > 2080, `${train.length}`);
    assert.ok(stop.length <= 450 && stop.length > 430, `${stop.length}`);
    assert.ok(calibrate.length <= 450 && calibrate.length > 430, `${calibrate.length}`);
  });

  it('compare on the least number that decides, where a quarter is fewer', () => {
    const { train, compare } = sliceExamples(tableFor(1100), null);
    assert.equal(compare.length, COMPARE_MIN);
    assert.ok(train.length > 400);
  });

  it('purge something: the last examples before a boundary are left out', () => {
    const { train, stop, calibrate, compare } = sliceExamples(tableFor(2000), null);
    assert.ok(train.at(-1)! < stop[0]! - 1);
    assert.ok(stop.at(-1)! < calibrate[0]! - 1);
    assert.ok(calibrate.at(-1)! < compare[0]! - 1);
  });

  it('compare on nothing that a decision has seen, however few are left', () => {
    const table = tableFor(2000);
    const embargo = longestLabelMs(table);
    for (const seen of [1400, 1800, 1950, 2100]) {
      const seenUntil = PLANTED_START + seen * 10 * MINUTE_MS;
      const { compare } = sliceExamples(table, seenUntil);
      assert.ok(compare.length < 2000 - seen || compare.length === 0);
      assert.ok(compare.every(row => table.times[row]! >= seenUntil + embargo));
    }
  });

  it('cut symbols at one time: none is trained on what another is judged on', () => {
    const ofOne = plantedExamples({ count: 600, seed: 1, rule: 'none' });
    const ofTwo = ofOne.map(example => ({ ...example, id: example.id + 600, symbol: 'Z' }));
    const table = tableOf([...ofOne, ...ofTwo]);
    const { train, compare } = sliceExamples(table, null);
    const from = table.times[compare[0]!]!;
    assert.ok(train.every(row => table.labelledAt[row]! < from));
    assert.ok(new Set(compare.map(row => table.symbols[row])).size > 1);
  });

  it('of no examples at all are empty', () => {
    const none = { train: [], stop: [], calibrate: [], compare: [] };
    assert.deepEqual(sliceExamples(tableOf([]), 5), none);
  });
});

describe('the scaler', () => {
  it('looks at the given rows alone, and never divides a constant column by 0', () => {
    const matrix = Float64Array.from([1, 5, 3, 5, 100, 5]);
    const scaler = fitScaler(matrix, [0, 1], 2);
    assert.deepEqual(scaler, { mean: [2, 5], scale: [1, 1] });
  });
});
