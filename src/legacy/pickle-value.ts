/**
 * What a Python pickle holds, as inert data.
 *
 * Promises: a class or function is only a name, and what one would have made is the record of how it
 * would have been made. Dictionaries are lists of entries, so no key can reach a prototype. Values may
 * share parts and contain themselves. Never: calls, imports or constructs anything.
 */
import type { ArrayBytes } from './numpy-array.ts';

export type PickleValue =
  | null
  | boolean
  | number
  /** An integer beyond 2^53. */
  | bigint
  | string
  | Uint8Array
  | Sequence
  | Dictionary
  | GlobalName
  | Made
  | RawArray;

export interface Sequence {
  readonly kind: 'list' | 'tuple' | 'set';
  readonly items: PickleValue[];
}

export type Entry = readonly [key: PickleValue, value: PickleValue];

export interface Dictionary {
  readonly kind: 'dict';
  readonly entries: Entry[];
}

/** A class or function by its module and name: `collections.OrderedDict`. */
export interface GlobalName {
  readonly kind: 'global';
  readonly name: string;
}

/** What a call would have made: of what, with what, and what it was given afterwards. */
export interface Made {
  readonly kind: 'made';
  readonly maker: PickleValue;
  readonly args: readonly PickleValue[];
  state: PickleValue | undefined;
  readonly items: PickleValue[];
  readonly entries: Entry[];
}

/** An array whose bytes joblib writes between the opcodes. */
export interface RawArray extends ArrayBytes {
  readonly kind: 'raw-array';
}

export const isKind = <K extends Sequence['kind'] | 'dict' | 'global' | 'made' | 'raw-array'>(
  value: PickleValue | undefined,
  ...kinds: K[]
): value is Extract<PickleValue, { readonly kind: unknown }> & { readonly kind: K } =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Uint8Array) &&
  (kinds as string[]).includes(value.kind);
