/**
 * Stops in doubt: taken unheard, refused after a request that may have been heard, or not answered for.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { failed } from '../../src/base/result.ts';
import { lost, rounds, STOP_ONLY, stopLots } from './desk-lag.ts';
import { holding, opened } from './desk-scene.ts';
import { BTC } from './desk-world.ts';
import { CALM } from './fake-fault.ts';

describe('a stop of a live account', () => {
  it('that nobody answered about in an outage is placed after it, and its position kept', async () => {
    const desk = await opened();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    venue.place = async ticket => (ticket.trigger === null ? place(ticket) : lost());
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await rounds(desk, 2, 300);
    venue.place = place;
    venue.faults = { ...CALM, lostRequest: 1000 };
    await rounds(desk, 30, 2000);
    venue.faults = CALM;
    await desk.quiet();
    assert.deepEqual([desk.lots(BTC), stopLots(venue, BTC)], [10, 10]);
  });

  it('that is answered for slowly, and never taken, is a reason to leave all the same', async () => {
    const desk = await opened();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    venue.place = async ticket => (ticket.trigger === null ? place(ticket) : lost());
    desk.approve({ side: 'buy' });
    await rounds(desk, 8, 31_000);
    assert.equal(venue.lots.get(BTC), 0);
  });

  it('that was refused before an outage and right after it is no reason to leave', async () => {
    const desk = await opened();
    const { venue } = desk;
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await rounds(desk, 1, 100);
    const place = venue.place.bind(venue);
    // Heard of at last: what may have been heard is looked up from here on.
    venue.place = async ticket => (ticket.trigger === null ? place(ticket) : lost());
    await rounds(desk, 2, 100);
    venue.faults = { ...CALM, lostRequest: 1000 };
    await rounds(desk, 20, 2000);
    venue.faults = CALM;
    await rounds(desk, 2, 100);
    venue.place = place;
    await desk.quiet();
    assert.deepEqual([desk.lots(BTC), stopLots(venue, BTC)], [10, 10]);
  });

  it('that was refused once, and once more an hour later, is no reason to leave', async () => {
    const desk = await holding();
    const { venue } = desk;
    for (let time = 0; time < 2; time += 1) {
      venue.stopsRefused = 'not-now';
      venue.byHand(BTC, 'buy', 5);
      await rounds(desk, 1, 100);
      venue.byHand(BTC, 'sell', 5);
      await rounds(desk, 1, 100);
      venue.stopsRefused = null;
      await desk.quiet();
      venue.tick(venue.price, 3_600_000);
    }
    assert.deepEqual([desk.lots(BTC), stopLots(venue, BTC)], [10, 10]);
  });

  it('that may have been heard is not forgotten over a refusal for want of a position', async () => {
    const desk = await opened();
    const { venue } = desk;
    const { place, find } = venue;
    let requests = 0;
    venue.place = async ticket => {
      if (ticket.trigger === null) return place.call(venue, ticket);
      requests += 1;
      if (requests === 2) return failed('no-position', 'nothing to reduce');
      const placed = await place.call(venue, ticket);
      return requests === 1 ? lost() : placed;
    };
    venue.find = async clientId =>
      requests === 1 ? failed('not-found', 'it lags') : find.call(venue, clientId);
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await desk.quiet();
    assert.deepEqual([requests, venue.repeated, stopLots(venue, BTC)], [2, 0, 10]);
  });

  it('that is refused is not asked for in haste, however quick a comparison is', async () => {
    const desk = await opened();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    let requests = 0;
    venue.place = async ticket => {
      if (ticket.trigger === null) return place(ticket);
      requests += 1;
      return failed('rate-limited', 'too many requests');
    };
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await rounds(desk, 1, 1);
    venue.tick(venue.price, RECONCILE_MS);
    await rounds(desk, 1);
    assert.ok(requests > 1 && requests < 6, `${requests} requests`);
  });

  it('that may have been heard is looked for again, though a later request was surely not', async () => {
    const desk = await opened();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    const find = venue.find.bind(venue);
    let [requests, looks] = [0, 0];
    venue.place = async ticket => {
      if (ticket.trigger === null) return place(ticket);
      requests += 1;
      if (requests === 2) return failed('rate-limited', 'x');
      const placed = await place(ticket);
      return requests === 1 ? lost() : placed;
    };
    venue.find = async clientId =>
      requests === 1 && looks++ === 0 ? failed('not-found', 'it lags') : find(clientId);
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await desk.quiet();
    assert.deepEqual([requests, looks, venue.repeated], [2, 1, 0]);
    assert.equal(stopLots(venue, BTC), 10);
  });

  it('that was taken unheard is withdrawn, though the one before it fits again (life 586)', async () => {
    const desk = await holding();
    const { venue } = desk;
    const { place, find } = venue;
    venue.place = async ticket => {
      await place.call(venue, ticket);
      return lost();
    };
    venue.find = async () => lost();
    venue.byHand(BTC, 'buy', 5);
    await rounds(desk, 1, 100);
    assert.equal(stopLots(venue, BTC), 25);
    venue.byHand(BTC, 'sell', 5);
    await rounds(desk, 1, 100);
    Object.assign(venue, { place, find });
    await desk.compared();
    assert.deepEqual([desk.lots(BTC), stopLots(venue, BTC)], [10, 10]);
  });
});
