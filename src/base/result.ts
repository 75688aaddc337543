/**
 * Result: the answer of the outside world, where failing is an ordinary outcome.
 *
 * Promises: an error says whether trying again can help and what a person can do.
 */

export interface Failure {
  /** Stable, kebab-case: `not-found`, `timed-out`, `rejected`, ... */
  readonly code: string;
  readonly retry: boolean;
  readonly hint: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: Failure };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export const failed = (code: string, hint: string, retry = false): Result<never> => ({
  ok: false,
  error: { code, retry, hint },
});
