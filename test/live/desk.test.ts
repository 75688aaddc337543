import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteName } from '../../src/app/live/desk.ts';
import { portfolioText } from '../../src/app/show-trade.ts';
import { frozenLinesOf } from '../../src/app/view.ts';
import { NAMES_KEPT_MAX, NOT_FOUND_AFTER_MS } from '../../src/base/limits.ts';
import { rounds, stopLots } from './desk-lag.ts';
import { assertBooks, holding, opened } from './desk-scene.ts';
import { BTC, DEPOSIT, ETH } from './desk-world.ts';
import { CALM } from './fake-fault.ts';

describe('the desk of a live account', () => {
  it('remembers so many names of orders, and forgets the oldest beyond', () => {
    const names = new Map<string, string | null>();
    for (let order = 0; order <= NAMES_KEPT_MAX; order += 1) noteName({ names }, `v${order}`, null);
    assert.equal(names.size, NAMES_KEPT_MAX);
    assert.deepEqual([names.has('v0'), names.has('v1')], [false, true]);
  });

  it('begins with the money that the account holds', async () => {
    const desk = await opened();
    assert.equal(desk.world.portfolio.balance, DEPOSIT);
    assert.equal(desk.told('account.opened').length, 1);
  });

  it('takes an order there and back, and puts its stop behind it at once', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    assert.equal(desk.told('order.accepted').length, 1);
    desk.venue.tick(desk.venue.price, 300);
    await desk.attendant.round();
    assert.equal(desk.lots(BTC), 10);
    assert.equal(stopLots(desk.venue, BTC), 10);
    assertBooks(desk);
  });

  it('books a stop that fired, and takes away what the position leaves behind', async () => {
    const desk = await holding();
    desk.venue.tick(desk.venue.price * 0.98, 1000);
    await desk.quiet();
    assert.equal(desk.told('trade.closed').at(-1)?.trade.exitReason, 'stop_loss');
    assert.deepEqual(
      desk.venue.orders.filter(({ open }) => open),
      [],
    );
    assert.deepEqual(desk.world.portfolio.venue?.stops, {});
    assertBooks(desk);
  });
});

describe('an order whose answer was lost', () => {
  it('is looked up and not sent again', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    desk.venue.faults = { ...CALM, lostAnswer: 1000 };
    await desk.attendant.round();
    desk.venue.faults = CALM;
    desk.venue.tick(desk.venue.price, 1000);
    await desk.quiet();
    assert.equal(desk.lots(BTC), 10);
    assert.equal(desk.venue.repeated, 0);
    assertBooks(desk);
  });

  it('and that never arrived is sent once the venue has surely never had it', async () => {
    const desk = await holding();
    desk.venue.faults = { ...CALM, lostRequest: 1000 };
    desk.approve({ side: 'sell', reduceOnly: true, exitReason: 'exit_signal', protection: null });
    await desk.attendant.round();
    desk.venue.faults = CALM;
    await desk.attendant.round();
    assert.equal(desk.told('order.doubted').length, 1);
    assert.equal(desk.told('order.accepted').length, 1);
    desk.venue.tick(desk.venue.price, NOT_FOUND_AFTER_MS);
    await desk.quiet();
    assert.equal(desk.told('order.accepted').length, 2);
    assert.equal(desk.lots(BTC), 0);
    assertBooks(desk);
  });

  it('expires where its time is over by then', async () => {
    const desk = await opened();
    desk.venue.faults = { ...CALM, lostRequest: 1000 };
    const order = desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.faults = CALM;
    desk.venue.tick(desk.venue.price, 10 * 60_000);
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, NOT_FOUND_AFTER_MS);
    await desk.quiet();
    assert.deepEqual(
      desk.told('order.expired').map(({ id }) => id),
      [order.id],
    );
    assert.equal(desk.venue.accepted.size, 0);
  });
});

describe('a stop', () => {
  it('that the venue will not take means that the position is left', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    // Filled, and far below its stop before that could be placed.
    desk.venue.tick(desk.venue.price, 100);
    desk.venue.price *= 0.9;
    await desk.quiet();
    assert.equal(desk.lots(BTC), 0);
    assert.equal(desk.told('trade.closed').at(-1)?.trade.exitReason, 'stop_loss');
    assertBooks(desk);
  });

  it('that the venue will not take at the moment is asked for again, and nothing is left', async () => {
    for (const code of ['rate-limited', 'not-now', 'clock', 'auth', 'permission']) {
      const desk = await opened();
      desk.venue.stopsRefused = code;
      desk.approve({ side: 'buy' });
      for (let round = 0; round < 8; round += 1) {
        await desk.attendant.round();
        desk.venue.tick(desk.venue.price, 3000);
      }
      assert.equal(stopLots(desk.venue, BTC), 0, code);
      desk.venue.stopsRefused = null;
      await desk.quiet();
      assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [10, 10], code);
    }
  });

  it('that a person took away is put back by the round that a stream rings for', async () => {
    const desk = await holding();
    const since = desk.venue.clock;
    for (const order of desk.venue.orders) order.open = false;
    desk.attendant.hint();
    await desk.attendant.round();
    assert.equal(desk.venue.clock, since);
    assert.equal(stopLots(desk.venue, BTC), 10);
  });

  it('that a ring did not find is looked for until the venue can say', async () => {
    const desk = await holding();
    desk.venue.orders.splice(1);
    desk.attendant.hint();
    await rounds(desk, 20, 1000);
    assert.equal(stopLots(desk.venue, BTC), 10);
  });

  it('costs a list of open orders a ring, and only where one stands', async () => {
    const desk = await holding();
    const asked: string[] = [];
    const openOrders = desk.venue.openOrders.bind(desk.venue);
    desk.venue.openOrders = async symbol => {
      asked.push(symbol);
      return openOrders(symbol);
    };
    for (let ring = 0; ring < 5; ring += 1) desk.attendant.hint();
    await rounds(desk, 5);
    assert.deepEqual(asked, [BTC]);
  });

  it('that a person took away is put back by the next comparison', async () => {
    const desk = await holding();
    for (const order of desk.venue.orders) order.open = false;
    await desk.compared();
    assert.equal(stopLots(desk.venue, BTC), 10);
    assert.ok(desk.told('stop.withdrawn').length > 0);
  });
});

describe('what a person is shown of a live account', () => {
  it('says what stands at the exchange, and what is none of this bot', async () => {
    const desk = await holding();
    const text = portfolioText(desk.world.portfolio);
    assert.match(text, /at the exchange/);
    assert.match(text, /10 lots at 49,500/);
    desk.unknown = 'leave';
    desk.start();
    desk.venue.lots.set(ETH, 3);
    await desk.compared();
    assert.match(portfolioText(desk.world.portfolio), /Not of this bot, ETH\/USDT:USDT +3 lots/);
    assert.deepEqual(frozenLinesOf(desk.world), [
      'no entries in ETH/USDT:USDT for now: it holds a position that is not of this bot',
    ]);
  });
});

describe('funding', () => {
  it('is taken once, also when it is told of after the position was closed', async () => {
    const desk = await holding();
    desk.venue.settle(BTC, 0.0001);
    desk.venue.tick(desk.venue.price * 0.98, 10);
    await desk.quiet();
    assert.equal(desk.told('funding.settled').length, 1);
    assertBooks(desk);
  });

  it("that is more than the margin of a position is the wallet's", async () => {
    const desk = await holding();
    desk.venue.settle(BTC, 0.9);
    await desk.quiet();
    desk.venue.byHand(BTC, 'sell', 10);
    await desk.compared();
    assertBooks(desk);
  });
});
