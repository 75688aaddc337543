/**
 * Lives of the campaign (`npm run test:exchange` runs as many as it is told) that were not survived
 * once, or were taken for such, and what the campaign has to hold in any case. They are pinned by their
 * plans, not by seeds: a seed is another life as soon as the plan of lives changes. They are on the
 * simulated market, so that they are the same wherever they run.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { workFolder } from '../lifecycle/work-folder.ts';
import { type Life, live } from './life.ts';
import { type End, type HandAct, type LifePlan, planOf, type Scene } from './life-plan.ts';

/** So long after the first bot was ready; the market is the n-th tape, or stop. */
const act = (
  atMs: number,
  what: HandAct['act'],
  market = 0,
  more: Partial<HandAct> = {},
): HandAct => ({
  ...{ atMs, act: what, market, side: market % 2 === 0 ? 'buy' : 'sell', lots: 5, away: 10 },
  ...more,
});
const scene = (end: End, opened: readonly HandAct[] = []): Scene => ({ end, awayMs: 800, opened });
const KILLED: End = { kind: 'any', afterMs: 9000 };
const ENTERED: End = { kind: 'entered', orders: 1, afterMs: 0 };
const ACCEPTED: End = { kind: 'accepted', orders: 3, afterMs: 0 };

/** What is not said of a life is as here. */
const CALM: LifePlan = {
  ...planOf(21, 'simulated'),
  ...{ isWarm: true, speed: 30, faults: {}, forgetsIds: true, unknown: 'adopt' },
  ...{ before: [], hands: [], scenes: [scene(KILLED), scene(KILLED)] },
};

interface NamedLife {
  readonly name: string;
  readonly plan: Partial<LifePlan>;
  /** That it was this life at all. */
  readonly isIt: (life: Life) => boolean;
}

const LIVES: readonly NamedLife[] = [
  {
    name: 'killed as orders are taken, at an exchange that loses answers and forgets ids (21)',
    plan: {
      faults: { ordersTimes: 6, rates: { dropAnswer: 0.03, lateAnswer: 0.03, twice: 0.03 } },
      scenes: [scene(ENTERED), scene(ACCEPTED), scene(ENTERED)],
      // A busy machine trades nothing in time: what stays open has a stop of the bot's all the same.
      hands: [act(500, 'open'), act(1000, 'open', 1), act(4000, 'close', 1), act(6000, 'deposit')],
    },
    isIt: ({ kills, taken }) => kills === 3 && taken > 0,
  },
  {
    name: 'a person trades before the account is opened, and the balance holds it (33, 423)',
    plan: {
      isWarm: false,
      before: [act(0, 'open', 0), act(0, 'open', 1), act(0, 'close', 1), act(0, 'limit', 2)],
    },
    isIt: ({ found }) => found > 0,
  },
  {
    name: 'stops and exits are filled in pieces, and an exit closes what a stop has left (134, 421)',
    plan: {
      faults: { rates: { partialFill: 1 } },
      scenes: [scene({ kind: 'any', afterMs: 14_000 }), scene(KILLED)],
      hands: [act(2000, 'open', 0, { lots: 9 }), act(5000, 'reduce', 0), act(6000, 'close', 0)],
    },
    isIt: ({ fills, taken }) => fills > taken / 2,
  },
  {
    name: 'what a person opens is left alone, through a kill (313, 427, 433)',
    plan: {
      unknown: 'leave',
      hands: [act(500, 'open', 0), act(1500, 'open', 1), act(3000, 'open', 2)],
      scenes: [scene(KILLED, [act(100, 'open', 3)]), scene(KILLED)],
    },
    isIt: ({ left }) => left > 0,
  },
  {
    name: 'a person cancels stops, also while the bot is dead, and has orders of their own',
    plan: {
      hands: [
        ...[act(500, 'open', 0), act(1000, 'limit', 1, { away: 15 }), act(1500, 'limit', 2)],
        ...[3000, 4500, 7000].map(atMs => act(atMs, 'cancel-stop')),
      ],
      scenes: [
        // Long enough that a bot which does not look for its stops is found out on a busy machine, too.
        scene({ kind: 'any', afterMs: 45_000 }, [act(100, 'cancel-stop', 1)]),
        scene(KILLED),
      ],
    },
    isIt: ({ stopsCanceled, ordersPlaced }) => stopsCanceled > 0 && ordersPlaced > 0,
  },
];

describe('a live bot as a real process survives whole:', { concurrency: true }, () => {
  const home = workFolder('campaign');
  const nursery = new Map<number, Promise<void>>();
  for (const [seed, { name, plan, isIt }] of LIVES.entries())
    it(name, async () => {
      const life = await live({ ...CALM, seed, ...plan }, home, nursery);
      assert.deepEqual(life.problems, [], life.output);
      assert.ok(isIt(life), JSON.stringify({ ...life, output: '' }));
    });
});
