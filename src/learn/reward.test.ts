import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { position } from '../../test/policy-fixture.ts';
import { feeOf, notional, toUnits } from '../base/money.ts';
import type { Contract } from '../core/market.ts';
import { type Direction, type Position, signOf, type TradeRecord } from '../core/order.ts';
import { growPosition, shrinkPosition, tradeRecordOf } from '../core/position.ts';
import { rewardOf } from './q-table.ts';

const trade = (profit: number, more: Partial<TradeRecord> = {}) =>
  ({ profit, leverage: 1, ...more }) as TradeRecord;

describe('the reward of a trade', () => {
  it('is its net result in units of what its own stop would have cost', () => {
    assert.equal(rewardOf(trade(toUnits(3), { risk: toUnits(2) }), 0), 1.5);
    assert.equal(rewardOf(trade(-toUnits(2.2), { risk: toUnits(2) }), 0), -1.1);
  });

  it('is halved at 240 candles, and shrinks with length', () => {
    const won = trade(100, { risk: 100 });
    assert.equal(rewardOf(won, 240), 0.5);
    assert.ok(rewardOf(won, 10) > rewardOf(won, 20));
  });

  it('is clipped at three units of risk either way, and never −0', () => {
    assert.equal(rewardOf(trade(900, { risk: 100 }), 0), 3);
    assert.equal(rewardOf(trade(-900, { risk: 100 }), 0), -3);
    assert.ok(Object.is(rewardOf(trade(-1, { risk: 1e9 }), 0), 0));
  });

  it('takes half a percent of the notional for the risk that a record does not know', () => {
    const old = (profitRatio: number, leverage: number) => trade(1, { profitRatio, leverage });
    assert.equal(rewardOf(old(0.005, 1), 0), 1);
    assert.equal(rewardOf(old(0.03, 3), 0), rewardOf(old(0.01, 1), 0));
  });
});

/** A trade whose prices are in steps, in a market of any scale. */
interface Plan {
  readonly direction: Direction;
  readonly entry: number;
  readonly stop: number;
  readonly exit: number;
  readonly lots: number;
  readonly leverage: number;
  readonly fee: number;
  readonly candles: number;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  direction: fc.constantFrom('long', 'short'),
  entry: fc.integer({ min: 2000, max: 9000 }),
  stop: fc.integer({ min: 5, max: 1500 }),
  exit: fc.integer({ min: -1900, max: 1900 }),
  lots: fc.integer({ min: 2, max: 900 }),
  leverage: fc.constantFrom(1, 3, 10),
  fee: fc.constantFrom(0, 0.0006, 0.002),
  candles: fc.nat(500),
});

function closed(told: Plan, priceStep: number, lotSize: number): TradeRecord {
  const { direction, entry, lots, leverage } = told;
  const contract: Contract = {
    ...{ symbol: 'X', priceStep, lotSize, notionalMin: 0, leverageMax: 100 },
    tiers: [{ notionalMax: Number.MAX_SAFE_INTEGER, rate: 0 }],
  };
  const held: Position = position({
    ...{ symbol: 'X', direction, leverage, openedAt: 0, lots: 0, entryNotional: 0, margin: 0 },
  });
  const fill = (steps: number, part: number) => {
    const price = steps * priceStep;
    const fee = feeOf(notional(price, part, lotSize), told.fee);
    const { symbol } = held;
    const side = direction === 'long' ? 'buy' : 'sell';
    const plain = { type: 'order.filled', id: 'x', time: 0, exitReason: null } as const;
    return { ...plain, symbol, side, price, lots: part, fee, liquidity: 'taker' } as const;
  };
  const sign = signOf(direction);
  growPosition(held, fill(entry, lots), contract);
  // Half of it leaves first: what the stop would have cost is still that of the whole.
  shrinkPosition(held, fill(entry + told.exit, 1), contract);
  shrinkPosition(held, fill(entry + told.exit, lots - 1), contract);
  const entryStop = (entry - sign * told.stop) * priceStep;
  return tradeRecordOf(held, { time: 0, reason: 'exit_signal', entryStop }, contract);
}

/** (result − fees) / distance of the stop, in price steps: no scale is in it. */
function multiple({ direction, entry, stop, exit, leverage, fee }: Plan): number {
  const result = Math.max(signOf(direction) * exit, -entry / leverage);
  return (result - fee * (entry + entry + exit)) / stop;
}

describe('the reward of any trade', () => {
  it('is its net R by definition, whatever the scale of price, lot, size and leverage', () =>
    fc.assert(
      fc.property(
        plan,
        fc.constantFrom(1e-6, 1e-3, 0.1, 1, 10),
        fc.constantFrom(0.001, 0.01, 1),
        (told, priceStep, lotSize) => {
          const expected = (multiple(told) * 240) / (240 + told.candles);
          const clipped = Math.max(-3, Math.min(3, expected));
          const trade = closed(told, priceStep, lotSize);
          const reward = rewardOf(trade, told.candles);
          // Money is whole units, the reward rounded to 1e-6.
          const exact = 10 / (trade.risk ?? 0) + 2e-6;
          assert.ok(Math.abs(reward - clipped) < exact, `${reward} ${clipped}`);
        },
      ),
      { seed: 20_260_101, numRuns: 1000 },
    ));
});
