/**
 * A process that lives a bot's life on a real disk: the small bot (test/state/small-bot.ts), its
 * checkpoints in memory and aside in a thread, segments, cleanups, a clean stop.
 *
 * Promises: tells on stdout `ready SEQ` when it has recovered, `step SEQ` when a step is durable, and
 * `stopped`; what is done after a step depends on the step's number alone, so that any life
 * goes on as any other would. A fault ends it as it ends the bot: one line, the exit code.
 *
 * Arguments: directory, last step, the mirror's folder ('' for none), `upgraded` for the next release.
 */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { must } from '../../../src/base/assert.ts';
import { revived } from '../../../src/base/fault.ts';
import { tellError } from '../../../src/cli/tell-error.ts';
import { atOnce } from '../../../src/state/retention.ts';
import type { Prepared } from '../../../src/state/snapshot.ts';
import { openStore, type Store } from '../../../src/state/store.ts';
import { runSteps, slowClock } from '../../state/small-bot.ts';
import { castOf } from './cast.ts';

const [directory, until, mirror = '', release = ''] = process.argv.slice(2);
const components = castOf(release);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

async function live(last: number): Promise<void> {
  const store = openStore({
    ...{ directory: must(directory, 'a directory'), components, now: slowClock(), sync: 'each' },
    ...(mirror === '' ? {} : { journalMirror: mirror }),
  });
  say(`ready ${store.seq}`);
  try {
    while (store.seq < last) {
      runSteps(store, 1, seq => say(`step ${seq}`), components);
      await housekeep(store);
    }
    store.checkpoint('shutdown');
  } finally {
    store.close();
  }
  say('stopped');
}

async function housekeep(store: Store): Promise<void> {
  const { seq } = store;
  if (seq % 7 === 3) store.checkpoint('journal');
  if (seq % 11 === 6) await checkpointAside(store);
  if (seq % 11 === 9) atOnce(store.cleanup());
}

function checkpointAside(store: Store): Promise<void> {
  const workerData = { task: store.beginCheckpoint(), release };
  const worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once('message', (prepared: Prepared) => {
      // It has ended before the next step, so that every life counts the same operations.
      worker.once('exit', () => {
        try {
          store.finishCheckpoint(prepared, 'aside');
          atOnce(store.cleanup());
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    worker.once('error', error => reject(revived(error)));
  });
}

try {
  await live(Number(until));
} catch (error) {
  const { stdout, stderr, env } = process;
  process.exitCode = tellError(error, { stdout, stderr, env, now: () => 0, log: null });
}
