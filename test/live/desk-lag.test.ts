/**
 * A venue whose lists lag behind each other: what a reviewer found, one case each.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { failed, ok } from '../../src/base/result.ts';
import { entryBar } from '../../src/policy/entry.ts';
import { EXIT_ORDER, lost, rounds, seeFills, stopLots } from './desk-lag.ts';
import { holding, opened } from './desk-scene.ts';
import { BTC, DeskWorld } from './desk-world.ts';

describe('a live account whose exchange tells late', () => {
  it('funding above the margin that is known here is no bug', async () => {
    const desk = await holding();
    for (let i = 0; i < 12; i += 1) {
      desk.venue.tick(desk.venue.price, 1000);
      desk.venue.settle(BTC, 0.03);
    }
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await desk.attendant.round();
  });
  it('funding of a former position, told after a smaller one was opened, is no bug', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy', lots: 2000 });
    await desk.quiet();
    const funding = desk.venue.funding.bind(desk.venue);
    desk.venue.settle(BTC, 0.0005);
    desk.venue.funding = async () => ok([]);
    desk.approve({ ...EXIT_ORDER, lots: 2000 });
    await desk.quiet();
    desk.approve({ side: 'buy', lots: 1 });
    await desk.quiet();
    desk.venue.funding = funding;
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await desk.attendant.round();
  });
  it('parts of an exit that are told late are no bug', async () => {
    const desk = await holding();
    let sick = true;
    const { place, find } = {
      place: desk.venue.place.bind(desk.venue),
      find: desk.venue.find.bind(desk.venue),
    };
    seeFills(desk, fills => (sick ? fills.filter(({ side }) => side === 'buy') : fills));
    desk.venue.place = async ticket => {
      const done = await place(ticket);
      return sick ? lost() : done;
    };
    const isStop = (id: string) =>
      desk.venue.orders.some(({ ticket }) => ticket.clientId === id && ticket.trigger !== null);
    desk.venue.find = async id => (sick && !isStop(id) ? lost() : find(id));
    desk.approve(EXIT_ORDER);
    await desk.attendant.round();
    for (const lots of [5, 5]) desk.venue.fillPart(lots);
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await rounds(desk, 3, 3000);
    sick = false;
    await rounds(desk, 3, 3000);
  });
  it('own lots behind a lagging list of orders are not left to others', async () => {
    const desk = new DeskWorld(1);
    desk.unknown = 'leave';
    desk.start();
    await desk.quiet();
    const { place, order } = {
      place: desk.venue.place.bind(desk.venue),
      order: desk.venue.order.bind(desk.venue),
    };
    desk.venue.place = async ticket => {
      const done = await place(ticket);
      return ticket.trigger === null ? lost() : done;
    };
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, 300);
    let lag = 1;
    desk.venue.order = async id => (lag-- > 0 ? failed('not-found', 'lag') : order(id));
    await desk.quiet();
    assert.equal(stopLots(desk.venue, BTC), 10);
  });
  for (const unknown of ['leave', 'adopt'] as const)
    it(`an entry whose fills are listed five seconds late is ours, and protected (${unknown})`, async () => {
      const desk = new DeskWorld(1);
      desk.unknown = unknown;
      desk.start();
      await desk.quiet();
      seeFills(desk, fills => fills.filter(({ time }) => time <= desk.venue.clock - 5000));
      desk.approve({ side: 'buy' });
      for (let i = 0; i < 40; i += 1) {
        await desk.attendant.round();
        desk.venue.tick(desk.venue.price, desk.attendant.restMs());
      }
      await desk.quiet();
      assert.equal(stopLots(desk.venue, BTC), 10);
      assert.equal(desk.world.portfolio.positions[BTC]?.strategy, 'breakout');
    });
  it('no second entry follows one whose fills are listed late', async () => {
    const desk = await opened();
    seeFills(desk, fills => fills.filter(({ time }) => time <= desk.venue.clock - 5000));
    desk.approve({ side: 'buy' });
    await rounds(desk, 10);
    const symbol = { reading: { ready: true } } as never;
    assert.notEqual(
      entryBar(desk.world, { symbol, candle: { symbol: BTC } as never }),
      null,
      'ten lots are held, and nothing bars another ten',
    );
  });
  it('fills behind the positions are booked once (exit)', async () => {
    const desk = await holding();
    let hidden = true;
    seeFills(desk, fills => (hidden ? fills.filter(({ side }) => side === 'buy') : fills));
    desk.venue.tick(49_400, RECONCILE_MS);
    await rounds(desk, 4);
    hidden = false;
    await desk.quiet();
    for (let i = 0; i < 2; i += 1) {
      desk.venue.tick(desk.venue.price, RECONCILE_MS);
      await desk.quiet();
    }
    assert.deepEqual(
      desk.told('trade.closed').map(({ trade }) => [trade.side, trade.exitReason]),
      [['long', 'stop_loss']],
    );
    assert.deepEqual(desk.told('balance.corrected'), [], 'a loss that no breaker saw');
  });
  it('fills behind the positions are booked once (entry)', async () => {
    const desk = await opened();
    let hidden = true;
    seeFills(desk, fills => (hidden ? [] : fills));
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await rounds(desk, 2, 2000);
    hidden = false;
    await desk.quiet();
    assert.deepEqual(desk.told('position.adopted'), []);
  });
});
