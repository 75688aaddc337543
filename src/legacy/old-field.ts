/**
 * The fields of the old bot's files by any of their usual spellings, and which were understood.
 *
 * Promises: looks into dictionaries inside of dictionaries too, the outer ones first; what is
 * `daily: {loss}` is found as `daily_loss` as well; what nobody understood can be told by its name.
 * Never: takes a value of the wrong kind for it, or looks at one dictionary twice.
 */
import { toUnits, UNITS_PER_QUOTE, type Units } from '../base/money.ts';
import { utcMinute } from '../base/time.ts';
import { type Notes, namesText } from './finding.ts';
import { isKind, type PickleValue } from './pickle-value.ts';
import { timeOf } from './python-time.ts';
import {
  entriesOf,
  flagOf,
  itemsOf,
  namedOf,
  numberOf,
  once,
  plainName,
  textOf,
} from './python-value.ts';

export interface OldField {
  /** As the file spells it, after the dictionaries around it: `daily.start_balance`. */
  readonly name: string;
  /** Its own plain name. */
  readonly key: string;
  readonly value: PickleValue;
  readonly around: OldField | null;
  understood: boolean;
  /** It was understood, or something in it. */
  touched: boolean;
}

export interface OldFields {
  /** By plain name. */
  readonly named: ReadonlyMap<string, OldField>;
  readonly all: readonly OldField[];
}

const DEPTH_MAX = 6;
const FIELDS_MAX = 100_000;

/** The fields of a value and of the dictionaries in it whose plain names are open. */
export function fieldsWithin(value: PickleValue, isOpen: (name: string) => boolean): OldFields {
  const named = new Map<string, OldField>();
  const all: OldField[] = [];
  const seen = new Set<PickleValue>();
  let level: { value: PickleValue; around: OldField | null }[] = [{ value, around: null }];
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    const inner: typeof level = [];
    for (const { value: dictionary, around } of level) {
      if (seen.has(dictionary)) continue;
      seen.add(dictionary);
      for (const [name, each] of namedOf(dictionary) ?? []) {
        if (all.length === FIELDS_MAX) return { named, all };
        const field = fieldOf(name, each, around);
        const { key } = field;
        all.push(field);
        for (const known of around === null
          ? [key]
          : [key, `${around.key}${key}`, stem(around) + key])
          if (!named.has(known)) named.set(known, field);
        if (isOpen(key)) inner.push({ value: each, around: field });
      }
    }
    level = inner;
  }
  return { named, all };
}

const fieldOf = (name: string, value: PickleValue, around: OldField | null): OldField => ({
  name: around === null ? name : `${around.name}.${name}`,
  key: plainName(name),
  ...{ value, around, understood: false, touched: false },
});

/** `daily_stats: {loss}` is a daily loss. */
const stem = ({ key }: OldField): string => key.replace(/(stats|statistics|data|info|state)$/, '');

const knownFields = new WeakMap<object, OldFields | null>();

/** The fields of a dictionary or an object alone; null where it is none. */
export function fieldsOn(value: PickleValue): OldFields | null {
  if (!isKind(value, 'dict', 'made')) return null;
  return once(knownFields, value, () =>
    namedOf(value) === null ? null : fieldsWithin(value, () => false),
  );
}

/** The first of these names that holds what `read` understands; another that says the same, too. */
export function pick<T>(
  { named }: OldFields,
  names: readonly string[],
  read: (value: PickleValue) => T | null,
): T | null {
  let found: T | null = null;
  for (const name of names) {
    const field = named.get(name);
    const value = field === undefined ? null : read(field.value);
    if (field === undefined || value === null) continue;
    found ??= value;
    if (Object.is(found, value)) understand(field);
  }
  return found;
}

export function understand(field: OldField): void {
  field.understood = true;
  for (let at: OldField | null = field; at !== null; at = at.around) at.touched = true;
}

/** What nobody understood; a dictionary of which nothing was understood counts as one. */
export const leftIn = ({ all }: OldFields): OldField[] =>
  all.filter(({ touched, around, value }) => {
    if (touched || isEmpty(value)) return false;
    if (around?.touched === false) return false;
    for (let at = around; at !== null; at = at.around) if (at.understood) return false;
    return true;
  });

/** It says nothing. */
export const isEmpty = (value: PickleValue): boolean =>
  value === null || value === '' || (entriesOf(value) ?? itemsOf(value))?.length === 0;

/** Far more than any bot has. */
const LEFT_SHOWN_MAX = 60;

/** By name, of one dictionary or of many that are alike. */
export function noteLeft(
  notes: Notes,
  left: readonly OldField[],
  { what, why }: { readonly what: string; readonly why: string },
): void {
  const names = [...new Set(left.map(fieldText))];
  if (names.length > 0) notes.lost(what, `${namesText(names, LEFT_SHOWN_MAX)}: ${why}`);
  const inside = left
    .slice(0, LEFT_SHOWN_MAX)
    .flatMap(({ name, value }) => [...(namedOf(value)?.keys() ?? [])].map(key => `${name}.${key}`));
  if (inside.length > 0) notes.lost(`${what}, inside`, namesText(inside, LEFT_SHOWN_MAX));
}

/** A dictionary may have numbers or pairs for keys: those are no names of fields. */
export function noteNameless(value: PickleValue, notes: Notes): void {
  const count = (entriesOf(value) ?? []).filter(([key]) => textOf(key) === null).length;
  if (count > 0) notes.lost('entries without a name', `${count} whose keys are no text`);
}

/** `daily_trades 4`; of what is not one value the name alone. */
export function fieldText({ name, value }: OldField): string {
  const time = typeof value === 'object' ? timeOf(value) : null;
  const plain = flagOf(value) ?? numberOf(value) ?? textOf(value);
  if (time !== null) return `${name} ${utcMinute(time.ms)}`;
  return plain === null ? name : `${name} ${plain}`;
}

export const pickNumber = (fields: OldFields, names: readonly string[]): number | null =>
  pick(fields, names, numberOf);

export const pickText = (fields: OldFields, names: readonly string[]): string | null =>
  pick(fields, names, textOf);

/** Money; null also where it is more than can be counted. */
export const pickUnits = (fields: OldFields, names: readonly string[]): Units | null =>
  pick(fields, names, unitsIn);

export const unitsIn = (value: PickleValue): Units | null => unitsOf(numberOf(value));

export function unitsOf(amount: number | null): Units | null {
  const isCountable = amount !== null && Math.abs(amount) * UNITS_PER_QUOTE <= AMOUNT_MAX;
  return isCountable ? toUnits(amount) : null;
}

/** A quarter of what money can count (22 million): what comes next has to be countable too. */
export const AMOUNT_MAX = Number.MAX_SAFE_INTEGER / 4;

export const pickCount = (fields: OldFields, names: readonly string[]): number | null =>
  pick(fields, names, value => {
    const number = numberOf(value);
    return number !== null && Number.isSafeInteger(number) && number >= 0 ? number : null;
  });
