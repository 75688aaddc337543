/**
 * For how long the machine gave a life no processor: a busy machine makes lives slower, not worse.
 *
 * Promises: counts the time that the bot's process waited for a processor while it could have run (as
 * Linux tells, where it does), and the time that this process, which is the exchange, came too late to
 * its own timer, be it that other lives in it were at work; both at once count once. Never: tells waiting
 * from being kept waiting: what is taken off is told beside what is left.
 */
import { readFileSync } from 'node:fs';
import type { Stretch } from './live-bot.ts';

const LOOK_MS = 100;
/** A timer that is late by less is not late. */
const LATE_MS_MIN = 20;

interface Sample extends Stretch {
  /** Of it, without a processor. */
  readonly ms: number;
}

export class Starved {
  readonly #samples: Sample[] = [];
  readonly #timer: NodeJS.Timeout;
  #fromMs = performance.now();
  #pid: number | undefined;
  #waitedMs = 0;

  /** `pid`: of the bot; undefined while there is none. */
  constructor(pid: () => number | undefined) {
    this.#timer = setInterval(() => this.#look(pid()), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Milliseconds of a stretch of time. */
  of({ fromMs, untilMs }: Stretch): number {
    let total = 0;
    for (const sample of this.#samples) {
      const shared = Math.min(untilMs, sample.untilMs) - Math.max(fromMs, sample.fromMs);
      if (shared > 0) total += (sample.ms * shared) / (sample.untilMs - sample.fromMs);
    }
    return total;
  }

  /** How long it is since then, without what was starved. */
  since(fromMs: number): number {
    const untilMs = performance.now();
    return untilMs - fromMs - this.of({ fromMs, untilMs });
  }

  #look(pid: number | undefined): void {
    const [fromMs, untilMs] = [this.#fromMs, performance.now()];
    const waitedMs = pid === undefined ? 0 : waitedBy(pid);
    const lateMs = untilMs - fromMs - LOOK_MS;
    const own = lateMs < LATE_MS_MIN ? 0 : lateMs;
    const its = pid === this.#pid ? Math.max(0, waitedMs - this.#waitedMs) : 0;
    const ms = Math.min(untilMs - fromMs, Math.max(own, its));
    if (ms > 0) this.#samples.push({ fromMs, untilMs, ms });
    [this.#fromMs, this.#pid, this.#waitedMs] = [untilMs, pid, waitedMs];
  }
}

/** Runnable and not running, since it began; 0 where the system does not tell, or it has ended. */
function waitedBy(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
