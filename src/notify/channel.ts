/**
 * A channel: one that is told, and what may come of an attempt.
 */
import type { Event } from './event.ts';

export type Sent =
  | { readonly kind: 'delivered' }
  /** It will never take this one. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It may take it later; `afterMs`: not before, by its own word. */
  | { readonly kind: 'failed'; readonly why: string; readonly afterMs: number | null };

export interface Channel {
  /** `webhook`, `telegram-12345`: also the name of its cursor. */
  readonly name: string;
  /** Never throws, and never tells a secret. */
  send(event: Event, stop: AbortSignal): Promise<Sent>;
}

export const DELIVERED: Sent = { kind: 'delivered' };
export const failedSend = (why: string, afterMs: number | null = null): Sent => ({
  ...{ kind: 'failed', why, afterMs },
});

/** Why a request had no answer: a code, for an address may be a secret. */
export function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return code === '' ? 'the connection broke' : code;
}
