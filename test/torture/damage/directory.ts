/**
 * The finished directories that the campaign damages: a small bot's, with one disk and with a
 * mirror, what they were at earlier checkpoints, and two other bots'.
 *
 * Promises: byte for byte the same each time they are made (the id is planted, the clock is a list).
 */
import { GENESIS_HASH, JournalWriter } from '../../../src/state/journal.ts';
import { expectedAt, openOn, runSteps } from '../../state/small-bot.ts';
import { PlainDisk } from '../plain-disk.ts';

export interface PlainDisks {
  readonly a: PlainDisk;
  readonly b: PlainDisk;
}

/** Where a file stands: on disk a or b, and its path there. */
export interface Place {
  readonly disk: 'a' | 'b';
  readonly path: string;
}

export interface FinishedFile extends Place {
  readonly bytes: Uint8Array;
}

export interface Finished {
  readonly name: string;
  readonly disks: PlainDisks;
  /** The last step, and the hash of all states there. */
  readonly seq: number;
  readonly hash: string;
  readonly files: readonly FinishedFile[];
  /** The same directory at earlier times, newest first. */
  readonly earlier: readonly PlainDisks[];
  /** Of the same layout: another bot with the same facts, and one with others. */
  readonly strangers: readonly PlainDisks[];
}

/** Kinds of directories: where the second copy is, and how long it has lived. */
const KINDS = {
  'one disk': { mirrored: false, parts: [14, 12, 10, 9], tail: 8 },
  mirrored: { mirrored: true, parts: [14, 12, 10, 9], tail: 8 },
  /** Nothing of it was pruned yet. */
  young: { mirrored: false, parts: [22], tail: 9 },
  /** A part was reset once, while it was as it began: the twin's states are its own. */
  reset: { mirrored: false, parts: [3, 2, 14, 12, 9], tail: 8, reset: ['brain'] },
} as const;

export type FinishedKind = keyof typeof KINDS;
export const FINISHED_KINDS: readonly FinishedKind[] = ['one disk', 'mirrored', 'young', 'reset'];

export function finishedDirectory(kind: FinishedKind): Finished {
  const own = live({ id: 'd-own', kind, more: 0 });
  const others = [live({ id: 'd-twin', kind, more: 0 }), live({ id: 'd-other', kind, more: 1 })];
  return {
    ...{ name: kind, ...own, hash: expectedAt(own.seq), files: filesOf(own.disks) },
    strangers: others.map(({ disks }) => disks),
  };
}

interface Course {
  readonly mirrored: boolean;
  readonly parts: readonly number[];
  readonly tail: number;
  readonly reset?: readonly string[];
}

interface Life {
  readonly id: string;
  readonly kind: FinishedKind;
  /** Steps more in the first part of its life: another history. */
  readonly more: number;
}

/** Checkpoints after each part, a restart in the middle; the last steps are in the journal alone. */
function live({ id, kind, more }: Life): Pick<Finished, 'disks' | 'seq' | 'earlier'> {
  const { mirrored, parts, tail, reset = [] }: Course = KINDS[kind];
  const a = new PlainDisk('/state');
  const disks = { a, b: mirrored ? new PlainDisk('/mirror') : a };
  const start = { directory: id, first: 1, continues: GENESIS_HASH, manifest: null };
  JournalWriter.open(disks, start).close();
  const earlier: PlainDisks[] = [];
  let store = openOn(disks);
  for (const [part, steps] of parts.entries()) {
    runSteps(store, steps + (part === 0 ? more : 0));
    store.checkpoint('life');
    earlier.unshift(cloneOf(disks));
    if (part !== 1) continue;
    store.close();
    store = openOn(disks, { reset });
  }
  runSteps(store, tail);
  store.close();
  return { disks, seq: store.seq, earlier };
}

export function cloneOf({ a, b }: PlainDisks): PlainDisks {
  const copy = a.clone();
  return { a: copy, b: a === b ? copy : b.clone() };
}

export function filesOf({ a, b }: PlainDisks): FinishedFile[] {
  const on = (disk: 'a' | 'b', from: PlainDisk): FinishedFile[] =>
    [...from.contents()].map(([path, bytes]) => ({ disk, path, bytes }));
  return [...on('a', a), ...(a === b ? [] : on('b', b))].sort(byPlace);
}

export const placeText = ({ disk, path }: Place): string => `${disk}:${path}`;

const byPlace = (one: Place, other: Place): number => (placeText(one) < placeText(other) ? -1 : 1);
