import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PendingLabel } from '../core/label.ts';
import type { Candle } from '../core/market.ts';
import { advancePending, createCusum, updateCusum } from './label-path.ts';

type Prices = readonly [open: number, high: number, low: number, close: number];

const candleOf = ([open, high, low, close]: Prices): Candle => ({
  ...{ symbol: 'X', time: 0, open, high, low, close, volume: 1 },
});

const pendingOf = (candles: number): PendingLabel => ({
  ...{ id: 1, time: 0, proposed: false, features: [], sequence: null },
  ...{ barrier: 0.1, candles, entry: null, held: 0, status: 'waiting', label: 0, change: 0 },
});

/** A label with barriers at ±10 %, after these candles. */
function after(path: readonly Prices[], candles = 5): PendingLabel {
  const pending = [pendingOf(candles)];
  for (const prices of path) advancePending(pending, candleOf(prices), 0);
  return pending[0]!;
}

const QUIET: Prices = [100, 101, 99, 100];

describe('the path of a pending label', () => {
  it('enters at the open of the first candle after the decision', () => {
    const label = after([[100, 105, 95, 98]]);
    assert.deepEqual([label.status, label.entry, label.held], ['waiting', 100, 1]);
  });

  it('the barriers are live inside the candle of the entry', () => {
    const label = after([[100, 110.1, 99, 105]]);
    assert.deepEqual([label.status, label.label, label.change], ['due', 1, 0.1]);
  });

  it('the upper barrier first is a buy, the lower one first is a sell', () => {
    assert.equal(after([QUIET, [100, 111, 99, 100], [100, 101, 80, 90]]).label, 1);
    const sell = after([QUIET, [100, 101, 89, 100], [100, 120, 99, 110]]);
    assert.deepEqual([sell.status, sell.label, sell.change], ['due', 2, -0.1]);
  });

  it('both barriers in one candle are a hold that costs a long its stop', () => {
    const label = after([QUIET, [100, 111, 89, 100]]);
    assert.deepEqual([label.status, label.label, label.change], ['due', 0, -0.1]);
  });

  it('an open beyond a barrier decides, and is the price', () => {
    const up = after([QUIET, [120, 121, 80, 90]]);
    assert.deepEqual([up.label, up.change], [1, 120 / 100 - 1]);
    const down = after([QUIET, [75, 130, 70, 90]]);
    assert.deepEqual([down.label, down.change], [2, -0.25]);
  });

  it('time runs out at the close of the last candle', () => {
    const path: Prices[] = [QUIET, QUIET, [100, 104, 99, 103]];
    assert.equal(after(path.slice(0, 2), 3).status, 'waiting');
    const label = after(path, 3);
    assert.deepEqual([label.status, label.label, label.change], ['due', 0, 103 / 100 - 1]);
  });

  it('what is due does not change any more', () => {
    const due = after([QUIET, [100, 111, 99, 100]]);
    assert.deepEqual(after([QUIET, [100, 111, 99, 100], [1, 1, 1, 1]]), due);
  });

  it('a gap voids what is waiting, before and after its entry, and counts it', () => {
    const due = after([[100, 111, 99, 100]]);
    const pending = [pendingOf(5), after([QUIET]), due];
    assert.equal(advancePending(pending, candleOf(QUIET), 1), 3);
    assert.deepEqual(
      pending.map(each => each.status),
      ['void', 'void', 'due'],
    );
    assert.equal(pending[0]!.entry, null);
  });

  it('reads no candle after the one that decided', () => {
    const price = fc.integer({ min: 80, max: 125 });
    const candle = fc.array(price, { minLength: 4, maxLength: 4 }).map((drawn): Prices => {
      const [open, a, b, close] = drawn as [number, number, number, number];
      return [open, Math.max(open, a, b, close), Math.min(open, a, b, close), close];
    });
    fc.assert(
      fc.property(fc.array(candle, { minLength: 1, maxLength: 8 }), candle, (path, future) => {
        const label = after(path);
        if (label.status === 'due') assert.deepEqual(after([...path, future]), label);
        else assert.ok(label.held < 5);
      }),
    );
  });
});

describe('CUSUM filter', () => {
  const fire = (returns: readonly number[], threshold: number): number[] => {
    const cusum = createCusum();
    return returns.flatMap((each, index) => {
      updateCusum(cusum, each, threshold);
      return cusum.fired ? [index] : [];
    });
  };

  it('fires when the moves one way add up to the threshold, and starts again', () => {
    assert.deepEqual(fire([1, 1, 1, 1, 1, 1, 1], 3), [2, 5]);
    assert.deepEqual(fire([-1, -1, -1, -1, -1, -1], 3), [2, 5]);
  });

  it('forgets moves that were taken back', () => {
    assert.deepEqual(fire([2, -2, 2, -2, 2, -2], 3), []);
    assert.deepEqual(fire([-2, 2, 1, 0, -1, -1, -1], 3), [2, 6]);
  });

  it('never fires without a threshold', () => {
    assert.deepEqual(fire([5, -5, 9], 0), []);
  });
});
