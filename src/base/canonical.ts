/**
 * The canonical text of a state: what the state hash is taken over.
 *
 * Promises: equal states give equal text whatever the order in which their keys were set: keys
 * sorted, numbers in their shortest round-trip form, typed arrays by content. Never: accepts what
 * a file would change (undefined, NaN, ±Infinity, −0 outside typed arrays).
 *
 * A full memory is 14 MB of it, and a start after a kill walks it before the engine has compiled
 * anything: records in lists are put in order and written by JSON, which is compiled already.
 */
import { Bug } from './assert.ts';

/** What a state or a fact may be made of. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Float64Array
  | Float32Array
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain };

interface Writing {
  readonly parts: string[];
  /** Takes what stands in `parts` now and then. */
  readonly take: (text: string) => void;
  /** Where the walk is. */
  readonly path: (string | number)[];
  /** By depth, of the last record there. */
  readonly shapes: (Shape | undefined)[];
}

/** The keys of a record as they stand, and in their order, each as it is written. */
interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  readonly texts: readonly string[];
  /** An object with these keys has them in the order in which they are set. */
  readonly keepsOrder: boolean;
}

/** Keys that JavaScript itself puts first, or takes for something else. */
const OWN_WAY = /^(\d|__proto__$)/;
/** How many parts are handed on together. */
const PARTS_MAX = 1024;

export function canonicalText(value: unknown): string {
  const texts: string[] = [];
  eachCanonicalPart(value, text => texts.push(text));
  return texts.join('');
}

/** The text piece by piece, for whom need not hold the whole of it. */
export function eachCanonicalPart(value: unknown, take: (text: string) => void): void {
  const parts: string[] = [];
  write(value, { parts, take, path: [], shapes: [] });
  take(parts.join(''));
}

/** Why a value cannot be kept exactly, or null. Walks the whole value. */
export function impurity(value: unknown): string | null {
  try {
    canonicalText(value);
    return null;
  } catch (error) {
    return error instanceof Bug ? error.message : String(error);
  }
}

/** Whether a value can be kept exactly: what `impurity` says, for a tenth of the time and without words. */
export function isPure(value: unknown): boolean {
  if (typeof value === 'number') return isExact(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (value === null || isTypedArray(value)) return true;
  if (!Array.isArray(value)) return isRecord(value) && Object.values(value).every(isPure);
  // By index: a method would pass over the holes of a sparse array.
  for (let index = 0; index < value.length; index += 1) if (!isPure(value[index])) return false;
  return true;
}

/** A number that JSON gives back. */
const isExact = (value: number): boolean => Number.isFinite(value) && !Object.is(value, -0);

const isTypedArray = (value: object): boolean =>
  value instanceof Float64Array || value instanceof Float32Array || value instanceof Uint8Array;

const impure = (what: string, { path }: Writing): Bug =>
  new Bug(`${what} at ${path.length === 0 ? 'the root' : `/${path.join('/')}`}`);

function write(value: unknown, writing: Writing): void {
  const { parts } = writing;
  switch (typeof value) {
    case 'string':
      parts.push(JSON.stringify(value));
      return;
    case 'boolean':
      parts.push(value ? 'true' : 'false');
      return;
    case 'number':
      if (!isExact(value)) throw impure(Object.is(value, -0) ? '-0' : String(value), writing);
      parts.push(String(value));
      return;
    case 'object':
      if (value === null) parts.push('null');
      else writeObject(value, writing);
      return;
    default:
      throw impure(typeof value, writing);
  }
}

function writeObject(value: object, writing: Writing): void {
  const { parts } = writing;
  if (Array.isArray(value)) {
    writeArray(value, writing);
  } else if (value instanceof Float64Array || value instanceof Float32Array) {
    parts.push(value instanceof Float64Array ? 'f64(' : 'f32(');
    for (const number of value) parts.push(Object.is(number, -0) ? '-0,' : `${number},`);
    parts.push(')');
  } else if (value instanceof Uint8Array) {
    parts.push('u8(', value.join(), ')');
  } else {
    writeRecord(value, writing);
  }
}

function writeArray(value: readonly unknown[], writing: Writing): void {
  const { parts, take, path } = writing;
  // Most of what is kept is rows of numbers; JSON writes those the same, several times faster.
  if (isAllNumbers(value)) {
    parts.push(JSON.stringify(value));
    return;
  }
  const depth = path.length;
  parts.push('[');
  for (let index = 0; index < value.length; index += 1) {
    if (index > 0) parts.push(',');
    path[depth] = index;
    const item: unknown = value[index];
    const ordered = isRecord(item) ? inOrder(item, { writing, depth: depth + 1 }) : undefined;
    if (ordered === undefined) write(item, writing);
    else parts.push(JSON.stringify(ordered));
    if (parts.length > PARTS_MAX) take(parts.splice(0).join(''));
  }
  path.length = depth;
  parts.push(']');
}

function isAllNumbers(value: readonly unknown[]): boolean {
  // By index: a method would pass over the holes of a sparse array.
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index];
    if (typeof item !== 'number' || !isExact(item)) return false;
  }
  return true;
}

function writeRecord(value: object, writing: Writing): void {
  const { parts, path, shapes } = writing;
  if (!isRecord(value)) throw impure('a class', writing);
  const depth = path.length;
  const { sorted, texts } = shapeOf(Object.keys(value), shapes, depth);
  parts.push('{');
  for (let place = 0; place < sorted.length; place += 1) {
    const key = sorted[place]!;
    parts.push(texts[place]!);
    path[depth] = key;
    write(value[key], writing);
  }
  path.length = depth;
  parts.push('}');
}

/**
 * The same with the keys of each record in their order, for JSON to write; undefined of what JSON
 * would write otherwise, and of what is not pure: `write` knows the one and names the other.
 */
function inOrder(
  value: unknown,
  place: { readonly writing: Writing; readonly depth: number },
): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined;
    case 'object':
      if (value === null || (Array.isArray(value) && isAllNumbers(value))) return value;
      return isRecord(value) ? recordInOrder(value, place) : undefined;
    default:
      return undefined;
  }
}

function recordInOrder(
  value: Record<string, unknown>,
  { writing, depth }: { readonly writing: Writing; readonly depth: number },
): Record<string, unknown> | undefined {
  const { sorted, keepsOrder } = shapeOf(Object.keys(value), writing.shapes, depth);
  if (!keepsOrder) return undefined;
  const inside = { writing, depth: depth + 1 };
  const ordered: Record<string, unknown> = {};
  for (let place = 0; place < sorted.length; place += 1) {
    const key = sorted[place]!;
    const item = inOrder(value[key], inside);
    if (item === undefined) return undefined;
    ordered[key] = item;
  }
  return ordered;
}

/** No list, no typed array and nothing of a class. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Neighbours in a list have the same keys nearly always: those are sorted once. */
function shapeOf(keys: readonly string[], shapes: Writing['shapes'], depth: number): Shape {
  const last = shapes[depth];
  if (last !== undefined && isSame(last.keys, keys)) return last;
  const sorted = keys.toSorted();
  const texts = sorted.map((key, place) => `${place === 0 ? '' : ','}${JSON.stringify(key)}:`);
  const shape = { keys, sorted, texts, keepsOrder: !keys.some(key => OWN_WAY.test(key)) };
  shapes[depth] = shape;
  return shape;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let place = 0; place < one.length; place += 1) if (one[place] !== other[place]) return false;
  return true;
}
