/**
 * Fills that are missing: an order says that it was filled, and the list of fills cannot be had or
 * leaves them out, for minutes and over restarts.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { failed } from '../../src/base/result.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/base/time.ts';
import { Died } from '../fixtures/ledger.ts';
import { bareMs, loseFills, lost, rounds, STOP_ONLY, seeFills, stopLots } from './desk-lag.ts';
import { holding, opened } from './desk-scene.ts';
import { BTC, DeskWorld, ETH } from './desk-world.ts';

const BOUND_MS = 10 * SECOND_MS;
const WAYS = ['cannot be had', 'leave it out'] as const;

async function filled(way: (typeof WAYS)[number], unknown: 'adopt' | 'leave' = 'adopt') {
  const desk = new DeskWorld(1);
  desk.unknown = unknown;
  desk.start();
  await desk.quiet();
  const fills = desk.venue.fills;
  if (way === 'cannot be had') loseFills(desk);
  else seeFills(desk, () => []);
  desk.approve({ side: 'buy' });
  const tellAgain = (): void => {
    desk.venue.fills = fills;
  };
  return { desk, tellAgain };
}

describe('an entry whose fills are missing', () => {
  for (const way of WAYS)
    for (const unknown of ['adopt', 'leave'] as const)
      it(`(they ${way}, ${unknown}) stands behind its stop, over comparisons, and is booked when they come`, async () => {
        const { desk, tellAgain } = await filled(way, unknown);
        assert.ok((await bareMs(desk, 10 * MINUTE_MS)) < BOUND_MS);
        assert.deepEqual([desk.venue.lots.get(BTC), stopLots(desk.venue, BTC)], [10, 10]);
        assert.deepEqual(desk.told('order.orphaned'), []);
        tellAgain();
        assert.ok((await bareMs(desk, RECONCILE_MS)) < BOUND_MS);
        assert.equal(desk.lots(BTC), 10);
        assert.deepEqual([desk.told('position.adopted'), desk.told('position.left')], [[], []]);
      });

  it('stands behind its stop after a restart', async () => {
    for (const way of WAYS) {
      const { desk } = await filled(way);
      await bareMs(desk, 5000);
      desk.start();
      assert.ok((await bareMs(desk, 5 * MINUTE_MS)) < BOUND_MS, way);
      assert.equal(stopLots(desk.venue, BTC), 10, way);
    }
  });

  it('holds back another one in its pair', async () => {
    for (const way of WAYS) {
      const { desk } = await filled(way);
      await bareMs(desk, 70_000);
      desk.approve({ side: 'buy' });
      await bareMs(desk, 90_000);
      assert.equal(desk.venue.lots.get(BTC), 10, way);
    }
  });

  it('is closed by a flatten', async () => {
    for (const way of WAYS)
      for (const unknown of ['adopt', 'leave'] as const) {
        const { desk } = await filled(way, unknown);
        await bareMs(desk, MINUTE_MS);
        desk.commit({ kind: 'flatten', time: desk.venue.clock });
        await bareMs(desk, 5 * MINUTE_MS);
        assert.equal(desk.venue.lots.get(BTC), 0, `${way}, ${unknown}`);
      }
  });

  it('is left at once where the price is beyond its stop already', async () => {
    for (const way of WAYS) {
      const { desk } = await filled(way);
      await desk.attendant.round();
      desk.venue.tick(desk.venue.price, 100);
      desk.venue.price *= 0.9;
      assert.ok((await bareMs(desk, 5 * MINUTE_MS)) < 2 * BOUND_MS, way);
      assert.equal(desk.venue.lots.get(BTC), 0, way);
    }
  });

  it('has its stop put back where a person cancels it', async () => {
    for (const way of WAYS) {
      const { desk } = await filled(way);
      await bareMs(desk, 20_000);
      for (const order of desk.venue.orders) if (order.ticket.kind === 'stop') order.open = false;
      desk.attendant.hint();
      assert.ok((await bareMs(desk, 2 * MINUTE_MS)) < BOUND_MS, way);
      assert.equal(stopLots(desk.venue, BTC), 10, way);
    }
  });
});

describe('the stop of an entry whose fills are missing, taken unheard', () => {
  async function unheard() {
    const { desk } = await filled('leave it out');
    const { venue } = desk;
    const { place, find } = venue;
    venue.place = async ticket => {
      const placed = await place.call(venue, ticket);
      return ticket.trigger === null ? placed : lost();
    };
    await rounds(desk, 2, 100);
    assert.equal(stopLots(venue, BTC), 10);
    return { desk, venue, place, find };
  }

  it('is told of by a comparison, not taken away', async () => {
    const { desk, venue, place, find } = await unheard();
    venue.find = async clientId =>
      venue.orders.at(-1)?.ticket.clientId === clientId ? lost() : find.call(venue, clientId);
    venue.tick(venue.price, RECONCILE_MS);
    await rounds(desk, 1, 100);
    assert.deepEqual([desk.told('order.orphaned'), stopLots(venue, BTC)], [[], 10]);
    assert.equal(desk.told('stop.placed').length, 1);
    Object.assign(venue, { place, find });
    await rounds(desk, 5);
    assert.equal(stopLots(venue, BTC), 10);
  });

  it('is looked for by a process that starts, not placed again (life 161)', async () => {
    const { desk, venue, place } = await unheard();
    venue.place = place;
    desk.start();
    await rounds(desk, 5, 300);
    assert.deepEqual([venue.repeated, stopLots(venue, BTC)], [0, 10]);
    assert.equal(desk.told('stop.placed').length, 1);
  });
});

describe('an entry all of whose fills are booked', () => {
  /** The hand was there first, and the entry turns it over; the process dies in the middle of booking that. */
  async function turnedOver(first: number): Promise<DeskWorld> {
    const desk = await opened();
    desk.approve({ side: 'sell' });
    await desk.attendant.round();
    desk.venue.byHand(BTC, 'buy', 2);
    desk.venue.fillPart(first);
    desk.dies = () => desk.told('trade.closed').length > 0;
    await assert.rejects(rounds(desk, 3, 1), Died);
    desk.dies = () => false;
    desk.start();
    return desk;
  }

  it('ends, though a death kept what its fill opened beyond another hand from being booked', async () => {
    const desk = await turnedOver(10);
    await bareMs(desk, 5 * MINUTE_MS);
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [-8, 8]);
    assert.equal(desk.attendant.idle(), true);
  });

  it('ends, too, where the rest of it was booked as its own (life 469)', async () => {
    const desk = await turnedOver(4);
    await rounds(desk, 1, 1);
    desk.venue.fillPart(6);
    await bareMs(desk, 5 * MINUTE_MS);
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [-8, 8]);
    assert.equal(desk.attendant.idle(), true);
  });

  it('is given no stop where it only closed what another hand held (life 7506)', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    let covers = 0;
    desk.venue.place = async ticket => {
      // That of the hand's buys.
      if (ticket.trigger !== null && ticket.side === 'sell') covers += 1;
      return place(ticket);
    };
    const entry = desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.byHand(BTC, 'sell', 10);
    await rounds(desk, 10, 300);
    assert.deepEqual([desk.venue.lots.get(BTC), covers], [0, 0]);
    assert.deepEqual(
      desk.told('order.canceled').map(({ id }) => id),
      [entry.id],
    );
  });

  it('does not end by fills that are told of and not booked yet', async () => {
    const desk = await opened();
    let asked = 0;
    // Two lists lag, from which it would be booked.
    seeFills(desk, fills => (fills.length === 0 || asked++ < 2 ? [] : fills));
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await bareMs(desk, MINUTE_MS);
    assert.deepEqual([desk.lots(BTC), desk.told('position.adopted')], [10, []]);
    assert.deepEqual(desk.told('order.canceled'), []);
  });
});

describe('a stop that is never taken means that the position is left', () => {
  it('also where the exchange says that there is no position', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    desk.venue.place = async ticket =>
      ticket.trigger === null ? place(ticket) : failed('no-position', 'nothing to close');
    desk.approve({ side: 'buy' });
    assert.ok((await bareMs(desk, 5 * MINUTE_MS)) < 45 * SECOND_MS);
    assert.equal(desk.venue.lots.get(BTC), 0);
  });

  it('also where a smaller one stands', async () => {
    for (const code of ['unclear', 'not-now']) {
      const desk = await opened();
      const place = desk.venue.place.bind(desk.venue);
      let stops = 0;
      desk.venue.place = async ticket => {
        if (ticket.kind === 'stop') stops += 1;
        const isTaken = ticket.kind !== 'stop' || stops === 1;
        return isTaken ? place(ticket) : failed(code, 'x', code === 'unclear');
      };
      desk.approve({ side: 'buy', protection: STOP_ONLY });
      await desk.attendant.round();
      desk.venue.fillPart(5);
      await desk.attendant.round();
      desk.venue.fillPart(5);
      assert.ok((await bareMs(desk, 5 * MINUTE_MS)) < 45 * SECOND_MS, code);
      assert.equal(desk.venue.lots.get(BTC), 0, code);
    }
  });
});

describe('a pair that differs', () => {
  it('keeps no other from being adopted behind a stop', async () => {
    const desk = await holding();
    seeFills(desk, () => []);
    desk.venue.byHand(BTC, 'buy', 3);
    desk.venue.byHand(ETH, 'buy', 5);
    desk.start();
    assert.ok((await bareMs(desk, 5 * MINUTE_MS, { symbol: ETH })) < BOUND_MS);
    await rounds(desk, 60);
    assert.equal(desk.lots(BTC), 13);
  });
});
