import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  bracket,
  fillsOf,
  lastTrade,
  placed,
  type World,
} from '../../test/fixtures/paper-world.ts';
import { toUnits } from '../base/money.ts';
import { MINUTE_MS } from '../base/time.ts';

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

  it('the candle of a limit entry does not move its trail: its high may be older', async () => {
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

  it('a stop that fired where the volume took no lot stays fired until it is done', async () => {
    for (const [side, stop, beyond] of [
      ['buy', 95, 94],
      ['sell', 105, 106],
    ] as const) {
      const world = await placed(
        { side, lots: 100, protection: bracket(stop, 200 - stop) },
        { volumeShare: 0.1 },
      );
      world.candle({ open: 100 });
      const thin = { low: Math.min(100, beyond), high: Math.max(100, beyond), volume: 0.09 };
      assert.deepEqual(world.candle({ open: 100, ...thin }), [
        { type: 'order.triggered', id: `${stopIdOf(world)}`, time: 3 * MINUTE_MS },
      ]);
      world.restore();
      assert.deepEqual(world.candle({ open: 101, volume: 0.05 }), [], 'told once');
      assert.deepEqual(world.candle({ open: 102, volume: 0 }), []);
      assert.equal(fillsOf(world.candle({ open: 103, volume: 6 }))[0]?.lots, 60);
      world.candle({ open: 104, high: 120, low: 80 });
      const trade = lastTrade(world);
      assert.equal(trade?.exitReason, 'stop_loss', 'and no target before it is done');
      assert.equal(trade?.exitPrice, 0.6 * 103 + 0.4 * 104);
    }
  });

  it('a stop that a gap jumped where the volume took no lot goes at the next open', async () => {
    const world = await placed({ protection: bracket(95, null, 5) }, { volumeShare: 0.1 });
    world.candle({ open: 100 });
    world.candle({ open: 92, volume: 0.05 });
    world.candle({ open: 99 });
    assert.equal(lastTrade(world)?.exitPrice, 99);
    assert.deepEqual(world.state.orders, {});
  });

  it('the unfilled rest of an entry is canceled by a stop that fired and filled nothing', async () => {
    const world = await placed({ lots: 100, protection: bracket(95) }, { volumeShare: 0.1 });
    world.candle({ open: 100, volume: 4 });
    const reports = world.candle({ open: 94, volume: 0.05 });
    assert.deepEqual(
      reports.map(report => report.type),
      ['order.triggered', 'order.canceled'],
    );
    world.candle({ open: 100 });
    assert.equal(lastTrade(world)?.quantity, 0.4);
  });

  it('a target that found no volume goes on resting: it is a limit order', async () => {
    const world = await placed({ protection: bracket(95, 105) }, { volumeShare: 0.1 });
    world.candle({ open: 100 });
    assert.deepEqual(world.candle({ open: 100, high: 110, volume: 0.05 }), []);
    assert.deepEqual(world.candle({ open: 100 }), [], 'nobody pays its price any more');
    world.candle({ open: 100, high: 106 });
    assert.deepEqual(
      [lastTrade(world)?.exitReason, lastTrade(world)?.exitPrice],
      ['take_profit', 105],
    );
  });

  it('an exit at market that found no volume waits for it', async () => {
    const world = await placed({}, { volumeShare: 0.1 });
    world.candle({ open: 100 });
    const leave = { side: 'sell', reduceOnly: true, exitReason: 'exit_signal' } as const;
    await world.place({ ...leave, expiresAt: Number.MAX_SAFE_INTEGER });
    for (let minute = 0; minute < 9; minute += 1) world.candle({ open: 100, volume: 0.05 });
    world.candle({ open: 98 });
    assert.equal(lastTrade(world)?.exitPrice, 98);
  });

  it('two legs that one candle reaches share its volume', async () => {
    const world = await placed(
      { lots: 100, protection: bracket(95, null, 3) },
      { volumeShare: 0.1 },
    );
    world.candle({ open: 100 });
    for (const [open, low] of [
      [94, 94],
      [99, 94],
    ] as const) {
      const fills = fillsOf(world.candle({ open, low, volume: 3 }));
      assert.deepEqual(
        fills.reduce((lots, fill) => lots + fill.lots, 0),
        30,
      );
    }
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

const stopIdOf = (world: World): string =>
  Object.keys(world.state.orders).find(id => id.endsWith('.stop')) ?? 'no stop';

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
