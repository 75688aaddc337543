/**
 * Last words: why a store stopped writing, as a note on the very disk that failed.
 *
 * Promises: keeps a ballast file whose room takes the note when the disk is full; says it once; the
 * fault itself goes on its way whatever becomes of the note. Never: retries what failed.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { makeBallast } from './ballast.ts';
import type { Disks } from './journal.ts';
import { lastNote } from './notes.ts';

export class LastWords {
  readonly #disks: Disks;
  readonly #now: () => number;
  readonly #seq: () => number;
  #said = false;

  constructor(disks: Disks, { now, seq }: { now: () => number; seq: () => number }) {
    this.#disks = disks;
    this.#now = now;
    this.#seq = seq;
    this.#layBallast();
  }

  /** Runs what writes. */
  over<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof Fault && error.exitCode === EXIT.disk) this.#say(error.message);
      throw error;
    }
  }

  #say(why: string): void {
    const { a, at } = this.#disks;
    if (this.#said || at === undefined) return;
    this.#said = true;
    const when = new Date(this.#now()).toISOString();
    lastNote(a, { at: when, what: 'failed', seq: this.#seq(), why }, at);
  }

  /** On a handle of its own: a disk too full for it is no reason to stop yet. */
  #layBallast(): void {
    const { a, at } = this.#disks;
    try {
      if (at !== undefined) makeBallast(at(a.root));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
  }
}
