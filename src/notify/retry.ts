/**
 * How long to wait before another attempt.
 *
 * Promises: exponential with full jitter, so that many bots whose receiver was away do not return at
 * once; a receiver's own word counts, within reason.
 */
import {
  NOTIFY_RETRY_AFTER_MS_MAX,
  NOTIFY_RETRY_MS_MAX,
  NOTIFY_RETRY_MS_MIN,
} from '../base/limits.ts';
import type { Millis } from '../base/time.ts';

/** `attempt`: failures so far, from 1; `random`: 0 to 1. */
export function waitMs(attempt: number, afterMs: Millis | null, random: () => number): Millis {
  if (afterMs !== null) return Math.min(Math.max(0, afterMs), NOTIFY_RETRY_AFTER_MS_MAX);
  let most = NOTIFY_RETRY_MS_MIN;
  for (let failure = 1; failure < attempt && most < NOTIFY_RETRY_MS_MAX; failure += 1) most *= 2;
  return random() * Math.min(most, NOTIFY_RETRY_MS_MAX);
}

/** The header `retry-after`: seconds, or a date; null: none that can be read. */
export function retryAfterMs(header: string | null, now: Millis): Millis | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
