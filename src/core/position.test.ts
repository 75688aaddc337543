import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Bug } from '../base/assert.ts';
import { asUnits, notional, toUnits } from '../base/money.ts';
import type { Contract } from './market.ts';
import type { Direction, Position } from './order.ts';
import {
  bankruptcyPriceOf,
  type Fill,
  fundPosition,
  growPosition,
  liquidationPriceOf,
  maintenanceRate,
  shrinkPosition,
  tradeRecordOf,
  unrealisedOf,
} from './position.ts';

const CONTRACT: Contract = {
  symbol: 'X',
  priceStep: 0.01,
  lotSize: 0.001,
  notionalMin: 0,
  leverageMax: 100,
  tiers: [
    { notionalMax: toUnits(1000), rate: 0.004 },
    { notionalMax: toUnits(5000), rate: 0.01 },
  ],
};

const fillOf = (price: number, lots: number, fee = 0): Fill => ({
  type: 'order.filled',
  id: 'x',
  symbol: 'X',
  side: 'buy',
  price,
  lots,
  fee,
  liquidity: 'taker',
  time: 1,
  exitReason: null,
});

function held(direction: Direction, leverage: number, ...fills: Fill[]): Position {
  const position: Position = {
    symbol: 'X',
    direction,
    lots: 0,
    entryNotional: 0,
    openedAt: 0,
    leverage,
    margin: 0,
    liquidationPrice: 0,
    strategy: 's',
    models: { signal: 0, deep: 0 },
    entryOrderId: '1-0',
    highest: 0,
    lowest: 0,
    candlesHeld: 0,
    fees: 0,
    funding: 0,
    realised: 0,
    closedLots: 0,
    closedEntryNotional: 0,
    closedExitNotional: 0,
  };
  for (const fill of fills) growPosition(position, fill, CONTRACT);
  return position;
}

describe('a position', () => {
  it('the tier of its notional sets the maintenance rate, the last one without end', () => {
    const rates = [1000, 1001, 5000, 9e6].map(quote => maintenanceRate(CONTRACT, toUnits(quote)));
    assert.deepEqual(rates, [0.004, 0.01, 0.01, 0.01]);
    assert.equal(maintenanceRate({ ...CONTRACT, tiers: [] }, 1), 0);
  });

  it('is liquidated where what is left of its margin is the maintenance margin', () => {
    for (const direction of ['long', 'short'] as const)
      fc.assert(
        fc.property(
          fc.integer({ min: 100, max: 100_000 }),
          fc.integer({ min: 100, max: 900 }),
          fc.integer({ min: 2, max: 50 }),
          (cents, lots, leverage) => {
            const position = held(direction, leverage, fillOf(cents / 100, lots));
            const price = liquidationPriceOf(position, CONTRACT);
            const worth = price * lots * CONTRACT.lotSize * 1e8;
            const profit =
              direction === 'long'
                ? worth - position.entryNotional
                : position.entryNotional - worth;
            const rate = maintenanceRate(CONTRACT, position.entryNotional);
            assert(Math.abs(position.margin + profit - rate * worth) < 2);
          },
        ),
      );
  });

  it('a long without leverage is never liquidated', () => {
    assert.equal(liquidationPriceOf(held('long', 1, fillOf(100, 1000)), CONTRACT), 0);
  });

  it('a close that a real exchange tells of realises what it says, beyond the margin too', () => {
    const position = held('long', 10, fillOf(100, 1000));
    const told = shrinkPosition(position, { ...fillOf(80, 1000), fillId: 'f1' }, CONTRACT);
    assert.equal(told, toUnits(-20));
    assert.deepEqual([position.lots, position.margin], [0, 0]);
  });

  it('a close realises at most the loss of the margin behind its lots', () => {
    const position = held('long', 10, fillOf(100, 1000));
    assert.equal(shrinkPosition(position, fillOf(50, 400), CONTRACT), -toUnits(4));
    assert.equal(position.margin, toUnits(6));
    assert.equal(shrinkPosition(position, fillOf(110, 600), CONTRACT), toUnits(6));
    assert.deepEqual([position.lots, position.margin, position.entryNotional], [0, 0, 0]);
  });

  it('closing in parts realises what closing at once does', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('long', 'short'),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 9500, max: 10_500 }),
        (direction, parts, cents) => {
          const lots = parts.reduce((a, b) => a + b, 0);
          const position = held(direction, 1, fillOf(100, lots));
          const entry = position.entryNotional;
          let realised = 0;
          let worth = 0;
          for (const part of parts) {
            realised += shrinkPosition(position, fillOf(cents / 100, part), CONTRACT);
            worth += notional(cents / 100, part, CONTRACT.lotSize);
          }
          assert.equal(realised, direction === 'long' ? worth - entry : entry - worth);
        },
      ),
    );
  });

  it('a fill larger than the position is a bug', () => {
    assert.throws(() => shrinkPosition(held('long', 1, fillOf(1, 5)), fillOf(1, 6), CONTRACT), Bug);
  });

  it('unrealised profit stops at the loss of the margin', () => {
    const position = held('short', 10, fillOf(100, 1000));
    assert.equal(unrealisedOf(position, 95, CONTRACT), toUnits(5));
    assert.equal(unrealisedOf(position, 200, CONTRACT), -toUnits(10));
    assert(Object.is(unrealisedOf(position, 100, CONTRACT), 0));
  });

  it('paid funding brings liquidation nearer, received funding moves it away', () => {
    const position = held('long', 10, fillOf(100, 1000));
    const before = position.liquidationPrice;
    fundPosition(position, toUnits(1), CONTRACT);
    assert(position.liquidationPrice > before);
    assert.equal(bankruptcyPriceOf(position, CONTRACT), 91);
    fundPosition(position, -toUnits(2), CONTRACT);
    assert(position.liquidationPrice < before);
  });

  it('its record is net of fees and funding, and the ratio is of the margin put up', () => {
    const position = held('long', 10, fillOf(100, 500, 7), fillOf(102, 500, 8));
    fundPosition(position, 5, CONTRACT);
    shrinkPosition(position, fillOf(110, 400, 9), CONTRACT);
    shrinkPosition(position, fillOf(111, 600, 10), CONTRACT);
    const exit = { time: 9, reason: 'exit_signal', entryStop: null } as const;
    const trade = tradeRecordOf(position, exit, CONTRACT);
    assert.deepEqual([trade.entryPrice, trade.exitPrice, trade.quantity], [101, 110.6, 1]);
    assert.equal(trade.profit, asUnits(toUnits(9.6) - 39));
    assert.equal(trade.profitRatio, trade.profit / toUnits(10.1));
    assert.deepEqual([trade.fees, trade.funding, trade.durationMs], [34, 5, 9]);
  });

  it('its record tells what its stop would have cost, and nothing where that is no loss', () => {
    const riskOf = (direction: Direction, entryStop: number | null) => {
      const position = held(direction, 10, fillOf(100, 500, 7), fillOf(102, 500, 8));
      shrinkPosition(position, fillOf(110, 400), CONTRACT);
      shrinkPosition(position, fillOf(90, 600), CONTRACT);
      const trade = tradeRecordOf(position, { time: 9, reason: 'stop_loss', entryStop }, CONTRACT);
      assert(trade.risk !== undefined || !('risk' in trade));
      return trade.risk;
    };
    assert.equal(riskOf('long', 97.5), toUnits(3.5));
    assert.equal(riskOf('short', 103), toUnits(2));
    assert.equal(riskOf('long', null), undefined);
    assert.equal(riskOf('long', 101), undefined, 'entered at its stop');
    assert.equal(riskOf('short', 99), undefined, 'a gap carried the entry beyond it');
  });
});
