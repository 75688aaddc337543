import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  createWorld,
  ETH,
  FREE,
  fillsOf,
  tradesOf,
  type World,
} from '../../test/fixtures/paper-world.ts';
import { toUnits } from '../base/money.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Order } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';

const bracket = (stop: number, takeProfit: number | null = null, trail: number | null = null) => ({
  stop,
  takeProfit,
  trail,
});

/** A world with a price of 100 and one accepted order. */
async function placed(order: Partial<Order>, settings: Partial<Settings> = {}): Promise<World> {
  const world = createWorld({ settings: { ...FREE, ...settings } });
  world.candle({ open: 100 });
  const answer = await world.place(order);
  assert.equal(answer.type, 'order.accepted', JSON.stringify(answer));
  return world;
}

const lastTrade = (world: World) => tradesOf(world).at(-1);

describe('entries', () => {
  it('an order approved at a close fills at the next open plus slippage, against us', async () => {
    for (const [side, price] of [
      ['buy', 101.3],
      ['sell', 100.7],
    ] as const) {
      const world = await placed({ side }, { slippage: 0.0021, takerFee: 0.001 });
      const [fill] = fillsOf(world.candle({ open: 101, high: 105, low: 95 }));
      assert.equal(fill?.price, price);
      assert.equal(fill?.time, MINUTE_MS);
      assert.equal(fill?.fee, Math.ceil(toUnits(price) * 0.001));
      assert.equal(fill?.liquidity, 'taker');
    }
  });

  it('an order created at the close of a candle does not fill in that candle', async () => {
    const world = await placed({});
    assert.deepEqual(world.exchange.advance(bar({ time: 0, open: 100 })), []);
  });

  it('a fill takes at most its share of the volume and the rest follows until it expires', async () => {
    const world = await placed({ lots: 100 }, { volumeShare: 0.1 });
    assert.equal(fillsOf(world.candle({ open: 100, volume: 3 }))[0]?.lots, 30);
    assert.equal(fillsOf(world.candle({ open: 100, volume: 4 }))[0]?.lots, 40);
    const last = world.candle({ open: 100, volume: 1 });
    assert.deepEqual(
      last.map(report => report.type),
      ['order.filled', 'order.expired'],
    );
    assert.equal(world.state.positions[BTC]?.lots, 80);
    assert.deepEqual(world.state.orders, {});
  });

  it('zero volume fills nothing, and an unfilled market order expires', async () => {
    const world = await placed({});
    for (let minute = 0; minute < 2; minute += 1)
      assert.deepEqual(world.candle({ open: 100, volume: 0 }), []);
    assert.deepEqual(
      world.candle({ open: 100, volume: 0 }).map(report => report.type),
      ['order.expired'],
    );
  });

  it('an order that expired inside a gap never fills after it', async () => {
    const world = await placed({});
    const [report, ...others] = world.candle({ time: world.now + 10 * MINUTE_MS, open: 100 });
    assert.deepEqual([report?.type, others], ['order.expired', []]);
    assert(report?.type === 'order.expired');
    assert.equal(report.time, 4 * MINUTE_MS, 'when it expired, not when that was noticed');
  });

  it('a limit order needs the price to trade through it and pays the maker fee', async () => {
    const world = await placed({ kind: 'limit', price: 99 }, { makerFee: 0.0002, slippage: 0.01 });
    assert.deepEqual(world.candle({ open: 100, low: 99 }), [], 'touching is not enough');
    const [fill] = fillsOf(world.candle({ open: 100, low: 98.9 }));
    assert.equal(fill?.price, 99);
    assert.equal(fill?.liquidity, 'maker');
    assert.equal(fill?.fee, Math.ceil(toUnits(99) * 0.0002));
  });

  it('a limit order that meets the open on arrival pays the taker fee at its limit', async () => {
    const world = await placed({ kind: 'limit', price: 99 });
    const [fill] = fillsOf(world.candle({ open: 98 }));
    assert.deepEqual([fill?.price, fill?.liquidity, fill?.time], [99, 'taker', MINUTE_MS]);
  });

  it('the stop of a limit entry is active inside its candle, the target is not', async () => {
    const order = { kind: 'limit', price: 99, protection: bracket(97, 101) } as const;
    const stopped = await placed(order);
    stopped.candle({ open: 100, high: 102, low: 96 });
    assert.equal(lastTrade(stopped)?.exitReason, 'stop_loss');
    const held = await placed(order);
    held.candle({ open: 100, high: 102, low: 98 });
    assert.equal(lastTrade(held), undefined, 'the high may lie before the entry');
    held.candle({ open: 100, high: 102 });
    assert.equal(lastTrade(held)?.exitReason, 'take_profit');
  });

  it('an entry whose margin a gap has outgrown is canceled', async () => {
    const world = await placed({ lots: 99_000, leverage: 10 });
    const reports = world.candle({ open: 150 });
    assert.deepEqual(
      reports.map(report => report.type),
      ['order.canceled'],
    );
  });
});

describe('brackets', () => {
  const entered = (protection: ReturnType<typeof bracket>, side: 'buy' | 'sell' = 'buy') =>
    placed({ side, protection });

  it('the stop is active inside the candle of the entry', async () => {
    const world = await entered(bracket(95));
    world.candle({ open: 100, low: 94 });
    const trade = lastTrade(world);
    assert.deepEqual([trade?.exitReason, trade?.exitPrice], ['stop_loss', 95]);
    assert.deepEqual(world.state.orders, {}, 'the other legs are gone');
  });

  it('a gap through a stop fills at the open', async () => {
    for (const [side, stop, open] of [
      ['buy', 95, 93],
      ['sell', 105, 107],
    ] as const) {
      const world = await entered(bracket(stop), side);
      world.candle({ open: 100 });
      world.candle({ open });
      assert.equal(lastTrade(world)?.exitPrice, open);
      assert.equal(lastTrade(world)?.exitTime, 2 * MINUTE_MS);
    }
  });

  it('an entry at an open beyond its own stop leaves at that open', async () => {
    const world = await entered(bracket(95));
    world.candle({ open: 94, high: 99 });
    assert.deepEqual([lastTrade(world)?.entryPrice, lastTrade(world)?.exitPrice], [94, 94]);
    assert.equal(lastTrade(world)?.durationMs, 0);
  });

  it('stop before target when a candle holds both', async () => {
    const world = await entered(bracket(95, 105));
    world.candle({ open: 100, high: 110, low: 90 });
    assert.equal(lastTrade(world)?.exitReason, 'stop_loss');
  });

  it('a target is a resting limit order: traded through, at its price, maker fee', async () => {
    const world = await entered(bracket(95, 105));
    world.candle({ open: 100, high: 105 });
    assert.equal(lastTrade(world), undefined);
    const [fill] = fillsOf(world.candle({ open: 100, high: 105.1 }));
    assert.deepEqual(
      [fill?.price, fill?.liquidity, fill?.exitReason],
      [105, 'maker', 'take_profit'],
    );
  });

  it('a trailing stop uses the extremes of earlier candles', async () => {
    const world = await entered(bracket(90, null, 5));
    world.candle({ open: 100, high: 110, low: 106, close: 107 });
    assert.equal(lastTrade(world), undefined, 'its own high does not pull the stop up to 105');
    world.candle({ open: 107, high: 120, low: 105.1 });
    assert.equal(lastTrade(world), undefined, 'the stop stands at 105');
    world.candle({ open: 116, low: 115 });
    assert.deepEqual(
      [lastTrade(world)?.exitReason, lastTrade(world)?.exitPrice],
      ['trailing_stop_loss', 115],
    );
  });

  it('a trailing stop of a short mirrors that of a long', async () => {
    const world = await entered(bracket(110, null, 5), 'sell');
    world.candle({ open: 100, high: 102, low: 90, close: 91 });
    world.candle({ open: 91, high: 95 });
    assert.equal(lastTrade(world)?.exitPrice, 95);
  });

  it('the candle of a limit entry does not move its trailing stop: its high may be older', async () => {
    const world = await placed({ kind: 'limit', price: 99, protection: bracket(80, null, 5) });
    world.candle({ open: 108, high: 110, low: 98, close: 98 });
    world.candle({ open: 98, low: 94.1, close: 98 });
    assert.equal(lastTrade(world), undefined, 'the stop still stands at 94');
    assert.equal(world.state.positions[BTC]?.candlesHeld, 1);
  });

  it('a stop that has begun to fill outlives its expiry', async () => {
    const world = await placed({ lots: 100 }, { volumeShare: 0.1 });
    world.candle({ open: 100 });
    const stop = { kind: 'stop', side: 'sell', trigger: 95, reduceOnly: true } as const;
    await world.place({ ...stop, exitReason: 'stop_loss', expiresAt: world.now + MINUTE_MS });
    world.candle({ open: 100, low: 94, volume: 4 });
    world.candle({ open: 97 });
    assert.equal(lastTrade(world)?.exitReason, 'stop_loss');
  });

  it('a stop that slips beyond the bankruptcy price costs the margin and no more', async () => {
    const world = await placed({ protection: bracket(97) }, { slippage: 0.06 });
    world.candle({ open: 100, low: 97 });
    const trade = lastTrade(world);
    assert.deepEqual([trade?.exitReason, trade?.entryPrice], ['stop_loss', 106]);
    assert.equal(trade?.exitPrice, 95.4, 'not 91.1');
    assert.equal(trade?.profit, -toUnits(10.6));
  });

  it('a stop that fired goes on as a market order until it is done', async () => {
    const world = await placed({ lots: 100, protection: bracket(95, 105) }, { volumeShare: 0.1 });
    world.candle({ open: 100 });
    world.candle({ open: 100, low: 94, volume: 4 });
    assert.equal(world.state.positions[BTC]?.lots, 60);
    world.candle({ open: 104, high: 110, low: 103 });
    const trade = lastTrade(world);
    assert.equal(trade?.exitReason, 'stop_loss');
    assert.equal(trade?.exitPrice, 0.4 * 95 + 0.6 * 104);
  });

  it('the unfilled rest of an entry is canceled once its stop fires', async () => {
    const world = await placed({ lots: 100, protection: bracket(95) }, { volumeShare: 0.1 });
    const reports = world.candle({ open: 100, low: 94, volume: 4 });
    assert.deepEqual(
      reports.map(report => report.type),
      ['order.filled', 'order.filled', 'order.canceled'],
    );
    assert.deepEqual([world.state.orders, world.state.positions], [{}, {}]);
  });

  it('legs grow with the fills of their entry', async () => {
    const world = await placed(
      { lots: 100, protection: bracket(95, 105, 5) },
      { volumeShare: 0.1 },
    );
    world.candle({ open: 100, volume: 4 });
    world.candle({ open: 100, volume: 4 });
    const lots = Object.values(world.state.orders).map(({ order }) => order.lots);
    assert.deepEqual(lots, [100, 80, 80, 80]);
  });

  it('a policy exit is a reduce-only market order at the next open', async () => {
    const world = await entered(bracket(95, 105));
    world.candle({ open: 100 });
    await world.place({ side: 'sell', reduceOnly: true, exitReason: 'time_exit' });
    world.candle({ open: 102 });
    assert.deepEqual(
      [lastTrade(world)?.exitReason, lastTrade(world)?.exitPrice],
      ['time_exit', 102],
    );
  });
});

describe('liquidation', () => {
  it('an open beyond the liquidation price takes the margin and no more', async () => {
    for (const [side, open] of [
      ['buy', 50],
      ['sell', 200],
    ] as const) {
      const world = await placed({ side, leverage: 10 });
      world.candle({ open: 100 });
      const [fill] = fillsOf(world.candle({ open }));
      assert.equal(fill?.exitReason, 'liquidation');
      assert.equal(lastTrade(world)?.profit, -toUnits(10));
      assert.equal(lastTrade(world)?.profitRatio, -1);
    }
  });

  it('a liquidation price nearer than the stop comes first inside a candle', async () => {
    const world = await placed({ leverage: 10, protection: bracket(89) });
    world.candle({ open: 100, low: 80 });
    assert.equal(lastTrade(world)?.exitReason, 'liquidation');
    const saved = await placed({ leverage: 10, protection: bracket(92) });
    saved.candle({ open: 100, low: 80 });
    assert.equal(lastTrade(saved)?.exitReason, 'stop_loss');
  });

  it('what a thin market left of a stopped position is liquidated', async () => {
    const world = await placed({ leverage: 10, protection: bracket(95) }, { volumeShare: 0.1 });
    world.candle({ open: 100 });
    world.candle({ open: 100, low: 80, volume: 4 });
    assert.equal(lastTrade(world)?.exitReason, 'liquidation');
    assert.equal(lastTrade(world)?.profit, -toUnits(0.4 * 5 + 0.6 * 10));
  });

  it('a market without volume liquidates nobody', async () => {
    const world = await placed({ leverage: 10 });
    world.candle({ open: 100 });
    assert.deepEqual(world.candle({ open: 50, volume: 0 }), []);
  });

  it('the maintenance tier of the notional sets the price', async () => {
    const world = await placed({ lots: 100, leverage: 10 });
    world.candle({ open: 100 });
    assert.equal(world.state.positions[BTC]?.liquidationPrice, 90 / 0.995);
  });
});

describe('funding', () => {
  const source = (...due: { time: number; rate: number | null }[]) => ({
    between: (symbol: string, after: number, through: number) =>
      symbol === ETH ? [] : due.filter(({ time }) => time > after && time <= through),
  });

  async function funded(side: 'buy' | 'sell', due: { time: number; rate: number | null }[]) {
    const world = createWorld({
      settings: { ...FREE, fundingRate: 0.001 },
      funding: source(...due),
    });
    world.candle({ open: 100 });
    await world.place({ side });
    world.candle({ open: 100 });
    return world;
  }

  const paid = (world: World) => world.state.fundingPaid;

  it('a settlement at the open falls on what was held before it', async () => {
    const world = await funded('buy', [{ time: MINUTE_MS, rate: 0.001 }]);
    assert.equal(paid(world), 0, 'entered at that open');
    const held = await funded('buy', [{ time: 2 * MINUTE_MS, rate: 0.001 }]);
    assert.equal(paid(held), 0, 'belongs to the next candle');
    held.candle({ open: 200 });
    assert.equal(paid(held), toUnits(0.2));
  });

  it('a settlement inside a candle falls on what is held after its open', async () => {
    const world = await funded('buy', [{ time: MINUTE_MS + 1, rate: 0.001 }]);
    assert.equal(paid(world), toUnits(0.1));
  });

  it('each settlement inside a gap is applied, once', async () => {
    const due = [2, 5, 7, 9, 10].map(minute => ({ time: minute * MINUTE_MS, rate: 0.001 }));
    const world = await funded('buy', due);
    world.candle({ open: 100, time: 9 * MINUTE_MS });
    assert.equal(paid(world), toUnits(0.4));
    world.candle({ open: 100 });
    assert.equal(paid(world), toUnits(0.5));
  });

  it('longs pay a positive rate, shorts receive it, and an unknown rate is always paid', async () => {
    const at = 2 * MINUTE_MS;
    for (const [side, rate, amount] of [
      ['buy', 0.002, 0.2],
      ['buy', -0.002, -0.2],
      ['sell', 0.002, -0.2],
      ['sell', -0.002, 0.2],
      ['buy', null, 0.1],
      ['sell', null, 0.1],
    ] as const) {
      const world = await funded(side, [{ time: at, rate }]);
      world.candle({ open: 100 });
      assert.equal(paid(world), toUnits(amount), `${side} ${rate}`);
    }
  });

  it('funding never takes more than the margin, and its loss is liquidated', async () => {
    const world = await funded('buy', [{ time: 2 * MINUTE_MS, rate: 0.5 }]);
    world.candle({ open: 100 });
    assert.equal(paid(world), toUnits(10));
    assert.equal(lastTrade(world)?.exitReason, 'liquidation');
    assert.equal(lastTrade(world)?.profit, -toUnits(10));
  });
});

describe('the counter', () => {
  const reasonOf = async (order: Partial<Order>) => {
    const world = createWorld({ settings: FREE });
    world.candle({ open: 100 });
    const answer = await world.place(order);
    return answer.type === 'order.rejected' ? answer.reason : answer.type;
  };

  it('refuses what a real exchange would, with the reason', async () => {
    const cases: [Partial<Order>, string][] = [
      [{ symbol: 'DOGE/USDT:USDT' }, 'unknown symbol DOGE/USDT:USDT'],
      [{ lots: 0.5 }, 'the quantity is not whole lots'],
      [{ kind: 'limit', price: 99.05 }, 'the price is not on a step'],
      [{ kind: 'limit' }, 'a limit order needs a price'],
      [{ lots: 1 }, 'the order is below the minimum notional'],
      [{ leverage: 51 }, 'the leverage is not between 1 and 50'],
      [{ lots: 100_001 * 10 }, 'the free margin does not cover it'],
      [{ protection: bracket(100) }, 'the stop is on the wrong side of the price'],
      [{ protection: bracket(95, 100) }, 'the target is on the wrong side of the price'],
      [{ reduceOnly: true }, 'there is no position to reduce'],
      [{ kind: 'stop', trigger: 105 }, 'a stop order can only reduce a position'],
      [{ symbol: ETH }, 'the symbol has no price yet'],
    ];
    for (const [order, reason] of cases) assert.equal(await reasonOf(order), reason);
  });

  it('takes one entry per symbol', async () => {
    const world = await placed({});
    assert.equal((await world.place({})).type, 'order.rejected');
    world.candle({ open: 100 });
    assert.equal((await world.place({})).type, 'order.rejected');
  });

  it('answers an order older than its limit with its expiry', async () => {
    const world = createWorld({ settings: FREE });
    world.candle({ open: 100, time: 5 * MINUTE_MS });
    const answer = await world.place({ createdAt: 0, expiresAt: MINUTE_MS });
    assert.equal(answer.type, 'order.expired');
    assert.deepEqual(world.state.outbox, {});
  });
});

const bar = (shape: { time: number; open: number }) => ({
  symbol: BTC,
  high: shape.open,
  low: shape.open,
  close: shape.open,
  volume: 1000,
  ...shape,
});
