/**
 * The market's state file: the state itself, copied out and read back strictly.
 *
 * Promises: what is read has exactly the shape that this release writes (names, lengths, periods,
 * ranges), or decoding throws with the place; numbers come back bit for bit. Never: shares an object
 * with the state.
 */
import {
  asArray,
  asBoolean,
  asCount,
  asInteger,
  asNumber,
  asNumbers,
  asRecord,
  asText,
  fieldsOf,
  likeTemplate,
  listOf,
  nullable,
  oneOf,
  type Reader,
} from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import { FEATURE_COUNT } from '../core/feature.ts';
import type { PendingLabel } from '../core/label.ts';
import { REGIMES, VOLATILITY_LEVELS } from '../core/market.ts';
import { unpackSequence } from '../core/sequence.ts';
import { createSymbol, type LastCandle, type SymbolState } from './market-symbol.ts';

type Tree = Readonly<Record<string, unknown>>;

/** A copy of plain data. */
export function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyPlain(each)]));
}

export const readSymbol: Reader<SymbolState> = (value, path) => {
  const { last: _last, pending: _pending, ...template } = createSymbol();
  const { last, pending, ...rest } = asRecord(value, path);
  const symbol: SymbolState = {
    ...likeTemplate(template, rest, path),
    last: readLast(last, `${path}.last`),
    pending: readPending(pending, `${path}.pending`),
  };
  const { regime, volatility } = symbol.reading;
  oneOf(REGIMES)(regime, `${path}.reading.regime`);
  oneOf(VOLATILITY_LEVELS)(volatility, `${path}.reading.volatility`);
  for (const word of symbol.past)
    if (word >>> 0 !== word) throw new Error(`${path}.past is not two 32-bit integers`);
  checkNode(symbol as unknown as Tree, createSymbol() as unknown as Tree, path);
  return symbol;
};

const readLast = nullable(
  fieldsOf<LastCandle>({
    symbol: asText,
    time: asNumber,
    open: asNumber,
    high: asNumber,
    low: asNumber,
    close: asNumber,
    volume: asNumber,
  }),
);

const readRow: Reader<number[]> = (value, path) => asNumbers(value, FEATURE_COUNT, path);

const readSequence: Reader<string> = (value, path) => {
  const text = asText(value, path);
  if (unpackSequence(text) === null) throw new Error(`${path} is not a feature window`);
  return text;
};

const readPending = listOf(
  fieldsOf<PendingLabel>({
    id: asInteger,
    time: asNumber,
    proposed: asBoolean,
    features: readRow,
    sequence: nullable(readSequence),
    barrier: asNumber,
    candles: asCount,
    entry: nullable(asNumber),
    held: asCount,
    status: oneOf(['waiting', 'due', 'void']),
    label: oneOf([0, 1, 2]),
    change: asNumber,
  }),
);

/** Periods are those of this release; indices and counts stay within the ring they belong to. */
function checkNode(node: Tree, fresh: Tree, path: string): void {
  for (const [name, value] of Object.entries(node)) {
    if (name === 'period' && value !== fresh[name])
      throw new Error(`${path}.period is not ${fresh[name]}`);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      checkNode(value as Tree, (fresh[name] ?? {}) as Tree, `${path}.${name}`);
  }
  for (const name of PLACES) if (Object.hasOwn(node, name)) checkPlace(node, name, path);
}

const PLACES = ['next', 'count', 'age'];

function checkPlace(node: Tree, name: string, path: string): void {
  const place = asCount(node[name], `${path}.${name}`);
  const { values, rows } = node as { values?: number[]; rows?: number[] };
  const size = values?.length ?? (rows === undefined ? null : rows.length / FEATURE_COUNT);
  if (size !== null && (place > size || (name === 'next' && place === size)))
    throw new Error(`${path}.${name} is outside its ring`);
}

/** Version 2: a pending label has the feature window of its opening; 0.1.0 kept none. */
export const withSequences = (old: Encoded): Encoded =>
  eachPending(old, label => ({ ...label, sequence: null }));

/** Version 3: a pending label has no mean of that window any more; nobody read it. */
export const withoutContext = (old: Encoded): Encoded =>
  eachPending(old, ({ context: _, ...label }) => label);

function eachPending(old: Encoded, lift: (label: Tree) => Tree): Encoded {
  if (old.format !== 'json.zst') throw new Error(`market: not ${old.format}`);
  const symbols = Object.entries(asRecord(old.value['symbols'], 'market.symbols'));
  const lifted = symbols.map(([name, symbol]) => {
    const { pending, ...rest } = asRecord(symbol, 'market.symbols');
    const labels = asArray(pending, null, 'market.symbols.pending');
    const of = (label: unknown) => lift(asRecord(label, 'a pending label'));
    return [name, { ...rest, pending: labels.map(of) }];
  });
  return { ...old, value: { ...old.value, symbols: Object.fromEntries(lifted) } };
}
