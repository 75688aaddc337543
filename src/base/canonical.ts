/**
 * The canonical text of a state: what the state hash is taken over.
 *
 * Promises: equal states give equal text whatever the order in which their keys were set: keys
 * sorted, numbers in their shortest round-trip form, typed arrays by content. Never: accepts what
 * a file would change (undefined, NaN, ±Infinity, −0 outside typed arrays).
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
}

export function canonicalText(value: unknown): string {
  const parts: string[] = [];
  write(value, { parts, path: [], shapes: [] });
  return parts.join('');
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
      if (!Number.isFinite(value) || Object.is(value, -0))
        throw impure(Object.is(value, -0) ? '-0' : String(value), writing);
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
    writeRecord(value as Record<string, unknown>, writing);
  }
}

function writeArray(value: readonly unknown[], writing: Writing): void {
  const { parts, path } = writing;
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
    write(value[index], writing);
  }
  path.length = depth;
  parts.push(']');
}

function isAllNumbers(value: readonly unknown[]): boolean {
  // By index: a method would pass over the holes of a sparse array.
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index];
    if (typeof item !== 'number' || !Number.isFinite(item) || Object.is(item, -0)) return false;
  }
  return true;
}

function writeRecord(value: Record<string, unknown>, writing: Writing): void {
  const { parts, path } = writing;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw impure('a class', writing);
  const { sorted, texts } = shapeOf(Object.keys(value), writing);
  const depth = path.length;
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

/** Neighbours in a list have the same keys nearly always: those are sorted once. */
function shapeOf(keys: readonly string[], { shapes, path }: Writing): Shape {
  const last = shapes[path.length];
  if (last !== undefined && isSame(last.keys, keys)) return last;
  const sorted = keys.toSorted();
  const texts = sorted.map((key, place) => `${place === 0 ? '' : ','}${JSON.stringify(key)}:`);
  const shape = { keys, sorted, texts };
  shapes[path.length] = shape;
  return shape;
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let place = 0; place < one.length; place += 1) if (one[place] !== other[place]) return false;
  return true;
}
