/**
 * One request to an exchange, and how to wait before the next one.
 *
 * Promises: an answer or a failure in our words, never a throw; waits grow, and end at once when
 * the bot is to stop. Never: retries by itself; the caller knows whether a request may be repeated.
 */
import { EXCHANGE_RETRY_MS_MAX, EXCHANGE_RETRY_MS_MIN } from '../../base/limits.ts';
import type { Millis } from '../../base/time.ts';
import { type ClientFailure, failureOf } from './failure.ts';

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: ClientFailure };

/** `secrets`: texts that no failure may hold. */
export async function ask<T>(
  request: () => Promise<T>,
  secrets: readonly string[] = [],
): Promise<Answer<T>> {
  try {
    return { ok: true, value: await request() };
  } catch (error) {
    return { ok: false, error: failureOf(error, secrets) };
  }
}

export interface BackOff {
  next(): Millis;
  reset(): void;
}

export interface BackOffOptions {
  readonly firstMs?: Millis;
  readonly maxMs?: Millis;
  /** 0..1; a wait is no fact, and decides no trade. */
  readonly dice?: () => number;
}

/** Doubles each time, less up to a half: many bots must not come back as one. */
export function createBackOff(options: BackOffOptions = {}): BackOff {
  const { firstMs = EXCHANGE_RETRY_MS_MIN, maxMs = EXCHANGE_RETRY_MS_MAX } = options;
  const { dice = Math.random } = options;
  let waitMs = firstMs;
  return {
    next() {
      const full = waitMs;
      waitMs = Math.min(maxMs, full * 2);
      return full * (1 - dice() / 2);
    },
    reset() {
      waitMs = firstMs;
    },
  };
}

/** Ends early when `stop` is aborted, or when the function that `onWake` is given is called. */
export async function pause(
  ms: Millis,
  stop: AbortSignal,
  onWake: (wake: () => void) => void = () => {},
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  onWake(resolve);
  await unlessStopped(promise, stop);
  clearTimeout(timer);
}

/** Null as soon as `stop` is aborted, whatever becomes of the work. */
export async function unlessStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T | null> {
  const stopped = Promise.withResolvers<null>();
  const onStop = (): void => stopped.resolve(null);
  if (stop.aborted) onStop();
  stop.addEventListener('abort', onStop);
  try {
    return await Promise.race([work, stopped.promise]);
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}
