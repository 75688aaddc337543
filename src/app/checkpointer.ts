/**
 * The checkpointer: when state files are written, and by whom.
 *
 * Promises: a live loop is never blocked by encoding: a worker thread recovers the directory up to
 * a step on the side and encodes that, so every checkpoint also proves that the journal replays to
 * what memory holds. Where nobody waits (open, shutdown, backtests) memory is written directly.
 */
import {
  CHECKPOINT_INTERVAL_MS,
  CHECKPOINT_JOURNAL_BYTES_MAX,
  CHECKPOINT_STEPS_MAX,
  CLEANUP_INTERVAL_MS,
} from '../base/limits.ts';
import type { CheckpointResult, Store } from '../state/store.ts';

export interface Checkpointer {
  /** Wall time (ms since 1970) of the last finished checkpoint. */
  readonly lastAt: () => number;
  /** Called after each step; starts a checkpoint when one is due. */
  afterStep(): void;
  /** Writes one now, from memory. */
  now(reason: string): Promise<CheckpointResult>;
  close(): Promise<void>;
}
