/**
 * The disks of a state directory: the directory itself and, where the config names one, the place
 * of the journal's mirror.
 *
 * Never: opens anything.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from './disk.ts';
import type { Disks } from './journal.ts';

export function openDisks(directory: string, journalMirror?: string): Disks {
  const a = realDisk(directory);
  return { a, b: journalMirror === undefined ? a : realDisk(journalMirror) };
}

/** Made by us it would stand on the wrong disk whenever the right one is not mounted. */
export function refuseAbsentMirror(folder: string): void {
  if (realDisk(folder).stat('') !== null) return;
  throw new Fault(
    EXIT.config,
    `the folder of the journal's second copy is not there: ${folder}`,
    'mount its disk, or make the folder if the second copy is to begin there',
  );
}
