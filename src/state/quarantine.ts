/**
 * The quarantine: where damaged and unknown things are kept, since nothing is ever thrown away.
 *
 * Promises: each gets the smallest free number (`quarantine/0001-q_table.json`), is durable there
 * before this returns, and never replaces another. Never: deletes, never reads a clock.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Disk } from './disk.ts';

export const QUARANTINE_FOLDER = 'quarantine';
const NUMBER_MAX = 9999;

/** Moves a file there; returns its new path. */
export function quarantine(disk: Disk, path: string): string {
  const target = freeName(disk, nameOf(path));
  disk.rename(path, target);
  disk.syncFolder(QUARANTINE_FOLDER);
  disk.syncFolder(folderOf(path));
  return target;
}

/** Gives a file a second name there: for an original that a rename will replace. */
export function quarantineCopy(disk: Disk, path: string): string {
  const target = freeName(disk, nameOf(path));
  disk.link(path, target);
  disk.syncFile(target);
  disk.syncFolder(QUARANTINE_FOLDER);
  return target;
}

/** Keeps bytes that were cut off something. */
export function quarantineBytes(disk: Disk, name: string, bytes: Uint8Array): string {
  const target = freeName(disk, name);
  const file = disk.create(target);
  try {
    file.write(bytes);
    file.sync();
  } finally {
    file.close();
  }
  disk.syncFolder(QUARANTINE_FOLDER);
  return target;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function freeName(disk: Disk, name: string): string {
  disk.makeFolder(QUARANTINE_FOLDER);
  const taken = new Set(disk.list(QUARANTINE_FOLDER).map(entry => entry.slice(0, 4)));
  for (let number = 1; number <= NUMBER_MAX; number += 1) {
    const prefix = String(number).padStart(4, '0');
    if (!taken.has(prefix)) return `${QUARANTINE_FOLDER}/${prefix}-${name}`;
  }
  throw new Fault(
    EXIT.disk,
    `${disk.root}/${QUARANTINE_FOLDER} is full (${NUMBER_MAX} entries)`,
    'look through it and move what you no longer need somewhere else',
  );
}
