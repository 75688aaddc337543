import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { toUnits } from '../../src/base/money.ts';
import { DAY_MS } from '../../src/base/time.ts';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { lost, rounds, stopLots } from './desk-lag.ts';
import { assertBooks, holding, opened } from './desk-scene.ts';
import { BTC, DEPOSIT, DeskWorld } from './desk-world.ts';
import { CALM } from './fake-fault.ts';

describe('a venue that does not answer', () => {
  it('is asked slower and slower, but for a stop that waits', async () => {
    const desk = await opened();
    const restsAfter = async (rounds: number): Promise<number> => {
      for (let round = 0; round < rounds; round += 1) await desk.attendant.round();
      return desk.attendant.restMs();
    };
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, 300);
    desk.venue.faults = { ...CALM, lostRequest: 1000 };
    assert.equal(await restsAfter(1), 300);
    assert.equal(await restsAfter(9), 2000);
    desk.venue.faults = CALM;
    await desk.quiet();
    desk.venue.faults = { ...CALM, lostRequest: 1000 };
    assert.equal(await restsAfter(10), 30_000);
  });

  it('is told of once, and once more where it fails in another way', async () => {
    const desk = await holding();
    desk.venue.faults = { ...CALM, lostRequest: 1000 };
    for (let round = 0; round < 3; round += 1) await desk.attendant.round();
    desk.venue.faults = { ...CALM, refusedForNow: 1000 };
    for (let round = 0; round < 3; round += 1) await desk.attendant.round();
    desk.venue.faults = CALM;
    await desk.quiet();
    desk.venue.faults = { ...CALM, refusedForNow: 1000 };
    await desk.attendant.round();
    const codes = desk.warnings.map(line => line.split(' ')[2]);
    assert.deepEqual(codes, ['timed-out', 'rate-limited', 'rate-limited']);
  });
});

describe('a pair in which nothing happens', () => {
  it('is asked about its whole past once a run, and about a day of it after that', async () => {
    const desk = await opened();
    const asked: number[] = [];
    for (const list of ['fills', 'funding'] as const) {
      const tell = desk.venue[list].bind(desk.venue) as (typeof desk.venue)['fills'];
      Object.assign(desk.venue, {
        [list]: (symbol: string, since: number) => {
          asked.push(since);
          return tell(symbol, since);
        },
      });
    }
    const { since } = desk.world.portfolio.venue ?? { since: 0 };
    desk.venue.tick(desk.venue.price, 300 * DAY_MS);
    await desk.quiet();
    const now = desk.venue.clock;
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    asked.length = 0;
    await desk.quiet();
    assert.ok(asked.length > 0);
    assert.ok(asked.every(time => time >= now - DAY_MS - RECONCILE_MS));
    desk.start();
    asked.length = 0;
    await desk.quiet();
    assert.equal(asked[0], since);
  });
});

describe('an account that goes on', () => {
  it('keeps its balance when the settings change before the first trade', async () => {
    const desk = await opened();
    const settings = { ...DEFAULT_SETTINGS, startBalance: toUnits(77) };
    desk.commit({ kind: 'configure', settings });
    assert.equal(desk.world.portfolio.balance, DEPOSIT);
    assert.equal(desk.world['risk-manager'].equity, DEPOSIT);
    assert.equal(desk.world.analytics.startBalance, DEPOSIT);
  });

  it('in a directory that forgot it is adopted, never without a stop', async () => {
    const former = await holding();
    const desk = new DeskWorld(2, former.venue);
    const cancel = desk.venue.cancel.bind(desk.venue);
    desk.venue.cancel = async clientId => {
      const done = await cancel(clientId);
      assert.ok(stopLots(desk.venue, BTC) >= 10, 'between two requests');
      return done;
    };
    for (let round = 0; round < 12; round += 1) {
      await desk.attendant.round();
      desk.venue.tick(desk.venue.price, desk.attendant.restMs());
    }
    await desk.quiet();
    assert.equal(desk.lots(BTC), 10);
    assert.equal(stopLots(desk.venue, BTC), 10);
    assert.equal(desk.told('order.orphaned').filter(({ done }) => done === 'canceled').length, 2);
  });

  it('in a directory that forgot it may be left alone, with the stops it had', async () => {
    const former = await holding();
    const desk = new DeskWorld(2, former.venue);
    desk.unknown = 'leave';
    desk.start();
    for (let turn = 0; turn < 3; turn += 1) {
      await desk.quiet();
      desk.venue.tick(desk.venue.price, RECONCILE_MS);
    }
    assert.deepEqual([desk.lots(BTC), stopLots(desk.venue, BTC)], [0, 10]);
    desk.venue.byHand(BTC, 'sell', 10);
    await desk.compared();
    assert.deepEqual(
      desk.venue.orders.filter(({ open }) => open),
      [],
    );
  });

  it('takes away what it sent itself and was not told of, though a person holds the pair by now', async () => {
    const desk = await opened();
    desk.unknown = 'leave';
    desk.start();
    await desk.quiet();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    let unheard = 0;
    venue.place = async ticket => {
      const placed = await place(ticket);
      if (ticket.kind !== 'take_profit') return placed;
      unheard += 1;
      return lost();
    };
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    venue.tick(venue.price, 1);
    venue.find = async () => lost();
    await desk.attendant.round();
    venue.byHand(BTC, 'sell', 10);
    venue.byHand(BTC, 'buy', 4);
    await rounds(desk, 3, 300_000);
    assert.deepEqual([unheard, desk.lots(BTC), venue.lots.get(BTC)], [1, 0, 4]);
    assert.deepEqual(
      venue.orders.filter(({ open }) => open),
      [],
    );
  });

  it('books an exit that was filled after a person had turned the position over', async () => {
    const desk = await holding();
    desk.venue.faults = { ...CALM, lateFills: 1000 };
    desk.approve({ side: 'sell', reduceOnly: true, exitReason: 'exit_signal', protection: null });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, 1);
    desk.venue.faults = CALM;
    desk.venue.byHand(BTC, 'sell', 4);
    await desk.compared();
    assert.equal(desk.lots(BTC), -4);
    assertBooks(desk);
  });
});
