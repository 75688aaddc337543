/**
 * The disks of a state directory: the directory itself and, where the config names one, the place
 * of the journal's mirror.
 *
 * Never: opens anything.
 */
import { realDisk } from './disk.ts';
import type { Disks } from './journal.ts';

export function openDisks(directory: string, journalMirror?: string): Disks {
  const a = realDisk(directory);
  return { a, b: journalMirror === undefined ? a : realDisk(journalMirror) };
}
