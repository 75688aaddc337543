/**
 * Fields of decoded content: what a state file or a blob must hold before it becomes a state.
 *
 * Promises: a value that passes is plain, finite and a copy; anything else throws an Error that
 * names the field. Never: repairs or guesses.
 */

export type Reader<T> = (value: unknown, what: string) => T;

export function asRecord(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${what} is not an object`);
  return value as Record<string, unknown>;
}

export function asNumber(value: unknown, what: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || Object.is(value, -0))
    throw new Error(`${what} is not a finite number`);
  return value;
}

export function asCount(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0 || Object.is(value, -0))
    throw new Error(`${what} is not a count`);
  return value as number;
}

export function asText(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is not a text`);
  return value;
}

export function asBoolean(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw new Error(`${what} is not true or false`);
  return value;
}

export function asOneOf<T extends string>(value: unknown, names: readonly T[], what: string): T {
  const found = names.find(name => name === value);
  if (found === undefined) throw new Error(`${what} is not one of ${names.join(', ')}`);
  return found;
}

export function asArray(value: unknown, length: number | null, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`${what} is not a list`);
  if (length !== null && value.length !== length)
    throw new Error(`${what} has ${value.length} entries instead of ${length}`);
  return value;
}

/** A copy of a list of finite numbers, of a given length where one is given. */
export function asNumbers(value: unknown, length: number | null, what: string): number[] {
  const list = asArray(value, length, what);
  // A file has hundreds of thousands of them: check first, then copy in one go.
  for (let index = 0; index < list.length; index += 1) asNumber(list[index], what);
  return list.slice() as number[];
}

/** A list of numbers that are scales, so none may be 0 or below. */
export function asPositives(value: unknown, length: number, what: string): number[] {
  const numbers = asNumbers(value, length, what);
  if (numbers.some(number => number <= 0)) throw new Error(`${what} is not above 0`);
  return numbers;
}

export const asNullable = <T>(value: unknown, read: Reader<T>, what: string): T | null =>
  value === null ? null : read(value, what);

/** JSON text inside metadata; a syntax error names the field. */
export function asJson(value: unknown, what: string): unknown {
  try {
    return JSON.parse(asText(value, what)) as unknown;
  } catch {
    throw new Error(`${what} is not JSON`);
  }
}
