/**
 * A bot's life on a real disk: the small bot (test/state/small-bot.ts), its checkpoints in memory
 * and aside in a thread, segments, cleanups, a clean stop.
 *
 * Promises: says `ready SEQ` when it has recovered, `step SEQ` when a step is durable, and `stopped`;
 * what is done after a step depends on the step's number alone, so that any life goes on as any
 * other would. Never: catches a fault.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { revived } from '../../../src/base/fault.ts';
import { atOnce } from '../../../src/state/retention.ts';
import type { Prepared } from '../../../src/state/snapshot.ts';
import { openStore, type Store } from '../../../src/state/store.ts';
import { runSteps, slowClock } from '../../state/small-bot.ts';
import { castOf } from './cast.ts';
import type { AsideTask } from './checkpoint-thread.ts';

export const WALL = 'wall';

export interface Life {
  readonly directory: string;
  /** The folder of the journal's second copy; empty: in the directory. */
  readonly mirror: string;
  /** The step it stops at. */
  readonly until: number;
  readonly release: string;
  /** By the clock on the wall; otherwise by one that is the same in every life. */
  readonly clock: string;
}

export async function live(life: Life, say: (line: string) => void): Promise<void> {
  const { directory, mirror, until, release, clock } = life;
  const components = castOf(release);
  const store = openStore({
    ...{ directory, components, sync: 'each' },
    now: clock === WALL ? Date.now : slowClock(),
    ...(mirror === '' ? {} : { journalMirror: mirror }),
  });
  try {
    say(`ready ${store.seq}`);
    while (store.seq < until) {
      runSteps(store, 1, seq => say(`step ${seq}`), components);
      await housekeep(store, release);
    }
    store.checkpoint('shutdown');
  } finally {
    store.close();
  }
  say('stopped');
}

async function housekeep(store: Store, release: string): Promise<void> {
  const { seq } = store;
  if (seq % 7 === 3) store.checkpoint('journal');
  if (seq % 11 === 6) {
    store.finishCheckpoint(await prepareAside({ task: store.beginCheckpoint(), release }), 'aside');
    atOnce(store.cleanup());
  }
  if (seq % 11 === 9) atOnce(store.cleanup());
}

let thread: Worker | null = null;

/** One thread serves all lives of a process; one that failed is followed by another. */
async function prepareAside(task: AsideTask): Promise<Prepared> {
  thread ??= new Worker(new URL('./checkpoint-thread.ts', import.meta.url));
  thread.ref();
  thread.postMessage(task);
  try {
    const [prepared] = (await once(thread, 'message')) as [Prepared];
    thread.unref();
    return prepared;
  } catch (error) {
    thread = null;
    throw revived(error);
  }
}
