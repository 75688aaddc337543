/**
 * A process of a bot on simulated disks, and what it has told of.
 *
 * Promises: `acknowledged` is the last step that somebody may rely on, `written` the last one that
 * can be there at all.
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Rng } from '../../../src/base/rng.ts';
import { createFold } from '../../../src/core/fold.ts';
import { atOnce } from '../../../src/state/retention.ts';
import { scrubRound } from '../../../src/state/scrub.ts';
import { readState } from '../../../src/state/state-file.ts';
import { stateHashes } from '../../../src/state/state-hash.ts';
import { prepareCheckpoint, type Store, type StoreOptions } from '../../../src/state/store.ts';
import { Killed, Machine, SimulatedDisk } from '../../simulated-disk.ts';
import type { Tail } from '../../simulated-tail.ts';
import { openOn, slowClock } from '../../state/small-bot.ts';
import type { Bot } from './bot.ts';

/** A directory, and the disk of its mirror; without one both are the same disk. */
export interface Pair {
  readonly a: SimulatedDisk;
  readonly b: SimulatedDisk;
}

export function newPair(mirror: boolean, machine = new Machine()): Pair {
  const a = new SimulatedDisk(machine, '/own');
  return { a, b: mirror ? new SimulatedDisk(machine, '/mirror') : a };
}

const both = ({ a, b }: Pair, change: (disk: SimulatedDisk) => SimulatedDisk): Pair => {
  const own = change(a);
  return { a: own, b: b === a ? own : change(b) };
};

/** As the next process sees it. */
export const killed = (pair: Pair, machine = new Machine()): Pair =>
  both(pair, disk => disk.kill(machine));

/** What may be there when the power comes back. */
export function cut(
  pair: Pair,
  rng: Rng,
  { tail, names }: { readonly tail?: Tail; readonly names?: number } = {},
): Pair {
  const machine = new Machine();
  return both(pair, disk => disk.crash(rng, tail, machine, disk === pair.a ? names : undefined));
}

/** Tells two states of disks apart. */
export function fingerprint({ a, b }: Pair): string {
  const told = (disk: SimulatedDisk) =>
    disk.contents().map(([path, bytes]) => `${path} ${bytes.length} ${crc32(bytes)}`);
  return [...told(a), ...(b === a ? [] : told(b))].sort().join('\n');
}

/** The same by a number of 53 bits, of states that belong to this. */
export function printOf(pair: Pair, of: string): number {
  const hash = createHash('sha256').update(of).update(fingerprint(pair)).digest();
  return Number(hash.readBigUInt64BE() >> 11n);
}

/** Every directory has the same: a random one would give each run states of its own. */
const ID = '5ca1ab1e5ca1ab1e';

export class Living {
  bot: Bot;
  disks: Pair;
  store: Store | null = null;
  acknowledged = 0;
  written = 0;
  /** What the operator asked for at a start: not yet, happening, done. */
  wish: 'before' | 'during' | 'after' = 'before';
  /** What was damaged on purpose, as it stood there: it must not be thrown away. */
  readonly spoilt: Uint8Array[] = [];
  /** A scrub has told that it mended what was damaged. */
  mended = false;
  readonly now = slowClock();

  constructor(bot: Bot, disks: Pair) {
    this.bot = bot;
    this.disks = disks;
  }

  get machine(): Machine {
    return this.disks.a.machine;
  }

  open(options: Partial<StoreOptions> = {}): Store {
    const { components } = this.bot;
    const { now } = this;
    const store = openOn(this.disks, { components, now, newId: () => ID, ...options });
    this.store = store;
    this.acknowledged = store.seq;
    this.written = store.seq;
    return store;
  }

  /** A start with a wish: a reset, a loss that is accepted. */
  openWith(options: Partial<StoreOptions>): Store {
    this.wish = 'during';
    const store = this.open(options);
    this.wish = 'after';
    return store;
  }

  get running(): Store {
    if (this.store === null) throw new Error('no process runs');
    return this.store;
  }

  hash(): string {
    return stateHashes(this.bot.components, this.running.states).all;
  }

  /** Steps; each is told of when it is durable, or all when they are. */
  steps(count: number, sync: 'each' | 'shared' = 'each'): void {
    const store = this.running;
    const fold = createFold(this.bot.components, store.states, readState);
    for (let done = 0; done < count; done += 1) {
      const seq = store.seq + 1;
      const { facts, texts, blob } = this.bot.stepAt(seq);
      if (blob !== undefined) store.putBlob(blob);
      for (const fact of facts) fold(fact, 'blob' in fact ? blob : undefined);
      this.written = seq;
      store.append({ seq, facts, texts });
      if (sync === 'each') this.acknowledged = seq;
    }
    if (sync === 'each') return;
    store.sync();
    this.acknowledged = store.seq;
  }

  checkpoint(): void {
    this.running.checkpoint('torture');
    this.acknowledged = this.running.seq;
  }

  /** As a worker does it, with steps meanwhile. */
  checkpointAside(meanwhile = 1): void {
    const store = this.running;
    const task = store.beginCheckpoint();
    this.acknowledged = store.seq;
    this.steps(meanwhile);
    store.finishCheckpoint(prepareCheckpoint(task, this.bot.components, this.disks), 'torture');
    this.steps(meanwhile);
    atOnce(store.cleanup());
  }

  /** One round of it, as the scrubber does. */
  scrub(): void {
    const store = this.running;
    const told = [...scrubRound(this.disks, this.bot.components)].flatMap(({ suspect }) =>
      suspect === null ? [] : store.mend(suspect),
    );
    this.mended = told.length > 0 && told.every(({ repaired }) => repaired);
    this.acknowledged = store.seq;
  }

  close(): void {
    this.running.close();
    this.acknowledged = this.running.seq;
    this.store = null;
  }

  /** Runs it as a process that is killed at its operation number `at`, and lets the next one see. */
  killedAt(at: number, run: () => void): void {
    this.machine.killAt = this.machine.operations + at;
    try {
      run();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    this.store = null;
    this.disks = killed(this.disks);
  }
}
