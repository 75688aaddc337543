/**
 * The port of the store: all that the rest of Holdfast knows of it. A store on a database, for
 * many bots with a standby, fits behind the same door.
 *
 * Never: names a file other than for people to read.
 */
import type { States } from '../core/component.ts';
import type { StepResult } from '../core/step.ts';
import type { Disks } from './journal.ts';
import type { FileRecord } from './manifest.ts';
import type { Mending } from './mend.ts';
import type { OpeningOptions } from './opening.ts';
import type { RecoveryReport } from './recover.ts';
import type { Suspect } from './scrub.ts';
import type { Prepared } from './snapshot.ts';

export interface StoreOptions extends Omit<OpeningOptions, 'disks'> {
  readonly directory: string;
  /** Another folder, best on another disk, for the journal's second copy. */
  readonly journalMirror?: string;
  /** A network file system is no reason to refuse. */
  readonly allowNetwork?: boolean;
  /** Nothing is ever dropped; absent: as the directory had it so far. */
  readonly keepHistory?: boolean;
  /** `each`: a step is durable when `append` returns; `shared`: when `sync` does. */
  readonly sync: 'each' | 'shared';
  /** Tests bring their own; then there is no lock. */
  readonly disks?: Disks;
}

/** What a worker needs to write the files of a step. Plain data. */
export interface CheckpointTask {
  readonly directory: string;
  readonly journalMirror: string | null;
  readonly seq: number;
  readonly changed: readonly string[];
  /** The records of the files that will be replaced. */
  readonly former: readonly FileRecord[];
}

export interface CheckpointResult {
  readonly seq: number;
  /** Stable names of the files that were written. */
  readonly files: readonly string[];
  readonly bytes: number;
  readonly ms: number;
}

export interface Store {
  readonly seq: number;
  readonly directory: string;
  /** Random, for the life of the directory; with the epoch it makes order ids unique. */
  readonly directoryId: string;
  readonly epoch: number;
  readonly states: States;
  readonly report: RecoveryReport;
  /** What opening took. */
  readonly recoveryMs: number;
  append(step: Pick<StepResult, 'seq' | 'facts' | 'texts'>): void;
  sync(): void;
  putBlob(bytes: Uint8Array): string;
  blob(hash: string): Uint8Array | undefined;
  /** Of one copy, since the last checkpoint began. */
  readonly journalBytes: number;
  readonly stepsSinceCheckpoint: number;
  readonly lastCheckpoint: { readonly seq: number; readonly atMs: number };
  /** The checkpoints that are kept, newest first. */
  readonly generations: readonly { readonly seq: number; readonly madeAtMs: number }[];
  /** Components that begin with their defaults at this step of a directory that had a past. */
  readonly fresh: readonly string[];
  /** By component: the file under its stable name. */
  readonly savedFiles: ReadonlyMap<string, FileRecord>;
  /** All of it at once, from memory. */
  checkpoint(reason: string): CheckpointResult;
  /** Seals the journal at this step; `prepareCheckpoint` may then run in a worker. */
  beginCheckpoint(): CheckpointTask;
  /** Puts its files in place. Then `cleanup`, best in later turns: both take a few syncs. */
  finishCheckpoint(prepared: Prepared, reason: string): CheckpointResult;
  /** The worker failed: the next checkpoint writes what this one would have. */
  abandonCheckpoint(): void;
  readonly checkpointing: boolean;
  /** Housekeeping: drops and packs what no restart needs. `checkpoint` does it by itself. */
  cleanup(): Iterable<void>;
  /** What the scrub suspects: repaired from a good copy, or told of; not beside a checkpoint. */
  mend(suspect: Suspect): readonly Mending[];
  /** A word about the running itself, in the notes. */
  note(note: { readonly what: string; readonly [key: string]: unknown }): void;
  /** Quarantine and backups aside. */
  bytesOnDisk(): number;
  close(): void;
}
