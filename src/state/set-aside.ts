/**
 * Setting aside what a start does not go on with, in an order in which it may be cut short.
 *
 * Promises: all of it is in quarantine. Never: deletes.
 */
import type { Disk } from './disk.ts';
import { JOURNAL_FOLDER } from './journal-file.ts';
import { quarantine, quarantineCopy } from './quarantine.ts';
import type { Recovered } from './recover.ts';
import { PREVIOUS_FOLDER } from './survey.ts';

/**
 * A spare that is gone on from without a journal stays in its place as well, until the next checkpoint
 * has been made of it: a start that is cut short before must find it again.
 */
export function setDamagedAside(disk: Disk, { scan, damaged }: Recovered): void {
  for (const path of damaged)
    if (scan === null && path.startsWith(`${PREVIOUS_FOLDER}/`)) quarantineCopy(disk, path);
    else quarantine(disk, path);
}

/**
 * Newest first where a journal is given up: should this be cut short, what is left ends before the
 * last checkpoint, and is refused as the whole was. Newest last where only a copy is set aside, for
 * that one alone may know of the last epoch (a given up one is followed by epochs that nobody used).
 */
export function setJournalAside(disk: Disk, order: 'newest first' | 'newest last'): void {
  const names = disk.list(JOURNAL_FOLDER);
  for (const name of order === 'newest last' ? names : names.toReversed())
    quarantine(disk, `${JOURNAL_FOLDER}/${name}`);
}
