import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BINS_MAX, binValues, valuesOf } from './boosted-bins.ts';

const rowsOf = (count: number): number[] => Array.from({ length: count }, (_, row) => row);
const binned = (list: readonly number[]) =>
  binValues(valuesOf(Float64Array.from(list), 1), rowsOf(list.length));

describe('bins', () => {
  it('lie on the side of each edge where their values do, in float32', () => {
    const value = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true, min: -4, max: 4 }),
      fc.constantFrom(-4, 0, 1, 4, 1e-45, -1e-45),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), list => {
        const { bins, edges } = binned(list);
        const [ends] = edges;
        list.forEach((each, row) => {
          ends!.forEach((edge, at) => {
            assert.equal(Math.fround(each) < edge, bins[row]! <= at);
          });
        });
        assert.ok(ends!.every((edge, at) => at === 0 || edge > ends![at - 1]!));
        assert.ok(ends!.length < BINS_MAX);
      }),
      { numRuns: 200 },
    );
  });

  it('keep all values apart where they are few, and none from itself', () => {
    const { bins, edges } = binned([3, 1, 3, 2, 2, 1, 3]);
    assert.deepEqual(Array.from(bins), [2, 0, 2, 1, 1, 0, 2]);
    assert.deepEqual(Array.from(edges[0]!), [1.5, 2.5]);
    assert.equal(binned([5, 5, 5]).edges[0]!.length, 0);
  });

  it('hold about equally many of a thousand different values', () => {
    const { bins } = binned(rowsOf(1000).map(row => Math.sin(row)));
    const counts = new Array<number>(BINS_MAX).fill(0);
    for (const bin of bins) counts[bin]! += 1;
    assert.ok(counts.every(count => count >= 15 && count <= 16));
  });

  it('are cut by the given rows alone', () => {
    const values = valuesOf(Float64Array.of(1, 100, 2, 200, 3), 1);
    assert.deepEqual(Array.from(binValues(values, [0, 2, 4]).edges[0]!), [1.5, 2.5]);
  });

  it('take finite values alone', () => {
    assert.throws(() => valuesOf(Float64Array.of(1, Number.NaN), 1), /finite/);
    assert.throws(() => valuesOf(Float64Array.of(1e39), 1), /finite/);
  });
});
