/**
 * Recovery with a full memory, on its own, as the bot itself notes it: from the lock to a state that
 * is ready to trade, its syncs and its first checkpoint included. After a stop, after a kill of a live
 * bot, and after one of a tape at full speed, with as much behind the last checkpoint as there may be.
 * Beside it the start of the process to `ready`.
 *
 * Promises: each round is a process of its own, on a copy of its own that is on the disk already.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../src/base/assert.ts';
import { CHECKPOINT_JOURNAL_BYTES_MAX } from '../src/base/limits.ts';
import { components } from '../src/components.ts';
import { realDisk } from '../src/state/disk.ts';
import { readNotes } from '../src/state/notes.ts';
import { openStore, type Store } from '../src/state/store.ts';
import { makeFullState, memorable, teller } from './full-state.ts';
import { NPM_START, readyMs } from './start.ts';
import { quantile, type Row, row } from './table.ts';

const ROUNDS = 9;
/** Five minutes of two pairs on one-minute candles: what a live bot has behind its last checkpoint. */
const LIVE_STEPS = 10;

export async function recovery(folder: string): Promise<Row[]> {
  const { directory, tapes } = await makeFullState(folder);
  const killed = (name: string, isEnough: (store: Store, count: number) => boolean): string => {
    const copy = join(folder, name);
    cpSync(directory, copy, { recursive: true });
    tellUnsaved(copy, isEnough);
    return copy;
  };
  const live = killed('live', (_, count) => count === LIVE_STEPS);
  const most = killed('most', store => store.journalBytes >= CHECKPOINT_JOURNAL_BYTES_MAX);
  const measured = async (from: string): Promise<Round[]> => {
    const rounds: Round[] = [];
    // The first one fills the compile cache.
    for (let count = 0; count <= ROUNDS; count += 1)
      rounds.push(await recoverOnce(from, { copy: join(folder, 'copy'), tapes }));
    return rounds.slice(1);
  };
  return [
    ...rowsOf('after a stop', await measured(directory), { atMost: 0.5 }),
    ...rowsOf('after a kill', await measured(live), { atMost: 0.5 }),
    ...rowsOf('after a kill at full speed', await measured(most), {}),
  ];
}

/** What a kill leaves. */
function tellUnsaved(directory: string, isEnough: (store: Store, count: number) => boolean): void {
  const store = openStore({ directory, components, now: Date.now, sync: 'shared' });
  const tell = teller(store);
  for (let count = 0; !isEnough(store, count); count += 1) tell(memorable(store, count));
  store.sync();
  store.close();
}

interface Round {
  readonly recoveryMs: number;
  readonly replayed: number;
  readonly readyMs: number;
}

async function recoverOnce(
  from: string,
  { copy, tapes }: { readonly copy: string; readonly tapes: readonly string[] },
): Promise<Round> {
  rmSync(copy, { recursive: true, force: true });
  cpSync(from, copy, { recursive: true });
  spawnSync('sync');
  // Nothing to trade: it gets ready, saves and leaves.
  const args = ['trade', '--dir', copy, '--until', '1', '--tape', ...tapes];
  const ready = await readyMs(args, NPM_START);
  const notes = readNotes(realDisk(copy), { last: Number.MAX_SAFE_INTEGER });
  const note = must(
    notes.findLast(({ what }) => what === 'recovered'),
    'a note of the recovery',
  );
  return {
    recoveryMs: Number(note['ms']),
    replayed: Number(note['replayed']),
    readyMs: ready,
  };
}

function rowsOf(when: string, rounds: readonly Round[], aim: { readonly atMost?: number }): Row[] {
  const seconds = { unit: 's', decimals: 3 };
  const recoveries = rounds.map(round => round.recoveryMs / 1000);
  const readies = rounds.map(round => round.readyMs / 1000);
  const replayed = rounds[0]?.replayed ?? 0;
  return [
    row({
      what: `recovery of a full memory ${when}, median`,
      value: quantile(recoveries, 0.5),
      ...{ ...seconds, ...aim },
    }),
    row({ what: `  slowest of ${ROUNDS}`, value: Math.max(...recoveries), ...seconds }),
    row({ what: '  steps replayed', value: replayed, unit: '' }),
    row({
      what: '  from the start of the process to ready, median',
      value: quantile(readies, 0.5),
      ...seconds,
    }),
  ];
}
