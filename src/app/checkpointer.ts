/**
 * The checkpointer: when state files are written, and by whom.
 *
 * Promises: a live loop is never blocked by encoding: a worker thread recovers the directory up to
 * a step on the side and encodes that, so every checkpoint also proves that the journal replays to
 * what memory holds. Where nobody waits (shutdown, backtests) memory is written directly.
 * A directory that is larger than it should be is told of, once, at the start or after a checkpoint.
 * Never: two checkpoints at a time; one that fails stops the bot.
 */
import { setImmediate } from 'node:timers/promises';
import { revived } from '../base/fault.ts';
import {
  CHECKPOINT_INTERVAL_MS,
  CHECKPOINT_JOURNAL_BYTES_MAX,
  CHECKPOINT_STEPS_MAX,
  CLEANUP_INTERVAL_MS,
  DIRECTORY_WARN_BYTES,
} from '../base/limits.ts';
import { atOnce } from '../state/retention.ts';
import type { Prepared } from '../state/snapshot.ts';
import type { CheckpointResult, CheckpointTask, Store } from '../state/store.ts';
import { startWorker } from './worker.ts';

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
  /** Does work that must not run beside a checkpoint or a cleanup. */
  between<T>(work: () => T): Promise<T>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** A backtest reads the clock once in so many steps; a live bot's may be minutes apart. */
const STEPS_PER_LOOK = 64;
const MB = 1024 * 1024;

export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  return new StoreCheckpointer(options);
}

class StoreCheckpointer implements Checkpointer {
  readonly #options: CheckpointerOptions;
  #underWay: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;
  #cleanAt = performance.now() + CLEANUP_INTERVAL_MS;
  #nextAt = performance.now() + CHECKPOINT_INTERVAL_MS;
  #steps = 0;
  #toldOfSize = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    if (options.store.stepsSinceCheckpoint > 0) this.#nextAt = performance.now();
    this.#tellOfSize();
  }

  afterStep(): void {
    if (this.#failure !== null) throw this.#failure.error;
    if (this.#underWay !== null) return;
    const { store, stepsMax = CHECKPOINT_STEPS_MAX } = this.#options;
    if (
      store.stepsSinceCheckpoint >= stepsMax ||
      store.journalBytes >= CHECKPOINT_JOURNAL_BYTES_MAX
    )
      this.#begin('journal');
    this.#steps += 1;
    if (this.#options.inline && this.#steps % STEPS_PER_LOOK !== 0) return;
    if (this.#underWay === null) this.#look();
  }

  async now(reason: string): Promise<CheckpointResult> {
    // A loop that goes on may begin the next one before this wait is told of the last.
    while (this.#underWay !== null) await this.#underWay;
    if (this.#failure !== null) throw this.#failure.error;
    return this.#checkpoint(reason);
  }

  async between<T>(work: () => T): Promise<T> {
    while (this.#underWay !== null) await this.#underWay;
    if (this.#failure !== null) throw this.#failure.error;
    return work();
  }

  async close(): Promise<void> {
    await this.#underWay;
  }

  #look(): void {
    const now = performance.now();
    if (now >= this.#cleanAt) this.#clean();
    if (
      this.#underWay === null &&
      now >= this.#nextAt &&
      this.#options.store.stepsSinceCheckpoint > 0
    )
      this.#begin('autosave');
  }

  #begin(reason: string): void {
    this.#nextAt = performance.now() + CHECKPOINT_INTERVAL_MS;
    if (this.#options.inline) {
      this.#checkpoint(reason);
      return;
    }
    const aside = this.#aside(reason);
    // One that failed before its first wait is over by now: nobody may wait for it.
    if (this.#failure === null) this.#underWay = aside;
  }

  #checkpoint(reason: string): CheckpointResult {
    const result = this.#options.store.checkpoint(reason);
    this.#tellOfSize();
    return result;
  }

  async #aside(reason: string): Promise<void> {
    const { store } = this.#options;
    try {
      store.finishCheckpoint(await prepareAside(store.beginCheckpoint()), reason);
      await this.#cleanup();
    } catch (error) {
      store.abandonCheckpoint();
      this.#failure = { error };
    } finally {
      this.#underWay = null;
    }
  }

  #clean(): void {
    this.#cleanAt = performance.now() + CLEANUP_INTERVAL_MS;
    if (!this.#options.inline) {
      this.#underWay = this.#cleanAside();
      return;
    }
    atOnce(this.#options.store.cleanup());
    this.#tellOfSize();
  }

  async #cleanAside(): Promise<void> {
    try {
      await this.#cleanup();
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#underWay = null;
    }
  }

  /** In turns of their own: putting files in place and each part of the pruning are short. */
  async #cleanup(): Promise<void> {
    const parts = this.#options.store.cleanup()[Symbol.iterator]();
    do await setImmediate();
    while (parts.next().done !== true);
    this.#tellOfSize();
  }

  /** Right after the journal was pruned: what is large now stays so. */
  #tellOfSize(): void {
    if (this.#toldOfSize) return;
    const { store, warn } = this.#options;
    const bytes = store.bytesOnDisk();
    if (bytes <= DIRECTORY_WARN_BYTES) return;
    this.#toldOfSize = true;
    const megabytes = (count: number): string => `${Math.ceil(count / MB)} MB`;
    warn(
      `${store.directory} holds ${megabytes(bytes)}, more than the ` +
        `${megabytes(DIRECTORY_WARN_BYTES)} it should: see docs/STATE.md, "large files"`,
    );
  }
}

/** A worker of its own each time: what it needed is given back when it ends. */
function prepareAside(task: CheckpointTask): Promise<Prepared> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(new URL('./checkpoint-worker.ts', import.meta.url), task);
    worker.once('message', resolve);
    worker.once('error', error => reject(revived(error)));
    worker.once('exit', code => reject(new Error(`the checkpoint worker ended with ${code}`)));
  });
}
