/**
 * A pair about which the exchange does not answer: the others are looked after all the same.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failed } from '../../src/base/result.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/base/time.ts';
import { lost, rounds, stopLots } from './desk-lag.ts';
import { opened } from './desk-scene.ts';
import { BTC, ETH } from './desk-world.ts';
import { type Asked, bareMs, slowDown } from './slow-venue.ts';

const BOUND_MS = 10 * SECOND_MS;

describe('a pair about which an answer takes eleven seconds', () => {
  const delayMs = ({ symbol }: Asked) => (symbol === ETH ? 11 * SECOND_MS : 100);

  it('does not keep the stop of another waiting', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy', symbol: ETH });
    await desk.quiet();
    const { fills } = desk.venue;
    desk.venue.fills = async (symbol, since) =>
      symbol === ETH ? lost() : fills.call(desk.venue, symbol, since);
    desk.approve({ side: 'buy' });
    assert.ok((await bareMs(desk, BTC, { delayMs })) < SECOND_MS);
    assert.equal(stopLots(desk.venue, BTC), 10);
  });

  it('does not, as orders leave for both', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy', symbol: ETH });
    desk.approve({ side: 'buy' });
    assert.ok((await bareMs(desk, BTC, { delayMs })) < SECOND_MS);
    assert.equal(stopLots(desk.venue, BTC), 10);
  });

  it('does not, where its order is filled a moment after it was looked at', async () => {
    const desk = await opened();
    const { venue } = desk;
    const fillLate = venue.tick.bind(venue);
    const from = venue.clock;
    // The market has nobody on the other side for half a second.
    venue.tick = (price, ms) => {
      if (venue.clock + ms - from > 500) fillLate(price, ms);
      else venue.clock += ms;
    };
    desk.approve({ side: 'buy', symbol: ETH });
    desk.approve({ side: 'buy' });
    assert.ok((await bareMs(desk, BTC, { delayMs })) < 3 * SECOND_MS);
    assert.equal(stopLots(venue, BTC), 10);
  });

  it('does not, where the stop is refused time and again meanwhile', async () => {
    const desk = await opened();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    let refusals = 4;
    venue.place = async ticket =>
      ticket.symbol === BTC && ticket.trigger !== null && refusals-- > 0
        ? failed('rate-limited', 'x')
        : place(ticket);
    for (const symbol of [ETH, BTC]) desk.approve({ side: 'buy', symbol });
    assert.ok((await bareMs(desk, BTC, { delayMs })) < BOUND_MS);
    assert.equal(stopLots(venue, BTC), 10);
  });

  it('does not keep what a person opens in another from being seen', async () => {
    const desk = await opened();
    const { venue } = desk;
    desk.approve({ side: 'buy', symbol: ETH });
    const play = slowDown(desk, delayMs);
    let since: number | null = null;
    let isTold = false;
    await play(MINUTE_MS, () => {
      if (!isTold && venue.accepted.size > 0) {
        isTold = true;
        since = venue.clock;
        venue.byHand(BTC, 'buy', 3);
        desk.attendant.hint();
      }
      if (stopLots(venue, BTC) === 3 && since !== null) {
        assert.ok(venue.clock - since < 3 * SECOND_MS);
        since = null;
      }
    });
    assert.deepEqual([isTold, stopLots(venue, BTC)], [true, 3]);
  });

  it('does not keep the exit of another waiting, whose stop the price is beyond', async () => {
    const desk = await opened();
    const { venue } = desk;
    for (const symbol of [ETH, BTC]) desk.approve({ side: 'buy', symbol });
    await desk.quiet();
    for (const order of venue.orders) order.open = false;
    venue.price *= 0.98;
    desk.start();
    const since = venue.clock;
    let leftMs = 0;
    await slowDown(desk, delayMs)(MINUTE_MS, () => {
      if (leftMs === 0 && venue.lots.get(BTC) === 0) leftMs = venue.clock - since;
    });
    assert.ok(leftMs > 0 && leftMs < 3 * SECOND_MS, `${leftMs} ms`);
  });

  it('has its entry recalled, though the answer to its exit is lost', async () => {
    const desk = await opened();
    const { venue } = desk;
    desk.approve({ side: 'buy', lots: 10 });
    await desk.attendant.round();
    venue.fillPart(4);
    await rounds(desk, 1, 1);
    assert.deepEqual([desk.lots(BTC), venue.orders[0]?.open], [4, true]);
    desk.commit({ kind: 'flatten', time: venue.clock });
    const { place, find } = venue;
    venue.place = async ticket => (ticket.trigger === null ? lost() : place.call(venue, ticket));
    venue.find = async id =>
      venue.accepted.has(id) ? find.call(venue, id) : failed('not-found', 'it lags');
    await rounds(desk, 2, 1);
    assert.equal(venue.orders[0]?.open, false);
  });

  it('does not, where both stand without theirs', async () => {
    const desk = await opened();
    desk.venue.stopsRefused = 'not-now';
    for (const symbol of [BTC, ETH]) desk.approve({ side: 'buy', symbol });
    await rounds(desk, 3);
    desk.venue.stopsRefused = null;
    const slowBtc = ({ symbol }: Asked) => (symbol === BTC ? 11 * SECOND_MS : 100);
    assert.ok((await bareMs(desk, ETH, { delayMs: slowBtc })) < SECOND_MS);
    assert.equal(stopLots(desk.venue, ETH), 10);
  });

  it('gets no entry that was being prepared as another came to stand without its stop', async () => {
    const desk = await opened();
    const { venue } = desk;
    venue.stopsRefused = 'not-now';
    for (const symbol of [BTC, ETH]) desk.approve({ side: 'buy', symbol });
    const play = slowDown(desk, delayMs);
    await play(15 * SECOND_MS);
    assert.deepEqual([venue.lots.get(BTC), venue.lots.get(ETH)], [10, undefined]);
    venue.stopsRefused = null;
    await play(30 * SECOND_MS);
    assert.deepEqual([venue.lots.get(BTC), venue.lots.get(ETH)], [10, 10]);
  });

  it('is waited for before a failure for good ends the round', async () => {
    const desk = await opened();
    const { fills } = desk.venue;
    desk.venue.fills = async (symbol, since) => {
      if (symbol === BTC) throw new Error('for good');
      return fills.call(desk.venue, symbol, since);
    };
    const since = desk.venue.clock;
    desk.attendant.hint();
    await assert.rejects(slowDown(desk, delayMs)(1), { message: 'for good' });
    assert.ok(desk.venue.clock - since >= 11 * SECOND_MS);
  });
});
