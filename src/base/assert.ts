/**
 * Assertions: a broken one is a bug in Holdfast, never a user's mistake and never a disk's.
 *
 * Promises: a failed assertion throws `Bug`, which the edge turns into exit code 70.
 * Never: used for input, files or the network; those are `Fault`s (see fault.ts).
 */

export class Bug extends Error {
  override name = 'Bug';
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Bug(message);
}

/** The value, which the caller knows to be there. */
export function must<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new Bug(`missing: ${what}`);
  return value;
}

export function unreachable(value: never): never {
  throw new Bug(`unreachable: ${JSON.stringify(value)}`);
}
