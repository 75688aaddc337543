import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWorld, ETH, FREE, lastTrade, type World } from '../../test/fixtures/paper-world.ts';
import { EXIT, type Fault } from '../base/fault.ts';
import { LINE_BYTES_MAX, SETTLEMENTS_MAX } from '../base/limits.ts';
import { toUnits } from '../base/money.ts';
import { MINUTE_MS } from '../base/time.ts';

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

  it('longs pay a positive rate, shorts receive it, an unknown one is always paid', async () => {
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

  it('a gap with more settlements than a step can hold is a fault of the tape', async () => {
    const eachMinute = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ time: (at + 3) * MINUTE_MS, rate: 0 }));
    const most = await funded('buy', eachMinute(SETTLEMENTS_MAX));
    const text = JSON.stringify(most.candle({ open: 100, time: Date.UTC(2099, 0, 1) }));
    assert.ok(text.length < LINE_BYTES_MAX, `${text.length}`);
    const more = await funded('buy', eachMinute(SETTLEMENTS_MAX + 1));
    assert.throws(
      () => more.candle({ open: 100, time: Date.UTC(2099, 0, 1) }),
      (error: Fault) =>
        error.exitCode === EXIT.corrupt && /at 2099-01-01 00:00/.test(error.message),
    );
  });

  it('funding never takes more than the margin, and its loss is liquidated', async () => {
    const world = await funded('buy', [{ time: 2 * MINUTE_MS, rate: 0.5 }]);
    world.candle({ open: 100 });
    assert.equal(paid(world), toUnits(10));
    assert.equal(lastTrade(world)?.exitReason, 'liquidation');
    assert.equal(lastTrade(world)?.profit, -toUnits(10));
  });
});
