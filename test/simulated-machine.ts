/**
 * The machine that simulated disks belong to: it counts their operations and lets planned faults
 * happen.
 *
 * Promises: one count over all its disks. Never: a fault that was not planned.
 */
import type { SimulatedDisk } from './simulated-disk.ts';

/** What the process of a kill point throws: nobody may catch it and go on. */
export class Killed extends Error {
  override name = 'Killed';
}

/** An operation that is about to happen. */
export interface Operation {
  readonly number: number;
  readonly verb: string;
  readonly path: string;
  readonly disk: SimulatedDisk;
}

export class Machine {
  /** Mutations so far. */
  operations = 0;
  /** Die at this operation (1 is the first); a write is torn first. */
  killAt = 0;
  /** Fail at this operation with that code; a sync that failed lies from then on. */
  failAt = 0;
  failCode = 'EIO';
  /**
   * What a failed sync leaves in the page cache: what is on the disk, or what never gets there. The
   * latter is a kernel's disk, which takes more after a failure; the former refuses, like Holdfast's.
   */
  failShows: 'old' | 'lie' = 'old';
  /** How much of a write gets through before a kill or a failure. */
  torn: (length: number) => number = length => Math.floor(length / 2);
  /** Set by the kill: nothing of this process runs any more. */
  dead = false;
  /** Told of each operation before it happens. */
  watch: ((operation: Operation) => void) | null = null;
}

export const withCode = (code: string): Error => Object.assign(new Error(code), { code });
