/**
 * Stops that are not taken, not found, or end: what a reviewer found, one case each.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAttendant } from '../../src/app/live/attend.ts';
import { openDesk } from '../../src/app/live/desk.ts';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { failed, ok } from '../../src/base/result.ts';
import { EXIT_ORDER, lost, nakedMs, rounds, STOP_ONLY, stopLots } from './desk-lag.ts';
import { holding, opened } from './desk-scene.ts';
import { BTC, DeskWorld, NEVER } from './desk-world.ts';

describe('a stop of a live account', () => {
  it('another life of the directory under "leave" takes no stop off a position of its own', async () => {
    const desk = await holding();
    const other = new DeskWorld(2);
    Object.assign(other, { venue: desk.venue, unknown: 'leave' });
    other.start();
    await other.quiet();
    assert.equal(stopLots(desk.venue, BTC), 10);
  });
  it('a stop that is answered with unknown errors means that the position is left', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    desk.venue.place = async ticket =>
      ticket.trigger === null ? place(ticket) : failed('unclear', 'x', true);
    desk.approve({ side: 'buy' });
    await rounds(desk, 100);
    assert.equal(desk.venue.lots.get(BTC), 0, 'naked for 50 minutes');
  });
  it('that is refused time and again is tried again within seconds, however often (life 293)', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    const refusals = ['rate-limited', 'unclear', 'rate-limited', 'unclear', 'rate-limited'];
    desk.venue.place = async ticket => {
      const code = ticket.trigger === null ? undefined : refusals.shift();
      return code === undefined ? place(ticket) : failed(code, 'x', code === 'unclear');
    };
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, 300);
    assert.ok((await nakedMs(desk)) < 10_000);
    assert.deepEqual(refusals, []);
  });
  it('that is not taken for ten seconds is told of once, and once more when it is over', async () => {
    const desk = await opened();
    desk.venue.stopsRefused = 'not-now';
    desk.approve({ side: 'buy' });
    await rounds(desk, 18, 1000);
    desk.venue.stopsRefused = null;
    await desk.quiet();
    assert.deepEqual(
      desk.warnings.filter(line => line.includes('without its stop')),
      [
        `${BTC} stands without its stop, which is asked for again and again`,
        `${BTC} stands without its stop no longer`,
      ],
    );
  });
  it('a leg that begins anew uses no client id twice, and is not believed to stand', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.fillPart(5);
    await desk.attendant.round();
    desk.venue.byHand(BTC, 'sell', 5);
    await rounds(desk, 2, 300);
    desk.venue.fillPart(5);
    await rounds(desk, 20, 2000);
    assert.equal(desk.venue.repeated, 0);
    assert.equal(stopLots(desk.venue, BTC), 5);
  });
  it('a stop found under its client id that stands no longer is not taken for one that does', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    let once = true;
    desk.venue.place = async ticket => {
      const done = await place(ticket);
      if (ticket.kind !== 'stop' || !once) return done;
      once = false;
      desk.venue.endStop(0);
      return lost();
    };
    desk.approve({ side: 'buy' });
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, 300);
    assert.ok((await nakedMs(desk)) < 30_000);
  });
  it('a stop that a lagging list did not show is withdrawn later', async () => {
    const desk = await opened();
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await rounds(desk, 3, 300);
    const cancel = desk.venue.cancel.bind(desk.venue);
    let lag = 1;
    desk.venue.cancel = async id => (lag-- > 0 ? failed('not-found', 'lag') : cancel(id));
    desk.venue.byHand(BTC, 'buy', 5);
    await desk.quiet();
    desk.approve({ ...EXIT_ORDER, lots: 15 });
    for (let i = 0; i < 3; i += 1) {
      await desk.quiet();
      desk.venue.tick(desk.venue.price, RECONCILE_MS);
    }
    assert.equal(desk.venue.lots.get(BTC), 0);
    assert.equal(
      desk.venue.orders.filter(({ open }) => open).length,
      0,
      'it fires into the next position',
    );
  });
  it('a rollback while a stop is on its way leaves no stop that nobody knows', async () => {
    const desk = await opened();
    let epoch = 1;
    desk.attendant = createAttendant(
      openDesk({
        ...{
          venue: desk.venue,
          world: desk.world,
          directory: '0123456789abcdef',
          epoch: () => epoch,
        },
        ...{
          commit: input => desk.commit(input),
          unknown: 'adopt',
          warn: () => {},
          elapsed: () => desk.venue.clock,
          rest: NEVER,
        },
      }),
    );
    await desk.quiet();
    const place = desk.venue.place.bind(desk.venue);
    desk.venue.place = async ticket => {
      const done = await place(ticket);
      if (ticket.kind === 'stop') epoch = 2;
      return done;
    };
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await desk.quiet();
    desk.approve(EXIT_ORDER);
    await desk.quiet();
    assert.equal(desk.venue.orders.filter(({ open }) => open).length, 0);
  });
  it('a target that is refused does not close the position', async () => {
    const desk = await opened();
    const place = desk.venue.place.bind(desk.venue);
    desk.venue.place = async ticket =>
      ticket.kind === 'take_profit' ? failed('refused', 'too many stop orders') : place(ticket);
    desk.approve({ side: 'buy' });
    await desk.quiet();
    assert.equal(desk.lots(BTC), 10);
  });
  it('a stop that fired in part and ended is replaced within half a minute', async () => {
    const desk = await holding();
    desk.venue.endStop(5);
    assert.ok((await nakedMs(desk)) < 30_000);
  });
  it('that was taken away while the bot was dead is placed anew by a start, though no comparison comes to its end', async () => {
    const desk = await holding();
    for (const order of desk.venue.orders) order.open = false;
    desk.venue.positions = async () => lost();
    desk.start();
    for (let count = 0; count < 5; count += 1) await desk.attendant.round();
    assert.equal(stopLots(desk.venue, BTC), 10);
  });

  it('that two lists far apart do not show stands all the same', async () => {
    const desk = await holding();
    const find = desk.venue.find.bind(desk.venue);
    desk.venue.openOrders = async () => ok([]);
    for (let turn = 0; turn < 2; turn += 1) {
      let lag = 1;
      desk.venue.find = async id => (lag-- > 0 ? failed('not-found', 'lag') : find(id));
      desk.venue.tick(desk.venue.price, RECONCILE_MS);
      await rounds(desk, 4);
    }
    assert.deepEqual(desk.told('stop.withdrawn'), []);
  });
});
