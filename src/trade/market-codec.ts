/**
 * The market's state file: the state itself, copied out and read back strictly.
 *
 * Promises: what is read has exactly the shape that this release writes (names, lengths, periods,
 * ranges), or decoding throws with the place; numbers come back bit for bit. Never: shares an object
 * with the state.
 */
import { FEATURE_COUNT } from '../core/feature.ts';
import type { PendingLabel } from '../core/label.ts';
import { REGIMES, VOLATILITY_LEVELS } from '../core/market.ts';
import { createSymbol, type LastCandle, type SymbolState } from './market-symbol.ts';

type Tree = Record<string, unknown>;

/** A copy of plain data. */
export function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyPlain(each)]));
}

export function readSymbol(source: unknown, path: string): SymbolState {
  const symbol = createSymbol();
  const { last, pending, ...rest } = object(source, path);
  const { last: _last, pending: _pending, ...target } = symbol;
  const filled = target as unknown as Tree;
  fill(filled, rest, path);
  Object.assign(symbol, filled);
  if (last !== null) symbol.last = readLast(last, `${path}/last`);
  if (!Array.isArray(pending)) throw new Error(`${path}/pending is not a list`);
  pending.forEach((each, index) => {
    symbol.pending.push(readPending(each, `${path}/pending/${index}`));
  });
  const { regime, volatility } = symbol.reading;
  oneOf(regime, REGIMES, `${path}/reading/regime`);
  oneOf(volatility, VOLATILITY_LEVELS, `${path}/reading/volatility`);
  for (const word of symbol.past)
    if (word >>> 0 !== word) throw new Error(`${path}/past is not two 32-bit integers`);
  return symbol;
}

/** The value as an object with string keys. */
export function object(value: unknown, path: string): Tree {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${path} is not an object`);
  return value as Tree;
}

/** Overwrites the values in `target` by those of `source`, which must have the same shape. */
export function fill(target: Tree, source: unknown, path: string): void {
  const given = object(source, path);
  for (const key of Object.keys(given))
    if (!Object.hasOwn(target, key)) throw new Error(`${path}/${key} is not known`);
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(given, key)) throw new Error(`${path}/${key} is missing`);
    target[key] = fillValue(target[key], given[key], `${path}/${key}`);
  }
  checkPlaces(target, path);
}

function fillValue(target: unknown, given: unknown, path: string): unknown {
  if (Array.isArray(target)) {
    if (!Array.isArray(given) || given.length !== target.length)
      throw new Error(`${path} is not a list of ${target.length}`);
    for (let index = 0; index < target.length; index += 1)
      target[index] = fillValue(target[index], given[index], `${path}/${index}`);
    return target;
  }
  if (target === null) return given === null ? null : finite(given, path);
  if (typeof target === 'number') {
    if (path.endsWith('/period') && given !== target) throw new Error(`${path} is not ${target}`);
    return finite(given, path);
  }
  if (typeof target !== 'object') {
    if (typeof given !== typeof target) throw new Error(`${path} is not a ${typeof target}`);
    return given;
  }
  fill(target as Tree, given, path);
  return target;
}

const PLACES = ['next', 'count', 'age'];

/** Indices and counts stay within the ring they belong to; those of averages within their period. */
function checkPlaces(node: Tree, path: string): void {
  for (const name of PLACES) {
    const value = node[name];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw new Error(`${path}/${name} is not a count`);
    const { values, rows } = node as { values?: number[]; rows?: number[] };
    const size = values?.length ?? (rows === undefined ? null : rows.length / FEATURE_COUNT);
    if (size !== null && (value > size || (name === 'next' && value === size)))
      throw new Error(`${path}/${name} is outside its ring`);
  }
}

function finite(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || Object.is(value, -0))
    throw new Error(`${path} is not a number`);
  return value;
}

function oneOf(value: string | number, allowed: readonly (string | number)[], path: string): void {
  if (!allowed.includes(value)) throw new Error(`${path} is not one of ${allowed.join(', ')}`);
}

function readLast(source: unknown, path: string): LastCandle {
  const last = { symbol: '', time: 0, open: 0, high: 0, low: 0, close: 0, volume: 0 };
  fill(last, source, path);
  return last;
}

function readPending(source: unknown, path: string): PendingLabel {
  const pending: PendingLabel = {
    id: 0,
    time: 0,
    proposed: false,
    features: new Array<number>(FEATURE_COUNT).fill(0),
    context: new Array<number>(FEATURE_COUNT).fill(0),
    barrier: 0,
    candles: 0,
    entry: null,
    held: 0,
    status: 'waiting',
    label: 0,
    change: 0,
  };
  fill(pending as unknown as Tree, source, path);
  oneOf(pending.status, ['waiting', 'due', 'void'], `${path}/status`);
  oneOf(pending.label, [0, 1, 2], `${path}/label`);
  return pending;
}
