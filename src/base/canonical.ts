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

export function canonicalText(value: unknown): string {
  const parts: string[] = [];
  write(value, parts, '');
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

function write(value: unknown, parts: string[], path: string): void {
  switch (typeof value) {
    case 'string':
      parts.push(JSON.stringify(value));
      return;
    case 'boolean':
      parts.push(value ? 'true' : 'false');
      return;
    case 'number':
      if (!Number.isFinite(value) || Object.is(value, -0))
        throw new Bug(`${Object.is(value, -0) ? '-0' : value} at ${path || 'the root'}`);
      parts.push(String(value));
      return;
    case 'object':
      if (value === null) parts.push('null');
      else writeObject(value, parts, path);
      return;
    default:
      throw new Bug(`${typeof value} at ${path || 'the root'}`);
  }
}

function writeObject(value: object, parts: string[], path: string): void {
  if (Array.isArray(value)) {
    writeArray(value, parts, path);
  } else if (value instanceof Float64Array || value instanceof Float32Array) {
    parts.push(value instanceof Float64Array ? 'f64(' : 'f32(');
    for (const number of value) parts.push(Object.is(number, -0) ? '-0,' : `${number},`);
    parts.push(')');
  } else if (value instanceof Uint8Array) {
    parts.push('u8(', value.join(), ')');
  } else {
    writeRecord(value as Record<string, unknown>, parts, path);
  }
}

function writeArray(value: readonly unknown[], parts: string[], path: string): void {
  // Most of what is kept is rows of numbers; JSON writes those the same, several times faster.
  if (isAllNumbers(value)) {
    parts.push(JSON.stringify(value));
    return;
  }
  parts.push('[');
  for (let index = 0; index < value.length; index += 1) {
    if (index > 0) parts.push(',');
    write(value[index], parts, `${path}/${index}`);
  }
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

function writeRecord(value: Record<string, unknown>, parts: string[], path: string): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new Bug(`a class at ${path}`);
  parts.push('{');
  let first = true;
  for (const key of Object.keys(value).sort()) {
    if (!first) parts.push(',');
    first = false;
    parts.push(JSON.stringify(key), ':');
    write(value[key], parts, `${path}/${key}`);
  }
  parts.push('}');
}
