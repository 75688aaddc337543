/**
 * Pause and flatten on a live account: the desk obeys the same state as the paper courier, also
 * where an entry was filled when the word came and nobody here knew.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Word } from '../../src/core/step.ts';
import { openTrades } from '../../src/trade/portfolio.ts';
import { stopLots } from './desk-lag.ts';
import { BTC, DeskWorld } from './desk-world.ts';

async function opened(): Promise<DeskWorld> {
  const desk = new DeskWorld(1);
  await desk.quiet();
  return desk;
}

const say = (desk: DeskWorld, word: Word): void => desk.commit({ ...word, time: desk.venue.clock });

const forced = (desk: DeskWorld) =>
  desk.told('order.approved').filter(({ order }) => order.exitReason === 'force_exit');

/** Nothing is held, nothing stands at the venue, and one order did it. */
function isFlat(desk: DeskWorld): void {
  assert.equal(openTrades(desk.world.portfolio, 0), 0);
  assert.equal(desk.venue.lots.get(BTC) ?? 0, 0);
  assert.equal(stopLots(desk.venue, BTC), 0);
  assert.equal(desk.venue.wallet8, desk.world.portfolio.balance);
  assert.equal(forced(desk).length, 1);
  assert.equal(desk.told('trade.closed').at(-1)?.trade.exitReason, 'force_exit');
  assert.equal(desk.told('flatten.completed').length, 1);
}

describe('a flatten of a live account', () => {
  it('closes what is held, withdraws its stops, and is over then', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    await desk.quiet();
    assert.equal(desk.lots(BTC), 10);
    for (const _ of [1, 2]) say(desk, { kind: 'flatten' });
    await desk.quiet();
    isFlat(desk);
  });

  it('ends flat where an entry was filled before it could be called back', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, 1000);
    assert.equal(desk.venue.lots.get(BTC), 10);
    assert.equal(desk.lots(BTC), 0, 'nobody here knows it yet');
    say(desk, { kind: 'flatten' });
    assert.equal(forced(desk).length, 0);
    await desk.quiet();
    isFlat(desk);
  });
});

describe('a pause of a live account', () => {
  it('sends no entry that was approved before it, and keeps the stops of what is held', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    await desk.quiet();
    const entry = desk.approve({ side: 'buy', symbol: 'ETH/USDT:USDT' });
    say(desk, { kind: 'pause' });
    await desk.quiet();
    assert.deepEqual(
      desk.told('order.canceled').map(({ id, reason }) => [id, reason]),
      [[entry.id, 'paused']],
    );
    assert.equal(desk.lots(BTC), 10);
    assert.equal(stopLots(desk.venue, BTC), 10);
  });
});
