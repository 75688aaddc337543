/**
 * How large a directory is, for the warning of it.
 *
 * Promises: counts what Holdfast keeps: its files, journal, spares, blobs and log, and the second
 * copies in a mirror. Never: counts quarantine and backups, which are a person's to clean, or what
 * else lies in the same folder.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER } from './journal-file.ts';

const FOLDERS = [JOURNAL_FOLDER, 'previous', 'blobs'];

export function directoryBytes({ a, b }: Disks): number {
  const own = bytesIn(a, '') + memoryBytes(a) + logBytes(a);
  return a === b ? own : own + memoryBytes(b);
}

/** All segments that are kept, both copies. */
export const journalBytes = ({ a, b }: Disks): number =>
  bytesBelow(a, JOURNAL_FOLDER) + (a === b ? 0 : bytesBelow(b, JOURNAL_FOLDER));

const memoryBytes = (disk: Disk): number => sum(FOLDERS.map(folder => bytesBelow(disk, folder)));

/** A log that cannot be looked at is no reason to stop, as one that cannot be written is none. */
function logBytes(disk: Disk): number {
  try {
    return bytesBelow(disk, 'logs');
  } catch (error) {
    if (error instanceof Fault) return 0;
    throw error;
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

const inside = (folder: string, name: string): string =>
  folder === '' ? name : `${folder}/${name}`;

const bytesIn = (disk: Disk, folder: string): number =>
  sum(disk.files(folder).map(name => disk.stat(inside(folder, name))?.bytes ?? 0));

function bytesBelow(disk: Disk, folder: string): number {
  if (!isFolder(disk, folder)) return 0;
  // No folder of ours is deeper than previous/<step>.
  const below = disk.list(folder).map(name => inside(folder, name));
  const folders = below.filter(path => isFolder(disk, path));
  return bytesIn(disk, folder) + sum(folders.map(path => bytesIn(disk, path)));
}

/** A link (the log may be anywhere) is none, and no reason to stop. */
function isFolder(disk: Disk, path: string): boolean {
  try {
    return disk.stat(path)?.directory === true;
  } catch (error) {
    if (error instanceof Fault && error.exitCode === EXIT.corrupt) return false;
    throw error;
  }
}
