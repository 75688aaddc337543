/**
 * The courier of a live account: when streams may ring for a round.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { DeskOptions } from '../../src/app/live/desk.ts';
import { createLiveCourier } from '../../src/app/live/live-courier.ts';
import { EXIT } from '../../src/base/fault.ts';
import { HINT_REST_MS } from '../../src/base/limits.ts';
import { failed, ok } from '../../src/base/result.ts';
import { EXIT_ORDER } from './desk-lag.ts';
import { holding, opened } from './desk-scene.ts';
import { BTC, type DeskWorld, ETH, NEVER } from './desk-world.ts';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
};

const optionsOf = ({ venue, world }: DeskWorld): DeskOptions => ({
  ...{ venue, world, directory: '0123456789abcdef', epoch: () => 1, unknown: 'adopt' },
  ...{ commit: () => {}, warn: () => {}, elapsed: () => venue.clock, rest: NEVER },
});

const courierOf = (desk: DeskWorld) => createLiveCourier(optionsOf(desk));

/** A courier that attends an account in which nothing happens, and what its stream can do. */
async function attending(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const desk = await opened();
  const { venue } = desk;
  let asked = 0;
  let hint = (): void => {};
  const { fills } = venue;
  venue.fills = (...of) => {
    asked += 1;
    return fills.apply(venue, of);
  };
  venue.watch = onHint => {
    hint = onHint;
    return async () => {};
  };
  const courier = courierOf(desk);
  const stop = new AbortController();
  context.after(() => stop.abort());
  await courier.meet(stop.signal);
  const met = asked;
  const attended = courier.attend(stop.signal);
  await settle();
  const began = asked - met;
  venue.clock += HINT_REST_MS;
  context.mock.timers.tick(HINT_REST_MS);
  await settle();
  return {
    /** Requests that its beginning brought about. */
    began,
    /** Requests that each of so many rings, a millisecond apart, brought about. */
    async ring(times: number): Promise<number> {
      const before = asked;
      for (let time = 0; time < times; time += 1) {
        hint();
        await settle();
        venue.clock += 1;
        context.mock.timers.tick(1);
        await settle();
      }
      return asked - before;
    },
    async end(): Promise<void> {
      stop.abort();
      await attended;
    },
  };
}

describe('a stream of a live account', () => {
  it('that begins is the reason to ask once for what happened since the meeting', async context => {
    const { began, end } = await attending(context);
    assert.equal(began, 2);
    await end();
  });

  it('that rings is answered with a round at once', async context => {
    const { ring, end } = await attending(context);
    assert.equal(await ring(1), 2);
    await end();
  });

  it('that rings without end makes no rounds back to back', async context => {
    const { ring, end } = await attending(context);
    assert.equal(await ring(HINT_REST_MS - 1), 2);
    assert.equal(await ring(2 * HINT_REST_MS), 4);
    await end();
  });
});

const never = new AbortController().signal;

/** Requests of each kind, and no time that passes: who waits for a timer never comes to an end. */
async function askedToMeet(context: TestContext, desk: DeskWorld) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const asked: Record<string, number> = {};
  const counted = ['fills', 'funding', 'positions', 'wallet', 'openOrders', 'prepare'] as const;
  for (const name of counted)
    context.mock.method(desk.venue, name, countsOf(asked, name, desk.venue[name]));
  let isMet = false;
  void courierOf(desk)
    .meet(never)
    .then(() => {
      isMet = true;
    });
  await settle();
  return { asked, isMet };
}

const countsOf = (asked: Record<string, number>, name: string, ask: unknown) =>
  function counting(this: unknown, ...given: unknown[]) {
    asked[name] = (asked[name] ?? 0) + 1;
    return (ask as (...given: unknown[]) => unknown).apply(this, given);
  };

describe('a start', () => {
  it('asks each thing a few times a pair, and waits for nothing', async context => {
    // Both pairs are looked at before the balance and after it: what happened between is no deposit.
    const looks = { fills: 4, funding: 4, openOrders: 2 };
    const desk = await opened();
    const met = await askedToMeet(context, desk);
    assert.ok(met.isMet, 'it waits');
    assert.deepEqual(met.asked, { ...looks, positions: 3, wallet: 1, prepare: 2 });
  });

  it('with a position open asks twice more for its fills, and for its stops first of all', async context => {
    const { isMet, asked } = await askedToMeet(context, await holding());
    assert.ok(isMet, 'it waits');
    assert.deepEqual(asked, {
      ...{ fills: 6, funding: 4, openOrders: 3, positions: 3, wallet: 1, prepare: 1 },
    });
  });
});

/** Ends a meeting that would never end by itself, after so many looks at what is held. */
function looks(desk: DeskWorld, count = 9): AbortSignal {
  const stop = new AbortController();
  const { positions } = desk.venue;
  let left = count;
  desk.venue.positions = () => {
    left -= 1;
    if (left <= 0) stop.abort();
    return positions.call(desk.venue);
  };
  return stop.signal;
}

describe('a step that could not be kept', () => {
  it('lets no order leave', async () => {
    for (const order of [{ side: 'buy', symbol: ETH }, EXIT_ORDER] as const) {
      const desk = await holding();
      const courier = courierOf(desk);
      await courier.deliver();
      desk.approve(order);
      const sent = desk.venue.accepted.size;
      courier.halt(new Error('the disk is gone'));
      await assert.rejects(courier.deliver(), { message: 'the disk is gone' });
      assert.equal(desk.venue.accepted.size, sent);
    }
  });

  it('in one pair ends all others, which commit and send nothing more', async () => {
    const desk = await opened();
    for (const symbol of [BTC, ETH]) desk.approve({ side: 'buy', symbol });
    let commits = 0;
    const courier = createLiveCourier({
      ...optionsOf(desk),
      commit() {
        courier.insist();
        commits += 1;
        const error = new Error('the disk is gone');
        courier.halt(error);
        throw error;
      },
    });
    for (let time = 0; time < 2; time += 1)
      await assert.rejects(courier.deliver(), { message: 'the disk is gone' });
    assert.equal(commits, 1);
  });
});

describe('the modes of an account, before the first decision', () => {
  it('are set for each pair in which nothing is held, once', async () => {
    const desk = await holding();
    const asked: unknown[] = [];
    desk.venue.prepare = async (symbol, leverage) => {
      asked.push([symbol, leverage]);
      return ok(null);
    };
    const courier = courierOf(desk);
    await courier.meet(never);
    await courier.meet(never);
    assert.deepEqual(asked, [[ETH, desk.world.run.settings.leverage]]);
  });

  it('are set for all pairs beside each other', async () => {
    const desk = await opened();
    const both = Promise.withResolvers<void>();
    let asked = 0;
    desk.venue.prepare = async () => {
      asked += 1;
      if (asked === 2) both.resolve();
      await both.promise;
      return ok(null);
    };
    await courierOf(desk).meet(never);
    assert.equal(asked, 2);
  });

  it('that the exchange will not set are a refusal with a remedy', async () => {
    const desk = await opened();
    desk.venue.prepare = async () => failed('refused', 'you have open positions');
    await assert.rejects(courierOf(desk).meet(looks(desk)), {
      exitCode: EXIT.config,
      message: /^BTC\/USDT:USDT cannot be set to one-way mode .*you have open positions/,
      remedy: /close what is open in the account/,
    });
  });

  it('that cannot be set at the moment are asked for again', async () => {
    const desk = await opened();
    let refusals = 1;
    desk.venue.prepare = async () => (refusals-- > 0 ? failed('rate-limited', 'later') : ok(null));
    await courierOf(desk).meet(looks(desk));
    assert.ok(refusals < 0);
  });

  for (const unfit of ['hedge mode', 'cross margin'] as const)
    it(`of a position in ${unfit} are a refusal, and nothing is done about it`, async () => {
      const desk = await opened();
      desk.venue.byHand(BTC, 'buy', 3);
      const { positions } = desk.venue;
      desk.venue.positions = async () => {
        const found = await positions.call(desk.venue);
        return found.ok ? ok(found.value.map(position => ({ ...position, unfit }))) : found;
      };
      await assert.rejects(courierOf(desk).meet(looks(desk)), {
        exitCode: EXIT.config,
        message: new RegExp(`^the position in BTC/USDT:USDT is in ${unfit}`),
      });
      assert.equal(desk.venue.accepted.size, 0);
    });

  it('of a pair that is held both ways are a refusal', async () => {
    const desk = await opened();
    const one = { symbol: BTC, lots: 1, entryPrice: 9, leverage: 3, unfit: null, time: 1 } as const;
    desk.venue.positions = async () =>
      ok([
        { ...one, direction: 'long' },
        { ...one, direction: 'short' },
      ]);
    await assert.rejects(courierOf(desk).meet(looks(desk)), /held both ways, in hedge mode/);
  });
});
