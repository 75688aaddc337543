/**
 * The checkpointer: when state files are written, and by whom.
 *
 * Promises: a live loop is never blocked by encoding: a worker thread recovers the directory up to
 * a step on the side and encodes that, so every checkpoint also proves that the journal replays to
 * what memory holds. Where nobody waits (shutdown, backtests) memory is written directly.
 * Never: two checkpoints at a time; one that fails stops the bot.
 */
import { Worker } from 'node:worker_threads';
import {
  CHECKPOINT_INTERVAL_MS,
  CHECKPOINT_JOURNAL_BYTES_MAX,
  CHECKPOINT_STEPS_MAX,
  CLEANUP_INTERVAL_MS,
  DIRECTORY_WARN_BYTES,
} from '../base/limits.ts';
import type { Prepared } from '../state/snapshot.ts';
import type { CheckpointResult, CheckpointTask, Store } from '../state/store.ts';

export interface CheckpointerOptions {
  readonly store: Store;
  /** Encode on this thread: a backtest has nothing that waits. */
  readonly inline: boolean;
  /** Steps between checkpoints; the limit of the product when absent. */
  readonly stepsMax?: number;
  readonly warn: (line: string) => void;
}

export interface Checkpointer {
  /** Called after each step: starts a checkpoint or a cleanup when one is due. */
  afterStep(): void;
  /** Writes one now, from memory, after one that is under way. */
  now(reason: string): Promise<CheckpointResult>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** The clock is read once in so many steps. */
const STEPS_PER_LOOK = 64;

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { store, inline, stepsMax = CHECKPOINT_STEPS_MAX, warn } = options;
  let underWay: Promise<void> | null = null;
  let failure: { readonly error: unknown } | null = null;
  let cleanAt = performance.now() + CLEANUP_INTERVAL_MS;
  let nextAt = performance.now() + CHECKPOINT_INTERVAL_MS;
  let steps = 0;

  function begin(reason: string): void {
    nextAt = performance.now() + CHECKPOINT_INTERVAL_MS;
    if (inline) {
      store.checkpoint(reason);
      return;
    }
    underWay = prepareAside(store.beginCheckpoint())
      .then(prepared => {
        store.finishCheckpoint(prepared, reason);
      })
      .catch((error: unknown) => {
        store.abandonCheckpoint();
        failure = { error };
      })
      .finally(() => {
        underWay = null;
      });
  }

  function clean(): void {
    cleanAt = performance.now() + CLEANUP_INTERVAL_MS;
    store.cleanup();
    const bytes = store.bytesOnDisk();
    if (bytes > DIRECTORY_WARN_BYTES)
      warn(
        `${store.directory} holds ${Math.round(bytes / 1e6)} MB, more than the ` +
          `${Math.round(DIRECTORY_WARN_BYTES / 1e6)} MB it should: see docs/STATE.md, "large files"`,
      );
  }

  return {
    afterStep() {
      if (failure !== null) throw failure.error;
      if (underWay !== null) return;
      const full =
        store.stepsSinceCheckpoint >= stepsMax ||
        store.journalBytes >= CHECKPOINT_JOURNAL_BYTES_MAX;
      if (full) begin('journal');
      steps += 1;
      if (steps % STEPS_PER_LOOK !== 0 || underWay !== null) return;
      const now = performance.now();
      if (now >= cleanAt) clean();
      if (now >= nextAt && store.stepsSinceCheckpoint > 0) begin('autosave');
    },
    async now(reason) {
      await underWay;
      if (failure !== null) throw failure.error;
      return store.checkpoint(reason);
    },
    async close() {
      await underWay;
    },
  };
}

/** A worker of its own each time: what it needed is given back when it ends. */
function prepareAside(task: CheckpointTask): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
      workerData: task,
    });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', code => reject(new Error(`the checkpoint worker ended with ${code}`)));
  });
}
