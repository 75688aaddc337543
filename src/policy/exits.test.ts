import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CANDLE, CONTRACT, position, READING } from '../../test/policy-fixture.ts';
import { impurity } from '../base/canonical.ts';
import { toUnits } from '../base/money.ts';
import type { Approved, Position } from '../core/order.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { exitOrder, exitReasonFor } from './exits.ts';
import { roundTripCost } from './strategy-proposal.ts';

const failed = { ...READING, donchianHigh: 1100, donchianLow: 1000 };
const holding = { ...READING, donchianHigh: 1010, donchianLow: 980 };

/** 7 % below its entry: far beyond costs. */
const moved = (change: Partial<Position> = {}) =>
  position({ entryNotional: toUnits(75), margin: toUnits(25), ...change });

function ask(held: Position, reading = holding): Approved | null {
  const scene = { reading, candle: CANDLE, settings: DEFAULT_SETTINGS, contract: CONTRACT };
  const reason = exitReasonFor(held, scene);
  if (reason === null) return null;
  return exitOrder({
    ...{ position: held, reason },
    place: { seq: 20, index: 1 },
    epoch: 0,
    createdAt: CANDLE.time + 60_000,
    expiresAt: CANDLE.time + 120_000,
  });
}

describe('an exit', () => {
  it('stays while the idea holds and time is left', () => {
    assert.equal(ask(position()), null);
  });

  it('leaves the whole position at market, reduce-only, when time is up', () => {
    const order = ask(position({ candlesHeld: 240 }));
    assert.equal(order?.exitReason, 'time_exit');
    assert.equal(order?.lots, 70);
    assert.equal(order?.side, 'sell');
    assert.equal(order?.reduceOnly, true);
    assert.equal(order?.protection, null);
    assert.equal(order?.id, '20-1');
    assert.equal(order?.createdAt, CANDLE.time + 60_000);
    assert.equal(impurity(order), null);
    assert.equal(ask(position({ candlesHeld: 239 })), null);
  });

  it('gives each strategy its own time', () => {
    const reversion = (candlesHeld: number) =>
      ask(position({ strategy: 'mean_reversion', candlesHeld }), {
        ...holding,
        regime: 'range',
        bandMiddle: 2000,
      });
    assert.equal(reversion(119), null);
    assert.equal(reversion(120)?.exitReason, 'time_exit');
  });

  it('leaves on the signal of its strategy, but not before three candles', () => {
    assert.equal(ask(moved(), failed)?.exitReason, 'exit_signal');
    assert.equal(ask(moved({ candlesHeld: 3 }), failed)?.exitReason, 'exit_signal');
    assert.equal(ask(moved({ candlesHeld: 2 }), failed), null);
  });

  it('heeds no signal before the price has moved by what a round trip costs, either way', () => {
    const cost = roundTripCost(DEFAULT_SETTINGS);
    const entered = (price: number) => position({ entryNotional: toUnits(price * 0.07) });
    for (const sign of [1, -1]) {
      assert.equal(ask(entered(1000 * (1 + sign * cost * 0.9)), failed), null);
      const beyond = ask(entered(1000 * (1 + sign * cost * 1.1)), failed);
      assert.equal(beyond?.exitReason, 'exit_signal');
    }
    assert.equal(ask(entered(1000), failed), null);
    assert.equal(ask(moved(), holding), null);
  });

  it('buys a short back', () => {
    const order = ask(position({ direction: 'short', candlesHeld: 500 }));
    assert.equal(order?.side, 'buy');
  });

  it('asks no signal of indicators that are not warm, but keeps time', () => {
    const cold = { ...failed, ready: false };
    assert.equal(ask(moved(), cold), null);
    assert.equal(ask(position({ candlesHeld: 300 }), cold)?.exitReason, 'time_exit');
  });
});
