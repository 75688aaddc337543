/**
 * Pause and flatten on a live account: the desk obeys the same state as the paper courier, also
 * where an entry was filled when the word came and nobody here knew.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tell } from '../../src/app/operator.ts';
import { failed } from '../../src/base/result.ts';
import type { Input, Word } from '../../src/core/step.ts';
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

describe('a flatten that is told before the account was heard', () => {
  it('is done once it was compared, with what was found there', async () => {
    const desk = new DeskWorld(1);
    desk.venue.byHand(BTC, 'buy', 5);
    desk.venue.tick(desk.venue.price, 1000);
    say(desk, { kind: 'flatten' });
    assert.deepEqual(desk.told('flatten.completed'), []);
    await desk.quiet();
    for (let turn = 0; turn < 30; turn += 1) {
      await desk.attendant.round();
      desk.venue.tick(desk.venue.price, 1000);
    }
    assert.equal(desk.venue.lots.get(BTC), 0);
    isFlat(desk);
  });

  it('waits after a restart, too, for what a person opened meanwhile', async () => {
    const desk = await opened();
    desk.venue.byHand(BTC, 'sell', 5);
    desk.venue.positions = async () => failed('timed-out', 'no answer in time', true);
    desk.start();
    say(desk, { kind: 'flatten' });
    await desk.attendant.round();
    assert.deepEqual(desk.told('flatten.completed'), []);
  });

  it('is over at the next comparison where nothing is held, which is at once', async () => {
    const desk = await opened();
    say(desk, { kind: 'flatten' });
    assert.deepEqual(desk.told('flatten.completed'), []);
    await desk.attendant.round();
    assert.equal(desk.told('flatten.completed').length, 1);
  });

  it('has the time at which the account was met where no candle was seen', () => {
    const desk = new DeskWorld(1);
    const world = desk.world;
    desk.commit({
      kind: 'answer',
      report: { type: 'account.opened', time: 1234, balance: 0 },
    });
    const store = { sync() {}, append() {}, seq: 1 };
    const stepper = {
      run: (_: number, input: Input) => {
        desk.commit(input);
        return { facts: [], line: '', blobs: [] };
      },
    };
    tell({ world, store, stepper, watch: () => {} } as never, { kind: 'flatten' });
    assert.deepEqual(
      desk.told('flatten.ordered').map(({ time }) => time),
      [1234],
    );
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
