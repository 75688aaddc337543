/**
 * One case: a fault is done to a directory, the directory is verified and started.
 *
 * Promises: what is returned says all that a judge needs. Never: lets a refusal pass that changed
 * anything, a bug, or a refusal of another kind than exit 65 with a file and a remedy.
 */
import { Fault as Refusal } from '../../../src/base/fault.ts';
import { type Verification, verifyDirectory } from '../../../src/state/verify.ts';
import { COMPONENTS, hashOf, openOn } from '../../state/small-bot.ts';
import { cloneOf, type Finished, type PlainDisks } from './directory.ts';
import type { Fault } from './fault.ts';

export interface Started {
  readonly seq: number;
  readonly hash: string;
  readonly repairs: readonly string[];
  readonly lost: readonly string[];
  readonly states: Readonly<Record<string, unknown>>;
}

export interface Attempt {
  readonly finished: Finished;
  /** As the fault left them, untouched since. */
  readonly damaged: PlainDisks;
  /** After the start. */
  readonly disks: PlainDisks;
  readonly seen: Verification;
  /** Null: it was refused. */
  readonly started: Started | null;
  readonly refusal: Refusal | null;
}

export function attempt(finished: Finished, faults: readonly Fault[]): Attempt {
  const damaged = cloneOf(finished.disks);
  for (const fault of faults) fault.apply(damaged);
  return attemptOn(finished, damaged);
}

export function attemptOn(finished: Finished, damaged: PlainDisks, acceptLoss = false): Attempt {
  const seen = verifyDirectory(damaged, COMPONENTS, 1);
  const disks = cloneOf(damaged);
  const more = { finished, damaged, disks, seen };
  try {
    return { ...more, started: start(disks, acceptLoss), refusal: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const isUnmounted = !damaged.b.folders().includes('journal');
    const isOfPlace = isUnmounted || isOfStranger(error);
    const isExpected = error.exitCode === 65 || (isOfPlace && error.exitCode === 64);
    insist(isExpected, `exit ${error.exitCode}: ${error.message}`);
    const names = /\/(state|mirror)\b|_(state|model|weights)\./;
    insist(names.test(error.message), `names no file: ${error.message}`);
    insist(error.remedy.length > 10, `no remedy: ${error.message}`);
    insist(isSame(damaged, disks), `refused, and yet it changed something: ${error.message}`);
    return { ...more, started: null, refusal: error };
  }
}

/** The mirror holds nothing but what another bot wrote. */
export const isOfStranger = ({ message }: Error): boolean =>
  / holds the journal of directory /.test(message);

export function start(disks: PlainDisks, acceptLoss = false): Started {
  const store = openOn(disks, { acceptLoss });
  try {
    const { repairs, lost } = store.report;
    return { seq: store.seq, hash: hashOf(store.states), repairs, lost, states: store.states };
  } finally {
    store.close();
  }
}

function isSame(one: PlainDisks, other: PlainDisks): boolean {
  return (['a', 'b'] as const).every(disk => {
    const [left, right] = [one[disk].contents(), other[disk].contents()];
    // Contents are never changed in place.
    return left.size === right.size && [...left].every(([path, data]) => right.get(path) === data);
  });
}

export function insist(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Error(why);
}
