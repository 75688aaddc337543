import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BTC,
  bracket,
  createWorld,
  FREE,
  fillsOf,
  lastTrade,
  placed,
  type World,
} from '../../test/fixtures/paper-world.ts';
import { EXIT, type Fault } from '../base/fault.ts';
import { toUnits } from '../base/money.ts';
import { MINUTE_MS } from '../base/time.ts';

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

  it('a fill takes its share of the volume, the rest follows until it expires', async () => {
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

  it('what a limit entry adds inside a candle does not leave at that candle’s target', async () => {
    const order = { kind: 'limit', price: 99, protection: bracket(90, 105) } as const;
    const life = { expiresAt: 9 * MINUTE_MS };
    const world = await placed({ ...order, ...life, lots: 100 }, { volumeShare: 0.1 });
    world.candle({ open: 99.5, low: 98.5, volume: 4 });
    assert.equal(world.state.positions[BTC]?.lots, 40);
    const grown = fillsOf(world.candle({ open: 100, high: 106, low: 98 }));
    assert.deepEqual(
      grown.map(({ lots, price }) => [lots, price]),
      [[60, 99]],
      'the high may lie before the low',
    );
    world.candle({ open: 100, high: 106 });
    assert.deepEqual(
      [lastTrade(world)?.exitReason, lastTrade(world)?.quantity],
      ['take_profit', 1],
    );
  });

  it('a price that makes a fill or a funding payment uncountable is a fault of the tape', async () => {
    const refused = (world: World) =>
      assert.throws(
        () => world.candle({ open: 1e9 }),
        (error: Fault) =>
          error.exitCode === EXIT.corrupt && error.message.includes(`${BTC} at 1000`),
      );
    refused(await placed({ lots: 100 }));
    const leaving = await placed({ lots: 100 });
    leaving.candle({ open: 100 });
    await leaving.place({ side: 'sell', reduceOnly: true, exitReason: 'time_exit' });
    refused(leaving);
    const funding = { between: (_: string, after: number) => [{ time: after + 1, rate: 0.001 }] };
    const funded = createWorld({ settings: FREE, funding });
    funded.candle({ open: 100 });
    await funded.place({});
    funded.candle({ open: 100 });
    refused(funded);
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

const bar = (shape: { time: number; open: number }) => ({
  symbol: BTC,
  high: shape.open,
  low: shape.open,
  close: shape.open,
  volume: 1000,
  ...shape,
});
