/**
 * Turns: work on several things, beside each other or one after the other.
 *
 * Promises: a failure is told once all that was to be done whatever became of the others is done.
 */
import type { Failure } from '../../base/result.ts';

/**
 * Each is done beside the others; it ends when all have. Returns the first failure by their order,
 * throws what was thrown first.
 */
export async function atOnce<T>(
  items: readonly T[],
  work: (item: T) => Promise<Failure | null>,
): Promise<Failure | null> {
  const thrown: unknown[] = [];
  const failures = await Promise.all(
    items.map(item =>
      work(item).catch((error: unknown) => {
        thrown.push(error);
        return null;
      }),
    ),
  );
  if (thrown.length > 0) throw thrown[0];
  return failures.find(failure => failure !== null) ?? null;
}

/** Each is done, whatever became of those before it. Returns the first failure. */
export async function inTurn<T>(
  items: readonly T[],
  work: (item: T) => Promise<Failure | null>,
): Promise<Failure | null> {
  let failure: Failure | null = null;
  for (const item of items) {
    const failed = await work(item);
    failure ??= failed;
  }
  return failure;
}

/** One after the other, up to the first failure. */
export async function untilFailure<T>(
  items: readonly T[],
  work: (item: T) => Promise<Failure | null>,
): Promise<Failure | null> {
  for (const item of items) {
    const failure = await work(item);
    if (failure !== null) return failure;
  }
  return null;
}
