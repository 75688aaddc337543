/**
 * Orders that leave late, are refused, or must not leave: what a reviewer found, one case each.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { toUnits } from '../../src/base/money.ts';
import { failed, ok } from '../../src/base/result.ts';
import { rounds, STOP_ONLY } from './desk-lag.ts';
import { holding, opened } from './desk-scene.ts';
import { BTC } from './desk-world.ts';

describe('an order of a live account', () => {
  it('a deposit while a position is open does not keep the account from being met', async () => {
    const desk = await holding();
    const wallet = desk.venue.wallet.bind(desk.venue);
    let asked = 0;
    desk.venue.wallet = async () => {
      const found = await wallet();
      return found.ok ? ok(found.value + toUnits(5) + (asked++ % 2)) : found;
    };
    desk.start();
    await rounds(desk, 60);
    assert.ok(desk.attendant.met());
  });
  it('a flatten goes on where its exit was refused', async () => {
    const desk = await holding();
    const place = desk.venue.place.bind(desk.venue);
    let no = 1;
    desk.venue.place = async ticket => (no-- > 0 ? failed('refused', 'no') : place(ticket));
    desk.commit({ kind: 'flatten', time: desk.venue.clock });
    await rounds(desk, 500, 2000);
    assert.equal(desk.venue.lots.get(BTC), 0);
  });
  it('an entry is not sent near the end of its limit at a price 10 % away', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    let down = true;
    desk.venue.place = async ticket => (down ? failed('rate-limited', 'x') : place(ticket));
    desk.approve({ side: 'buy', protection: { ...STOP_ONLY, stop: 49_500 } });
    await desk.attendant.round();
    desk.venue.tick(55_000, 290_000);
    down = false;
    await desk.quiet();
    assert.equal(desk.lots(BTC), 0, 'eleven times the risk that was sized');
  });
  it('no entry leaves after a pause that was said while the leverage was set', async () => {
    const desk = await opened();
    desk.venue.prepare = async () => {
      desk.commit({ kind: 'pause', time: desk.venue.clock });
      return ok(null);
    };
    desk.approve({ side: 'buy' });
    await desk.quiet();
    assert.equal(desk.venue.accepted.size, 0);
  });
  it('an entry whose leverage the exchange refuses is refused; one whose leverage waits, waits', async () => {
    const desk = await opened();
    desk.venue.prepare = async () => failed('refused', 'leverage 7 is too high');
    const { id } = desk.approve({ side: 'buy', leverage: 7 });
    await desk.quiet();
    assert.deepEqual(
      desk.told('order.rejected').map(fact => [fact.id, fact.reason]),
      [[id, 'leverage 7 is too high']],
    );
    let no = 2;
    desk.venue.prepare = async () => (no-- > 0 ? failed('rate-limited', 'later') : ok(null));
    desk.approve({ side: 'buy', leverage: 7 });
    await desk.quiet();
    assert.equal(desk.lots(BTC), 10);
    assert.equal(desk.told('order.rejected').length, 1);
  });
  it('a withdrawal trips no breaker', async () => {
    const desk = await opened();
    const candle = (time: number) =>
      desk.commit({
        kind: 'candle',
        reports: [],
        candle: {
          symbol: BTC,
          time,
          open: 50_000,
          high: 50_000,
          low: 50_000,
          close: 50_000,
          volume: 1,
        },
      });
    const at = Math.floor(desk.venue.clock / 60_000) * 60_000;
    candle(at);
    desk.commit({
      kind: 'answer',
      report: { type: 'balance.corrected', time: at, amount: toUnits(10_000), reason: 'x' },
    } as never);
    desk.approve({
      side: 'buy',
      lots: 1000,
      protection: { stop: 10_000, takeProfit: null, trail: null },
    });
    await desk.quiet();
    desk.venue.tick(44_000, 1000);
    desk.commit({
      kind: 'candle',
      reports: [],
      candle: {
        symbol: BTC,
        time: at + 60_000,
        open: 44_000,
        high: 44_000,
        low: 44_000,
        close: 44_000,
        volume: 1,
      },
    });
    desk.venue.wallet8 -= toUnits(80_000);
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await desk.quiet();
    desk.commit({
      kind: 'candle',
      reports: [],
      candle: {
        symbol: BTC,
        time: at + 120_000,
        open: 44_000,
        high: 44_000,
        low: 44_000,
        close: 44_000,
        volume: 1,
      },
    });
    assert.ok(!desk.told('breaker.tripped').some(({ breaker }) => breaker === 'max_drawdown'));
  });
});
