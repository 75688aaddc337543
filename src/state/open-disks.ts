/**
 * The disks of a state directory: the directory itself and, where the config names one, the place
 * of the journal's mirror.
 *
 * Never: opens anything.
 */
import path from 'node:path';
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from './disk.ts';
import type { Disks } from './journal.ts';

export function openDisks(directory: string, journalMirror?: string): Disks {
  const a = realDisk(directory);
  return { a, b: journalMirror === undefined ? a : realDisk(journalMirror) };
}

export function refuseWrongMirror(directory: string, folder: string): void {
  const [own, mirror] = [path.resolve(directory), path.resolve(folder)];
  if (mirror === own || mirror.startsWith(`${own}/`))
    throw new Fault(
      EXIT.config,
      `the journal's second copy would lie in the state directory itself: ${folder}`,
      'set journal_mirror to a folder elsewhere, best on another disk, or to null',
    );
  // Made by us it would stand on the wrong disk whenever the right one is not mounted.
  if (realDisk(folder).stat('') !== null) return;
  throw new Fault(
    EXIT.config,
    `the folder of the journal's second copy is not there: ${folder}`,
    'mount its disk, or make the folder if the second copy is to begin there',
  );
}
