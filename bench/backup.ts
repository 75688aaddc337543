/**
 * A backup of a full memory to a folder, as the command makes it, and what a running bot's event loop
 * feels of it when its own thread makes one.
 */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { backUp } from '../src/app/backup.ts';
import type { BackupWorkerTask } from '../src/app/backup-worker.ts';
import { restoreDirectory } from '../src/app/restore.ts';
import { startWorker } from '../src/app/worker.ts';
import { HOUR_MS } from '../src/base/time.ts';
import { components } from '../src/components.ts';
import { openDisks } from '../src/state/open-disks.ts';
import { openStore } from '../src/state/store.ts';
import { makeFullState, memorable, teller } from './full-state.ts';
import { quantile, type Row, row } from './table.ts';
import { longestTurn, type Turn } from './turn.ts';

const ROUNDS = 5;
const QUIET_MS = 1000;
const MILLIS = { unit: 'ms', decimals: 1 } as const;

export async function backup(folder: string): Promise<Row[]> {
  const { directory } = await makeFullState(folder);
  const store = openStore({ directory, components, now: Date.now, sync: 'each' });
  const tell = teller(store);
  const times: number[] = [];
  const stalls: Turn[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    tell(memorable(store, round));
    store.checkpoint('bench');
    const startedAt = performance.now();
    await backUp(taskFor(directory, join(folder, `place-${round}`)));
    times.push(performance.now() - startedAt);
    stalls.push(await stallBeside(directory, join(folder, `aside-${round}`)));
  }
  const quiet = await longestTurn(() => setTimeout(QUIET_MS));
  const again = join(folder, 'place-0');
  tell(memorable(store, ROUNDS));
  store.checkpoint('bench');
  const startedAt = performance.now();
  await backUp(taskFor(directory, again));
  const next = performance.now() - startedAt;
  store.close();
  const back = await restoreDirectory(
    {
      ...{ from: again, directoryId: null, moment: { kind: 'latest' }, epoch: null },
      ...{ env: {}, directory, now: Date.now, warn: () => {}, progress: () => {} },
    },
    { directory: join(folder, 'back'), replace: false },
  );
  return [
    row({
      what: 'backup of a full memory to a folder, median',
      value: quantile(times, 0.5) / 1000,
      ...{ unit: 's', decimals: 2, atMost: 1 },
    }),
    row({ what: '  the next one, after some facts', value: next / 1000, unit: 's', decimals: 2 }),
    row({
      what: "  longest stall of a bot's event loop beside it, of its own CPU, median",
      value: quantile(
        stalls.map(({ cpuMs }) => cpuMs),
        0.5,
      ),
      ...{ ...MILLIS, atMost: 10 },
    }),
    row({
      what: `  worst of ${ROUNDS}`,
      value: Math.max(...stalls.map(({ cpuMs }) => cpuMs)),
      ...MILLIS,
    }),
    row({
      what: '  of wall time, median',
      value: quantile(
        stalls.map(({ wallMs }) => wallMs),
        0.5,
      ),
      ...MILLIS,
    }),
    row({ what: '  of wall time, without any backup', value: quiet.wallMs, ...MILLIS }),
    row({ what: '  restored and opened', value: back.seconds, unit: 's', decimals: 2 }),
  ];
}

const taskFor = (directory: string, to: string) => ({
  ...{ directory, disks: openDisks(directory), to, keep: null, env: {}, release: 'bench' },
  ...{ now: Date.now, warn: () => {}, progress: () => {} },
});

/** The longest turn of the loop while the bot's backup thread works. */
async function stallBeside(directory: string, to: string): Promise<Turn> {
  const task: BackupWorkerTask = {
    ...{ directory, journalMirror: null, to, everyMs: HOUR_MS, keep: null },
    ...{ continuous: false, release: 'bench' },
  };
  return longestTurn(async () => {
    const worker = startWorker(new URL('../src/app/backup-worker.ts', import.meta.url), task);
    const [event] = await once(worker, 'message');
    if (event.kind !== 'backup') throw new Error(event.what);
    worker.postMessage('stop');
    await once(worker, 'exit');
  });
}
