/**
 * The scrubber: goes round all files at rest while the bot runs, and has the store mend what has
 * rotted.
 *
 * Promises: looking is done in a worker thread, which rests after each file so that it takes no more
 * than its share of a core; mending is done by the store, between two checkpoints, and every finding
 * is told, noted and counted. A directory at rest is not its business: a start looks at everything.
 * Never: holds up the loop to look; emits a fact; two rounds at a time. A round that fails is told of
 * and ends nothing; a repair that fails stops the bot as any write does.
 */
import { revived } from '../base/fault.ts';
import { SCRUB_DELAY_MS } from '../base/limits.ts';
import { HOUR_MS } from '../base/time.ts';
import type { Mending } from '../state/mend.ts';
import type { Suspect } from '../state/scrub.ts';
import type { Store } from '../state/store.ts';
import { startWorker } from './worker.ts';

/** How often, and how hard. */
export interface ScrubPace {
  /** Hours between the beginnings of two rounds; 0: none. */
  readonly hours: number;
  /** Of a core, while it goes round. */
  readonly share: number;
}

export interface ScrubTask {
  readonly directory: string;
  readonly journalMirror: string | null;
  readonly share: number;
  /** When its thread was begun, on the clock that all threads share. */
  readonly begunAtMs: number;
}

/** What the worker says: each suspicion as it comes, and at last what it has seen. */
export type ScrubSaid =
  | { readonly suspect: Suspect }
  | { readonly files: number; readonly bytes: number; readonly workMs: number };

export interface ScrubRound {
  /** ISO wall time of its end. */
  readonly at: string;
  /** The newest checkpoint when it began: files up to it were looked at. */
  readonly seq: number;
  readonly files: number;
  readonly bytes: number;
  readonly findings: number;
  readonly repaired: number;
  /** Time at work, rests aside. */
  readonly workMs: number;
}

export interface ScrubStatus {
  readonly hours: number;
  readonly running: boolean;
  /** Since this bot was started. */
  readonly last: ScrubRound | null;
  readonly nextAt: string | null;
}

export interface Scrubber {
  readonly status: () => ScrubStatus;
  /** A round now, or the one that is under way; null when it failed or was cut. */
  round(): Promise<ScrubRound | null>;
  close(): Promise<void>;
}

export interface ScrubberOptions {
  readonly store: Store;
  /** Runs work that must not run beside a checkpoint; its failing stops the bot. */
  readonly between: <T>(work: () => T) => Promise<T>;
  readonly journalMirror: string | null;
  readonly pace: ScrubPace;
  readonly warn: (line: string) => void;
  /** Wall clock. */
  readonly now: () => number;
}

export function createScrubber(options: ScrubberOptions): Scrubber {
  return new TimedScrubber(options);
}

const isoOf = (ms: number): string => new Date(ms).toISOString();

class TimedScrubber implements Scrubber {
  readonly #options: ScrubberOptions;
  readonly #everyMs: number;
  #timer: NodeJS.Timeout | null = null;
  #nextAtMs: number | null = null;
  #underWay: Promise<ScrubRound | null> | null = null;
  #cut = new AbortController();
  #last: ScrubRound | null = null;

  constructor(options: ScrubberOptions) {
    this.#options = options;
    this.#everyMs = options.pace.hours * HOUR_MS;
    // Soon, for a bot that is restarted every day would never come to it; not at once, for the
    // start has just read everything.
    if (this.#everyMs > 0) this.#setTimer(Math.min(this.#everyMs, SCRUB_DELAY_MS));
  }

  readonly status = (): ScrubStatus => ({
    hours: this.#options.pace.hours,
    running: this.#underWay !== null,
    last: this.#last,
    nextAt: this.#nextAtMs === null ? null : isoOf(this.#nextAtMs),
  });

  round(): Promise<ScrubRound | null> {
    this.#underWay ??= this.#goRound().finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#nextAtMs = null;
    this.#cut.abort();
    await this.#underWay;
  }

  #setTimer(ms: number): void {
    this.#nextAtMs = this.#options.now() + ms;
    this.#timer = setTimeout(() => {
      this.#setTimer(this.#everyMs);
      void this.round();
    }, ms).unref();
  }

  async #goRound(): Promise<ScrubRound | null> {
    const { store, warn, now } = this.#options;
    const { seq } = store.lastCheckpoint;
    const told: Mending[] = [];
    try {
      const seen = await this.#look(async suspect => {
        told.push(...(await this.#mend(suspect)));
      });
      if (seen === null) return null;
      const repaired = told.filter(each => each.repaired).length;
      const round = { at: isoOf(now()), seq, ...seen, findings: told.length, repaired };
      const { at: _, ...figures } = round;
      await this.#options.between(() => store.note({ what: 'scrubbed', ...figures }));
      this.#last = round;
      return round;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(`a scrub of ${store.directory} was not finished: ${why}`);
      return null;
    }
  }

  async #mend(suspect: Suspect): Promise<readonly Mending[]> {
    const { store, warn, between } = this.#options;
    return between(() => {
      const told = store.mend(suspect);
      for (const { file, what, repaired } of told) {
        store.note({ what: repaired ? 'repaired' : 'damage', seq: store.seq, file, why: what });
        warn(`${file} ${what}${repaired ? IN_QUARANTINE : NO_COPY}`);
      }
      return told;
    });
  }

  /** All that the worker says, one after the other; null when it was cut. */
  #look(onSuspect: (suspect: Suspect) => Promise<void>) {
    const { store, journalMirror, pace } = this.#options;
    const { signal } = this.#cut;
    const begunAtMs = performance.timeOrigin + performance.now();
    const { directory } = store;
    const task: ScrubTask = { directory, journalMirror, share: pace.share, begunAtMs };
    return new Promise<Extract<ScrubSaid, { files: number }> | null>((settle, reject) => {
      if (signal.aborted) return settle(null);
      const worker = startWorker(new URL('./scrub-worker.ts', import.meta.url), task);
      worker.unref();
      signal.addEventListener('abort', () => void worker.terminate(), { once: true });
      let mended: Promise<void> = Promise.resolve();
      // A mend that has begun is waited for, however the look ends: the store is closed after it.
      const end = (how: () => void): void => void mended.then(how, reject);
      worker.on('message', (said: ScrubSaid) => {
        if ('suspect' in said)
          mended = mended.then(() => (signal.aborted ? undefined : onSuspect(said.suspect)));
        else end(() => settle(signal.aborted ? null : said));
        mended.catch(reject);
      });
      worker.once('error', error => end(() => reject(revived(error))));
      worker.once('exit', code => {
        if (signal.aborted) end(() => settle(null));
        else if (code !== 0) end(() => reject(new Error(`the scrub worker ended with ${code}`)));
      });
    });
  }
}

const IN_QUARANTINE = '; what was there is in quarantine/. Check the disk (smartctl)';
const NO_COPY =
  ': nothing is changed, and the bot goes on with what it holds in memory. Run `holdfast state ' +
  'verify`, then `holdfast state checkpoint`, and check the disk (smartctl)';
