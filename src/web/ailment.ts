/**
 * Ailments: when a bot that answers is not well all the same.
 *
 * Promises: a live market whose candles stay away is one, for the bot is blind then; a recorded one
 * that is read slowly is none.
 */
import { MINUTE_MS, type Millis } from '../base/time.ts';
import type { Status } from './view.ts';

/** Exchanges tell of a candle some seconds after its end; a quiet symbol later. */
const LATE_MS = 2 * MINUTE_MS;

/** Why it is not well, or null. */
export function ailmentOf(status: Status, now: Millis): string | null {
  const { ended, following, marketTime, timeframeMs } = status;
  if (ended !== null) return `the bot has ended: ${ended}`;
  if (following?.startsWith('no answer') === true) return `the exchange: ${following}`;
  if (following === null || marketTime === null) return null;
  const ageMs = now - marketTime;
  if (ageMs <= timeframeMs + LATE_MS) return null;
  return `no candle for ${Math.round(ageMs / MINUTE_MS)} minutes (${following})`;
}
