/**
 * When to kill: seeded instants after the start of a process.
 *
 * Promises: the same seed gives the same shares; half of the kills fall into the start-up (from
 * its first millisecond), a third up to three times its length, the rest later, while it trades.
 */
import { Rng, seedRng } from '../base/rng.ts';

/** What was measured of a run that nobody kills. */
export interface Pace {
  /** From the spawn to the `ready` line. */
  readonly startupMs: number;
  /** From the spawn to the exit. */
  readonly totalMs: number;
  readonly candles: number;
}

const EARLY_SHARE = 0.5;
const MIDDLE_SHARE = 0.3;
/** How long the longest-lived bots trade before they are killed. */
const LATE_MS_MAX = 3000;

export const candlesPerMs = (pace: Pace): number =>
  pace.candles / Math.max(1, pace.totalMs - pace.startupMs);

/** A stream of kill instants in milliseconds after the spawn; at least 1. */
export function killInstants(seed: number, pace: Pace): () => number {
  const rng = new Rng(seedRng(seed, 7));
  const startup = Math.max(2, pace.startupMs);
  return () => {
    const kind = rng.nextFloat();
    const share = rng.nextFloat();
    if (kind < EARLY_SHARE) return Math.max(1, Math.round(share * startup));
    if (kind < EARLY_SHARE + MIDDLE_SHARE) return Math.round(startup * (1 + 2 * share));
    return Math.round(startup * 3 + share * LATE_MS_MAX);
  };
}

/** Candles that `kills` kills leave time for, within bounds that keep the twin short. */
export function untilFor(kills: number, pace: Pace): number {
  const tradedMs =
    MIDDLE_SHARE * pace.startupMs +
    (1 - EARLY_SHARE - MIDDLE_SHARE) * (2 * pace.startupMs + LATE_MS_MAX / 2);
  const wanted = Math.ceil(kills * tradedMs * candlesPerMs(pace));
  return Math.min(60_000, Math.max(2000, wanted));
}
