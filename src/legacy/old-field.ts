/**
 * Finds a field of the old bot by any of its usual spellings.
 *
 * Promises: looks in the dictionary itself, then one level deeper, where a file wraps its state in
 * another. Never: takes a value of the wrong kind for it.
 */
import { toUnits, UNITS_PER_QUOTE, type Units } from '../base/money.ts';
import type { PickleValue } from './pickle-value.ts';
import { type Fields, fieldsOf, numberOf, textOf } from './python-value.ts';

/** The fields of a value with those of the dictionaries in it behind them. */
export function nestedFields(value: PickleValue | undefined): Fields | null {
  const own = fieldsOf(value);
  if (own === null) return null;
  const all = new Map(own);
  for (const inner of new Set(own.values()))
    for (const [name, field] of fieldsOf(inner) ?? []) if (!all.has(name)) all.set(name, field);
  return all;
}

/** The first of these names that holds what `read` understands. */
export function pick<T>(
  fields: Fields,
  names: readonly string[],
  read: (value: PickleValue) => T | null,
): T | null {
  for (const name of names) {
    const value = fields.get(name);
    const found = value === undefined ? null : read(value);
    if (found !== null) return found;
  }
  return null;
}

export const pickNumber = (fields: Fields, names: readonly string[]): number | null =>
  pick(fields, names, numberOf);

export const pickText = (fields: Fields, names: readonly string[]): string | null =>
  pick(fields, names, textOf);

/** Money; null also where it is more than can be counted. */
export const pickUnits = (fields: Fields, names: readonly string[]): Units | null =>
  unitsOf(pickNumber(fields, names));

export function unitsOf(amount: number | null): Units | null {
  if (amount === null || Math.abs(amount) * UNITS_PER_QUOTE > AMOUNT_MAX) return null;
  return toUnits(amount);
}

/** A quarter of what money can count (22 million): what comes next has to be countable too. */
export const AMOUNT_MAX = Number.MAX_SAFE_INTEGER / 4;

export const pickCount = (fields: Fields, names: readonly string[]): number | null =>
  pick(fields, names, value => {
    const number = numberOf(value);
    return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null;
  });
