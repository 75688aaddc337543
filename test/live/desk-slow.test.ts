/**
 * A slow exchange: what takes long in one pair holds up no other, whatever is asked about it.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RECONCILE_MS } from '../../src/base/limits.ts';
import { failed } from '../../src/base/result.ts';
import { MINUTE_MS, SECOND_MS } from '../../src/base/time.ts';
import { lost, rounds, STOP_ONLY, stopLots } from './desk-lag.ts';
import { opened } from './desk-scene.ts';
import { BTC, ETH } from './desk-world.ts';
import { bareMs, slowDown } from './slow-venue.ts';

const BOUND_MS = 10 * SECOND_MS;

describe('where each answer takes a second', () => {
  const delayMs = () => SECOND_MS;

  it('lots of a hand have their stop in time, though there is much to ask of another pair (life 83)', async () => {
    const desk = await opened();
    for (let order = 0; order < 6; order += 1) desk.venue.byHand(BTC, 'buy', 1);
    desk.venue.byHand(ETH, 'buy', 2);
    desk.attendant.hint();
    assert.ok((await bareMs(desk, ETH, { delayMs })) < BOUND_MS);
    assert.deepEqual([stopLots(desk.venue, BTC), stopLots(desk.venue, ETH)], [6, 2]);
  });

  it('many orders of a hand have their stop in time', async () => {
    const desk = await opened();
    for (let order = 0; order < 12; order += 1) desk.venue.byHand(BTC, 'buy', 1);
    desk.attendant.hint();
    assert.ok((await bareMs(desk, BTC, { delayMs })) < BOUND_MS);
    assert.equal(stopLots(desk.venue, BTC), 12);
  });

  it('a stop that is refused is asked for again beside a comparison, and a stream that rings (life 293)', async () => {
    const desk = await opened();
    const { venue } = desk;
    const place = venue.place.bind(venue);
    let refusals = 3;
    venue.place = async ticket =>
      ticket.trigger !== null && refusals-- > 0 ? failed('rate-limited', 'x') : place(ticket);
    desk.approve({ side: 'buy', protection: STOP_ONLY });
    await desk.attendant.round();
    venue.tick(venue.price, RECONCILE_MS);
    desk.attendant.hint();
    assert.ok((await bareMs(desk, BTC, { delayMs })) < BOUND_MS);
    assert.equal(stopLots(venue, BTC), 10);
  });
});

describe('two stops of one position', () => {
  it('that were taken unheard and are gone are asked after in turn: what came of it is booked once', async () => {
    const desk = await opened();
    desk.trails = true;
    const { venue } = desk;
    const { place, find } = venue;
    venue.place = async ticket => {
      const placed = await place.call(venue, ticket);
      return ticket.trigger === null ? placed : lost();
    };
    desk.approve({ side: 'buy' });
    await rounds(desk, 2, 100);
    for (const order of venue.orders) order.open = false;
    venue.tick(venue.price, RECONCILE_MS);
    // They are found out about in the comparison that is due, and just then something happens.
    let positions = 0;
    const from = venue.clock;
    venue.find = async id => (venue.clock - from < 7700 ? lost() : find.call(venue, id));
    const play = slowDown(desk, ({ question }) => {
      if (question === 'positions') positions += 1;
      return 600;
    });
    let isDone = false;
    await play(MINUTE_MS, () => {
      if (isDone || venue.clock - from < 7900) return;
      isDone = true;
      venue.settle(BTC, 0.0001);
      venue.byHand(BTC, 'sell', 4);
      venue.place = place.bind(venue);
    });
    assert.deepEqual([positions > 0, isDone], [true, true]);
    assert.equal(desk.told('funding.settled').length, 1);
    assert.deepEqual([desk.lots(BTC), venue.lots.get(BTC)], [6, 6]);
  });
});

describe('a stream that rings while a pair waits for an answer', () => {
  it('has that pair asked again, whose answer is older', async () => {
    const desk = await opened();
    const { venue } = desk;
    const now = venue.fills.bind(venue);
    const play = slowDown(desk, ({ symbol }) => (symbol === ETH ? 5 * SECOND_MS : 100));
    const late = venue.fills;
    // Answers are made at once and are long on their way.
    venue.fills = async (symbol, since) => {
      const found = await now(symbol, since);
      await late(symbol, since);
      return found;
    };
    desk.attendant.hint();
    const since = venue.clock;
    let isOpened = false;
    await play(20 * SECOND_MS, () => {
      if (isOpened || venue.clock - since < 1500) return;
      isOpened = true;
      venue.byHand(ETH, 'buy', 3);
      desk.attendant.hint();
    });
    assert.deepEqual([desk.lots(ETH), stopLots(venue, ETH)], [3, 3]);
  });
});

describe('a question about the whole account that takes its time', () => {
  // The leverage of what a person holds is asked for where positions are.
  for (const [question, takesMs, withinMs] of [
    ['positions', 8 * SECOND_MS, BOUND_MS],
    ['wallet', 12 * SECOND_MS, 3 * SECOND_MS],
  ] as const)
    it(`(${question}) does not keep a person's lots from being seen`, async () => {
      const desk = await opened();
      const { venue } = desk;
      venue.tick(venue.price, RECONCILE_MS);
      let since: number | null = null;
      const play = slowDown(desk, asked => {
        if (asked.question !== question) return 100;
        if (since === null) {
          since = venue.clock;
          venue.byHand(BTC, 'buy', 3);
          desk.attendant.hint();
        }
        return takesMs;
      });
      let seenMs = 0;
      await play(40 * SECOND_MS, () => {
        if (seenMs === 0 && stopLots(venue, BTC) === 3) seenMs = venue.clock - (since ?? 0);
      });
      assert.ok(seenMs > 0 && seenMs < withinMs, `${seenMs} ms`);
    });
});

describe('a stop that trails', () => {
  it('and is missing waits for its turn, where the plain one stands: fills are asked for first', async () => {
    const desk = await opened();
    desk.trails = true;
    const { venue } = desk;
    const place = venue.place.bind(venue);
    let stops = 0;
    venue.place = async ticket => {
      if (ticket.kind === 'stop') stops += 1;
      return stops > 1 ? failed('rate-limited', 'x') : place(ticket);
    };
    desk.approve({ side: 'buy' });
    await rounds(desk, 4, 100);
    assert.deepEqual([stopLots(venue, BTC), stops > 1], [10, true]);
    const asked: string[] = [];
    const play = slowDown(desk, ({ question }) => {
      asked.push(question);
      return 100;
    });
    await play(1);
    assert.equal(asked[0], 'fills');
  });
});

describe('a comparison', () => {
  it('asks about all pairs beside each other', async () => {
    const desk = await opened();
    const asked = new Map<string, string[]>();
    const play = slowDown(desk, ({ question, symbol }) => {
      const what = `${question} at ${desk.venue.clock}`;
      if (symbol !== undefined) asked.set(what, [...(asked.get(what) ?? []), symbol]);
      return SECOND_MS;
    });
    desk.venue.tick(desk.venue.price, RECONCILE_MS);
    await play(1);
    const questions = [...asked.keys()].map(what => what.split(' ')[0]);
    assert.deepEqual(questions, ['fills', 'funding', 'openOrders', 'mode', 'fills', 'funding']);
    for (const [what, symbols] of asked) assert.deepEqual(symbols, [BTC, ETH], what);
  });
});
