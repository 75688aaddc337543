/**
 * How long to wait before another attempt.
 *
 * Promises: exponential with full jitter, so that many bots whose receiver was away do not return at
 * once; a receiver's own word counts, within reason, and never makes a wait shorter.
 */
import {
  NOTIFY_RETRY_AFTER_MS_MAX,
  NOTIFY_RETRY_MS_MAX,
  NOTIFY_RETRY_MS_MIN,
} from '../base/limits.ts';
import type { Millis } from '../base/time.ts';

/**
 * `attempt`: failures so far, from 1; `random`: 0 to 1. What the receiver asks for only lengthens a
 * wait: its 0 would have it asked again at once, for ever.
 */
export function waitMs(attempt: number, afterMs: Millis | null, random: () => number): Millis {
  let most = NOTIFY_RETRY_MS_MIN;
  for (let failure = 1; failure < attempt && most < NOTIFY_RETRY_MS_MAX; failure += 1) most *= 2;
  const ownMs = random() * Math.min(most, NOTIFY_RETRY_MS_MAX);
  return Math.max(ownMs, Math.min(afterMs ?? 0, NOTIFY_RETRY_AFTER_MS_MAX));
}

/** As HTTP writes it. `Date.parse` makes a date out of `12.5`, too. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The header `retry-after`: seconds, or a date; null: none that can be read. */
export function retryAfterMs(header: string | null, now: Millis): Millis | null {
  const said = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(said)) return Number(said) * 1000;
  const date = HTTP_DATE.test(said) ? Date.parse(said) : Number.NaN;
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
