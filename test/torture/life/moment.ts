/**
 * The moments of a life: the disks as they stand before each of its operations.
 *
 * Promises: every write, sync, rename, link, removal and creation of the life is one, and its end.
 * Never: runs a life twice in a thread; a moment is forked before anything is done to it.
 */
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import type { Machine } from '../../simulated-disk.ts';
import type { Operation } from '../../simulated-machine.ts';
import type { Life } from './life.ts';
import { killed, Living, newPair, type Pair } from './living.ts';

/** What may be relied on, and what can be there. */
export interface Told {
  readonly acknowledged: number;
  readonly written: number;
  readonly wish: Living['wish'];
  /** The damage that there was has been mended. */
  readonly mended?: boolean;
}

export interface Moment extends Told {
  /** `killed before write journal/…` */
  readonly what: string;
  readonly disks: Pair;
  /** Length of the write that was about to happen; 0: something else was. */
  readonly flight: number;
}

export interface Recorded {
  readonly moments: readonly Moment[];
  /** What was damaged on purpose. */
  readonly spoilt: readonly Uint8Array[];
}

const known = new Map<Life, Recorded | Error>();

/** Throws where the life breaks by itself, and then the same each time it is asked for. */
export function recorded(life: Life): Recorded {
  let found = known.get(life);
  if (found === undefined) {
    found = lived(life);
    known.set(life, found);
  }
  if (found instanceof Error) throw found;
  return found;
}

export interface RecordedLife extends Recorded {
  readonly life: Life;
}

/** Those that live, and what the others broke of: a broken one takes no other along. */
export function recordedAll(lives: readonly Life[]): {
  readonly alive: readonly RecordedLife[];
  readonly broken: readonly Error[];
} {
  const alive: RecordedLife[] = [];
  const broken: Error[] = [];
  for (const life of lives) {
    try {
      alive.push({ life, ...recorded(life) });
    } catch (error) {
      broken.push(error as Error);
    }
  }
  return { alive, broken };
}

function lived(life: Life): Recorded | Error {
  const living = new Living(life.bot, newPair(life.mirror));
  const told = (): Told => {
    const { acknowledged, written, wish, mended } = living;
    return { acknowledged, written, wish, mended };
  };
  try {
    life.stage?.(living);
    const moments = momentsOf(living.disks, { told, run: () => life.live(living) });
    return { moments, spoilt: living.spoilt };
  } catch (error) {
    // Nothing was done to it yet.
    const why = `${life.name} breaks by itself: ${(error as Error).message}`;
    return new Error(why, { cause: error });
  }
}

interface Watched {
  readonly told: () => Told;
  readonly run: () => void;
}

/** Every moment of what runs on these disks. */
export function momentsOf(disks: Pair, watched: Watched): Moment[] {
  const moments: Moment[] = [];
  watch(disks, watched, take => moments.push(take()));
  return moments;
}

/** One of them, each as likely as the others; the others are not copied. */
export function momentOf(disks: Pair, watched: Watched, rng: Rng): Moment {
  const taken: Moment[] = [];
  let count = 0;
  watch(disks, watched, take => {
    count += 1;
    if (rng.nextInt(count) === 0) taken[0] = take();
  });
  return must(taken[0], 'a moment');
}

function watch(disks: Pair, { told, run }: Watched, see: (take: () => Moment) => void): void {
  const { machine } = disks.a;
  const first = machine.operations;
  machine.watch = ({ number, verb, path, disk }: Operation) =>
    see(() => {
      const what = `before its operation ${number - first} (${verb} ${disk.root}/${path})`;
      const { flight } = disk;
      return { ...told(), what, disks: killed(disks), flight };
    });
  try {
    run();
  } finally {
    machine.watch = null;
  }
  see(() => ({ ...told(), what: 'at its end', disks: killed(disks), flight: 0 }));
}

/** How much of a write may get through before a kill; what is no write has one way to be killed. */
export function tearsOf({ flight }: { readonly flight: number }): number[] {
  if (flight === 0) return [0];
  return [...new Set([0, 1, Math.floor(flight / 2), flight - 1, flight])];
}

/** The disks of a moment for the next process, with so much of the write in flight on them. */
export function leftAt({ disks, flight }: Moment, tear: number, machine?: Machine): Pair {
  const left = killed(disks, machine);
  if (flight === 0) return left;
  const writer = left.a.flight > 0 ? left.a : left.b;
  writer.tear(tear);
  return left;
}

export const pick = <T>(list: readonly T[], rng: Rng): T =>
  must(list[rng.nextInt(list.length)], 'one of them');
