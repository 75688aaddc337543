/**
 * What a simulated power cut leaves: of names, of files.
 *
 * Promises: what was synced is there; the rest is one legal mixture. Never: two random sources.
 */
import { must } from '../src/base/assert.ts';
import type { Rng } from '../src/base/rng.ts';
import { TAILS, type Tail, tailOf } from './simulated-tail.ts';

/** Its buffers are never changed in place: copies share them. */
export interface Inode {
  data: Buffer;
  /** Bytes that would survive. */
  durable: Buffer;
  modified: number;
  /** Bytes that are seen and that no sync brings to the disk any more, after one that failed. */
  lie: { readonly from: number; readonly to: number } | null;
  /** Where a power cut may have left anything; null: none did. */
  spoilt: Spoilt | null;
}

export interface Spoilt {
  /** From this byte on. */
  readonly at: number;
  /** Those that came after a failed sync said yes to it. */
  readonly lied: boolean;
}

/** A write that is happening. */
export interface Flight {
  readonly inode: Inode;
  readonly bytes: Uint8Array;
}

const EMPTY = Buffer.alloc(0);

export const emptyInode = (modified: number): Inode => ({
  data: EMPTY,
  durable: EMPTY,
  modified,
  lie: null,
  spoilt: null,
});

/** What is there is shorter where it was cut since. */
const withHole = (data: Uint8Array, lie: { readonly from: number; readonly to: number }): Buffer =>
  Buffer.from(data).fill(0, Math.min(lie.from, data.length), Math.min(lie.to, data.length));

/** A sync that succeeds. */
export function settle(inode: Inode): void {
  const { data, lie } = inode;
  inode.durable = lie === null ? data : withHole(data, lie);
}

/** A sync that failed: the pages that were dirty count as clean. */
export function forget(inode: Inode, shows: 'old' | 'lie'): void {
  if (shows === 'old') {
    // What an earlier lie kept from the disk is seen to be missing now.
    if (inode.lie !== null) inode.spoilt = spoiltOf(inode);
    inode.data = inode.durable;
  } else inode.lie = { from: inode.lie?.from ?? inode.durable.length, to: inode.data.length };
}

/** A change of one name that is not durable yet; null removes it. */
export interface NameChange {
  readonly path: string;
  readonly inode: Inode | null;
  /** Changes of one rename are durable together or not at all within one folder. */
  readonly group: number;
}

export function apply(names: Map<string, Inode>, change: NameChange): void {
  if (change.inode === null) names.delete(change.path);
  else names.set(change.path, change.inode);
}

/**
 * A prefix of the unsynced changes (with `first`, of that length), or any subset of them; a rename
 * stays one.
 */
export function survivingGroups(
  pending: readonly NameChange[],
  rng: Rng,
  first?: number,
): NameChange[][] {
  const groups = new Map<number, NameChange[]>();
  for (const change of pending)
    groups.set(change.group, [...(groups.get(change.group) ?? []), change]);
  const ordered = [...groups.values()];
  if (first !== undefined) return ordered.slice(0, first);
  if (rng.nextInt(2) === 0) return ordered.slice(0, rng.nextInt(ordered.length + 1));
  return ordered.filter(() => rng.nextInt(2) === 0);
}

/** A file after the power cut. */
export function cutInode(inode: Inode, rng: Rng, wanted?: Tail): Inode {
  const shown = afterPowerCut(inode, rng, wanted);
  return { data: shown, durable: shown, modified: 0, lie: null, spoilt: spoiltOf(inode) };
}

function spoiltOf({ data, durable, lie, spoilt }: Inode): Spoilt | null {
  const unsynced = data.length > durable.length ? durable.length : Number.POSITIVE_INFINITY;
  const at = Math.min(spoilt?.at ?? unsynced, lie?.from ?? unsynced, unsynced);
  const lied = lie !== null || spoilt?.lied === true;
  return Number.isFinite(at) ? { at, lied } : null;
}

function afterPowerCut(inode: Inode, rng: Rng, wanted?: Tail): Buffer {
  const { data, durable } = inode;
  const length = data.length - durable.length;
  if (length <= 0) return durable;
  const kind = wanted ?? must(TAILS[rng.nextInt(TAILS.length)], 'tail');
  return Buffer.concat([durable, tailOf(data.subarray(durable.length), kind, rng)]);
}

export function copyInodes(inodes: readonly Inode[]): Map<Inode, Inode> {
  const copies = new Map<Inode, Inode>();
  for (const inode of inodes) if (!copies.has(inode)) copies.set(inode, { ...inode });
  return copies;
}

export const inodesOf = (changes: readonly NameChange[]): Inode[] =>
  changes.flatMap(change => (change.inode === null ? [] : [change.inode]));
