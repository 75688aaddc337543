import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Params } from './dialect.ts';
import { allOf } from './span.ts';

interface Item {
  readonly id: string;
  readonly time: number;
}

const NOW = 10_000_000;
const LENGTH = 1_000_000;

/** An exchange with its habits: how many it tells at once, from which end, with or without the end. */
interface Habits {
  readonly pageMax: number;
  readonly newestFirst: boolean;
  readonly endOutside: boolean;
  /** Seconds are all that it counts, and ccxt drops what it was not asked for. */
  readonly seconds: boolean;
  readonly pages: boolean;
  /** It tells the first page whatever is asked for. */
  readonly deaf?: true;
}

const PLAIN = { newestFirst: true, endOutside: false, seconds: false, pages: true };

const second = (time: number): number => Math.floor(time / 1000) * 1000;

function tell(items: readonly Item[], habits: Habits, asked: Params): readonly Item[] {
  const {
    since,
    until,
    page = 1,
  } = asked as { since: number; until: number | null; page?: number };
  const start = habits.seconds ? second(since) : since;
  const end = habits.seconds ? second(until ?? since + LENGTH) : (until ?? since + LENGTH);
  const within = items.filter(
    ({ time }) => time >= start && (habits.endOutside ? time < end : time <= end),
  );
  const told = within.sort((a, b) => (habits.newestFirst ? b.time - a.time : a.time - b.time));
  const first = habits.deaf ? 0 : (page - 1) * habits.pageMax;
  return told.slice(first, first + habits.pageMax).filter(({ time }) => time >= since);
}

/** `later`: what comes to be, one with each request. */
function listed(items: readonly Item[], habits: Habits, since = 0, later: readonly Item[] = []) {
  const [there, coming] = [[...items], [...later]];
  return allOf<{ readonly info: Item }, Item>({
    span: {
      ...{ lengthMs: LENGTH, pageMax: habits.pageMax },
      params: (from, until) => ({ since: from, until }),
      ...(habits.pages ? { turn: page => ({ page }) } : {}),
    },
    ...{ since, now: NOW },
    part: async (from, params) => {
      assert.equal(params['since'], from);
      const told = tell([...there], habits, params);
      there.push(...coming.splice(0, 1));
      return told.map(info => ({ info }));
    },
    read: ({ info }) => info,
    key: item => item.id,
    time: item => item.time,
  });
}

const habits = fc.record({
  pageMax: fc.integer({ min: 6, max: 24 }),
  newestFirst: fc.boolean(),
  endOutside: fc.boolean(),
  seconds: fc.boolean(),
});
const since = fc.integer({ min: 0, max: NOW - 1 });

async function isComplete(times: readonly number[], how: Habits, from: number): Promise<void> {
  const items = times.map((time, index) => ({ id: `f${index}`, time }));
  const found = await listed(items, how, from);
  const expected = items.filter(({ time }) => time >= from);
  const told = found.map(({ time }) => time);
  assert.deepEqual(new Set(found), new Set(expected));
  assert.equal(found.length, expected.length);
  assert.deepEqual(
    told,
    told.toSorted((a, b) => a - b),
  );
}

describe('a list in parts', () => {
  it('is complete, each item once, oldest first, whatever the habits of the exchange', async () => {
    // Orders that are filled by many makers each: some moments that hold many items.
    const moment = fc.tuple(
      fc.integer({ min: 0, max: 9_990 }),
      fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1500 })), {
        maxLength: 40,
        size: 'max',
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(moment, { maxLength: 5 }),
        habits,
        fc.option(since),
        async (moments, how, from) => {
          const times = moments.flatMap(([at, more]) => more.map(ms => at * 1000 + ms));
          // Of a moment that is listed in part, too.
          await isComplete(times, { ...how, pages: true }, from ?? times[0] ?? 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is complete without pages where no moment holds more than an answer', async () => {
    const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 9_990 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(seconds, habits, since, (at, how, from) =>
        isComplete(
          at.map(one => one * 1000),
          { ...how, pages: false },
          from,
        ),
      ),
      { numRuns: 200 },
    );
  });

  it('items of one moment are told apart by their keys', async () => {
    const items = ['a', 'b', 'c'].map(id => ({ id, time: 5000 }));
    assert.equal((await listed(items, { ...PLAIN, pageMax: 10 })).length, 3);
  });

  for (const newestFirst of [true, false])
    it(`what comes to be while pages are turned hides none, newest ${newestFirst ? 'first' : 'last'}`, async () => {
      const of = (count: number, name: string) =>
        Array.from({ length: count }, (_, index) => ({ id: `${name}${index}`, time: NOW }));
      const found = await listed(of(60, 'f'), { ...PLAIN, newestFirst, pageMax: 7 }, NOW - 500, [
        ...of(30, 'later'),
      ]);
      const ids = found.map(({ id }) => id);
      assert.deepEqual(
        of(60, 'f').filter(({ id }) => !ids.includes(id)),
        [],
      );
      assert.equal(new Set(ids).size, ids.length);
    });

  it('more in a moment than an answer holds is an error where no pages are turned, not a part', async () => {
    const items = ['a', 'b', 'c'].map(id => ({ id, time: 5000 }));
    await assert.rejects(listed(items, { ...PLAIN, pages: false, pageMax: 2 }), /more in a moment/);
  });

  it('pages without end are an error, not a part', async () => {
    const items = ['a', 'b'].map(id => ({ id, time: 5000 }));
    const endless = listed(items, { ...PLAIN, pageMax: 2, deaf: true });
    await assert.rejects(endless, /too many parts/);
  });
});
