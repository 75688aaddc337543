import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allOf, type Stretch } from './span.ts';

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
}

function tell(items: readonly Item[], habits: Habits, { since, until }: Stretch): readonly Item[] {
  const within = items.filter(({ time }) => {
    const end = until ?? since + LENGTH;
    return time >= since && (habits.endOutside ? time < end : time <= end);
  });
  const told = within.sort((a, b) => (habits.newestFirst ? b.time - a.time : a.time - b.time));
  return told.slice(0, habits.pageMax);
}

const listed = (items: readonly Item[], habits: Habits, since = 0) =>
  allOf<Item>({
    span: { lengthMs: LENGTH, pageMax: habits.pageMax, params: () => ({}) },
    ...{ since, now: NOW },
    part: async stretch => tell([...items], habits, stretch),
    key: item => item.id,
    time: item => item.time,
  });

const habits = fc.record({
  pageMax: fc.integer({ min: 2, max: 20 }),
  newestFirst: fc.boolean(),
  endOutside: fc.boolean(),
});

describe('a list in parts', () => {
  it('is complete, each item once, oldest first, whatever the habits of the exchange', async () => {
    // Seconds apart, as fills of one bot's orders in one symbol are at their densest.
    const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 9_990 }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        seconds,
        habits,
        fc.integer({ min: 0, max: NOW - 1 }),
        async (at, how, since) => {
          const items = at.map(second => ({ id: `f${second}`, time: second * 1000 }));
          const expected = items
            .filter(({ time }) => time >= since)
            .sort((a, b) => a.time - b.time);
          assert.deepEqual(
            await listed(items, { ...how, pageMax: how.pageMax + 4 }, since),
            expected,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('items of one moment are told apart by their keys', async () => {
    const items = ['a', 'b', 'c'].map(id => ({ id, time: 5000 }));
    const how = { pageMax: 10, newestFirst: false, endOutside: false };
    assert.equal((await listed(items, how)).length, 3);
  });

  it('more in a moment than an answer holds is an error, not a part', async () => {
    const items = ['a', 'b', 'c'].map(id => ({ id, time: 5000 }));
    const how = { pageMax: 2, newestFirst: true, endOutside: false };
    await assert.rejects(listed(items, how), /more in a moment/);
  });
});
