/**
 * The place of a store: its disks, and the locks on them.
 *
 * Promises: what is wrong with the folders is told before anything is locked; the directory and its
 * mirror are locked together or not at all. Never: locks the disks that a test brings.
 */
import type { Disks } from './journal.ts';
import { acquireLock, type Lock } from './lock.ts';
import { openDisks, refuseWrongPlace } from './open-disks.ts';
import type { StoreOptions } from './store-port.ts';

export interface StorePlace {
  readonly disks: Disks;
  readonly release: () => void;
}

const OWN_MIRROR = 'stop that one first, or give each directory a journal_mirror of its own';

export function takePlace(options: StoreOptions): StorePlace {
  const { directory, journalMirror, disks } = options;
  const locks: Lock[] = [];
  const release = (): void => {
    for (const lock of locks) lock.release();
  };
  if (disks !== undefined) return { disks, release };
  try {
    refuseWrongPlace(options);
    locks.push(acquireLock(directory));
    if (journalMirror !== undefined) locks.push(acquireLock(journalMirror, OWN_MIRROR));
    return { disks: openDisks(directory, journalMirror), release };
  } catch (error) {
    release();
    throw error;
  }
}
