/**
 * The clock of the process: pacing, and turns for the event loop.
 *
 * Promises: nothing here reaches a fact; what decides trades goes by market time.
 */
import { setImmediate, setTimeout } from 'node:timers/promises';
import { DAY_MS } from '../base/time.ts';

/** How long a run may keep the event loop before signals and timers get their turn. */
const TURN_MS = 10;

export interface Pace {
  /** Called once per candle; returns a promise only when there is something to wait for. */
  next(): Promise<void> | null;
}

/** Full speed, with a turn for the event loop every few milliseconds. */
export function fullSpeed(): Pace {
  let turnEndsAt = performance.now() + TURN_MS;
  let candles = 0;
  return {
    next() {
      candles += 1;
      // A clock read a candle would show in a backtest of 150,000 candles/s.
      if (candles % 16 !== 0 || performance.now() < turnEndsAt) return null;
      return setImmediate().then(() => {
        turnEndsAt = performance.now() + TURN_MS;
      });
    },
  };
}

/** At most `candlesPerSecond`, evenly spaced. */
export function paced(candlesPerSecond: number, stop: AbortSignal): Pace {
  const intervalMs = 1000 / candlesPerSecond;
  let dueAt = performance.now();
  return {
    async next() {
      dueAt = Math.max(dueAt + intervalMs, performance.now() - 1000);
      let waitMs = dueAt - performance.now();
      if (waitMs <= 1) await setImmediate();
      while (waitMs > 1 && !stop.aborted) {
        // A timer that is set for more than 24 days goes off at once.
        await setTimeout(Math.min(waitMs, DAY_MS), undefined, { signal: stop }).catch(() => {});
        waitMs = dueAt - performance.now();
      }
    },
  };
}
