import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Example } from '../core/fact.ts';
import { tableOf } from './example-table.ts';
import { FEATURE_COUNT } from './features.ts';
import { plantedExamples } from './planted-example.ts';
import { sampleWeights, uniquenessOf } from './sample-weight.ts';

const ZEROS = new Array<number>(FEATURE_COUNT).fill(0);
const spans = (list: readonly (readonly [symbol: string, from: number, to: number])[]) =>
  tableOf(
    list.map(
      ([symbol, time, labelledAt], index): Example => ({
        ...{ id: index + 1, symbol, time, labelledAt },
        ...{ proposed: false, label: 0, return: 0, features: ZEROS },
      }),
    ),
  );
const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, row) => row);
const uniqueness = (list: readonly (readonly [string, number, number])[]) =>
  Array.from(uniquenessOf(spans(list), rowsOf(list.length)));

describe('uniqueness', () => {
  it('is 1 where no window overlaps, touching ends included', () => {
    const list = [
      ['A', 0, 4],
      ['A', 4, 9],
      ['A', 20, 30],
    ] as const;
    assert.deepEqual(uniqueness(list), [1, 1, 1]);
  });

  it('is the mean share of the window, worked out by hand', () => {
    // A is alone in [0, 2), two are open in [2, 4), three in [4, 6), two in [6, 10).
    const list = [
      ['A', 0, 6],
      ['A', 2, 10],
      ['A', 4, 10],
    ] as const;
    const [first, second, third] = uniqueness(list);
    const close = (value: number | undefined, hand: number) =>
      assert.ok(Math.abs(value! - hand) < 1e-12, `${value} for ${hand}`);
    close(first, (2 + 2 / 2 + 2 / 3) / 6);
    close(second, (2 / 2 + 2 / 3 + 4 / 2) / 8);
    close(third, (2 / 3 + 4 / 2) / 6);
  });

  it('is not shared between symbols, nor with rows outside the slice', () => {
    const list = [
      ['A', 0, 10],
      ['B', 0, 10],
      ['A', 0, 10],
    ] as const;
    assert.deepEqual(uniqueness(list), [0.5, 1, 0.5]);
    assert.deepEqual(Array.from(uniquenessOf(spans(list), [1, 2])), [1, 1]);
  });

  it('equals the count minute by minute, whatever the windows', () => {
    const span = fc.tuple(
      fc.constantFrom('A', 'B'),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 30 }),
    );
    fc.assert(
      fc.property(fc.array(span, { minLength: 1, maxLength: 25 }), list => {
        const sorted = list
          .map(([symbol, from, long]) => [symbol, from, from + long] as const)
          .sort((a, b) => a[1] - b[1]);
        const open = (symbol: string, minute: number) =>
          sorted.filter(([name, from, to]) => name === symbol && from <= minute && minute < to);
        uniqueness(sorted).forEach((unique, index) => {
          const [symbol, from, to] = sorted[index]!;
          let sum = 0;
          for (let minute = from; minute < to; minute += 1) sum += 1 / open(symbol, minute).length;
          assert.ok(Math.abs(unique - sum / (to - from)) < 1e-9);
        });
      }),
      { numRuns: 60 },
    );
  });
});

describe('sample weights', () => {
  const examples = plantedExamples({ count: 400, seed: 3, rule: 'none' });
  const weights = sampleWeights(tableOf(examples), rowsOf(400));

  it('average 1 and are positive', () => {
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) / 400 - 1) < 1e-12);
    assert.ok(weights.every(weight => weight > 0));
  });

  it('favour what is recent: of equally unique examples the newest counts a third more than the oldest', () => {
    const apart = spans(rowsOf(1000).map(at => ['A', 10 * at, 10 * at + 5]));
    const plain = sampleWeights(apart, rowsOf(1000));
    assert.ok(Math.abs(plain.at(-1)! / plain[0]! - 4 / 3) < 0.01);
    for (let row = 1; row < 1000; row += 1) assert.ok(plain[row]! > plain[row - 1]!);
  });

  it('count a crowd as little more than one', () => {
    const crowd = rowsOf(50).map(at => ['A', 100 + at / 100, 110] as const);
    const list = [['A', 0, 10] as const, ...crowd, ['A', 200, 210] as const];
    const crowded = sampleWeights(spans(list), rowsOf(52));
    const sum = crowded.slice(1, 51).reduce((total, weight) => total + weight, 0);
    assert.ok(sum < 1.2 * (crowded[0]! + crowded[51]!) && sum > 0.3 * crowded[51]!);
  });

  it('of no rows are none', () => {
    assert.equal(sampleWeights(tableOf([]), []).length, 0);
  });
});
