/**
 * The market's state file: the state itself, copied out and read back strictly, and the names of its
 * features.
 *
 * Promises: what is read has exactly the shape that this release writes (names, lengths, periods,
 * ranges), or decoding throws with the place; numbers come back bit for bit; of a file with other
 * features, rows are read by name. Never: shares an object with the state.
 */
import {
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
  mapOf,
  nullable,
  oneOf,
  type Reader,
} from '../base/field.ts';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import type { Encoded } from '../core/component.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from '../core/feature.ts';
import { asColumnMap, type ColumnMap, migrateRows } from '../core/feature-migration.ts';
import type { PendingLabel } from '../core/label.ts';
import { REGIMES, VOLATILITY_LEVELS } from '../core/market.ts';
import { packSequence, sequenceOn } from '../core/sequence.ts';
import type { MarketState } from './market.ts';
import {
  createSymbol,
  type LastCandle,
  type RowWindow,
  type SymbolState,
} from './market-symbol.ts';

type Tree = Readonly<Record<string, unknown>>;

export const encodeMarket = (state: MarketState): Encoded => ({
  format: 'json.zst',
  value: { ...(copyPlain(state) as Tree), featureNames: [...FEATURE_NAMES] },
});

export function decodeMarket(content: Encoded): MarketState {
  if (content.format !== 'json.zst') throw new Error(`market: not ${content.format}`);
  const { featureNames, ...value } = content.value;
  return marketReader(asColumnMap(featureNames, 'market.featureNames'))(value, 'market');
}

const marketReader = (map: ColumnMap): Reader<MarketState> =>
  fieldsOf<MarketState>({
    candles: asCount,
    timeframeMs: asCount,
    cusumSigmas: asNumber,
    symbols: mapOf(symbolReader(map)),
  });

/** A copy of plain data. */
function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyPlain(each)]));
}

/** `map`: the features of the file. */
const symbolReader =
  (map: ColumnMap): Reader<SymbolState> =>
  (value, path) => {
    const {
      last: _last,
      pending: _pending,
      features: _features,
      window: _window,
      ...template
    } = createSymbol();
    const { last, pending, features, window, ...rest } = asRecord(value, path);
    const symbol: SymbolState = {
      ...likeTemplate(template, rest, path),
      last: readLast(last, `${path}.last`),
      features: rowsReader(map, 1)(features, `${path}.features`),
      window: windowReader(map)(window, `${path}.window`),
      pending: listOf(pendingReader(map))(pending, `${path}.pending`),
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

/** Feature rows, one after the other. A feature that is new has been 0 so far. */
const rowsReader =
  (map: ColumnMap, count: number): Reader<number[]> =>
  (value, path) =>
    migrateRows(asNumbers(value, count * map.names.length, path), map, 0).slice();

const windowReader = (map: ColumnMap): Reader<RowWindow> =>
  fieldsOf<RowWindow>({
    rows: rowsReader(map, SEQUENCE_ROWS),
    next: asCount,
    count: asCount,
  });

const sequenceReader =
  (map: ColumnMap): Reader<string> =>
  (value, path) => {
    const sequence = sequenceOn(asText(value, path), map);
    if (sequence === null) throw new Error(`${path} is not a feature window`);
    return packSequence(sequence);
  };

const pendingReader = (map: ColumnMap): Reader<PendingLabel> =>
  fieldsOf<PendingLabel>({
    id: asInteger,
    time: asNumber,
    proposed: asBoolean,
    features: rowsReader(map, 1),
    sequence: nullable(sequenceReader(map)),
    barrier: asNumber,
    candles: asCount,
    entry: nullable(asNumber),
    held: asCount,
    status: oneOf(['waiting', 'due', 'void']),
    label: oneOf([0, 1, 2]),
    change: asNumber,
  });

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
