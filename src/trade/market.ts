/**
 * The market component: per symbol the last candle, indicators, reading, feature window, and the
 * labels still pending.
 *
 * Promises: what it says of a symbol depends on closed candles alone, so a restored state goes on
 * bit for bit. Never: fills a gap with invented candles, looks ahead, or decides.
 */
import { assert, Bug } from '../base/assert.ts';
import { PENDING_LABELS_MAX, SEQUENCE_ROWS } from '../base/limits.ts';
import { pastText } from '../base/past-hash.ts';
import type { Component } from '../core/component.ts';
import type { Bookmark } from '../core/exchange.ts';
import type { Fact } from '../core/fact.ts';
import { rowToday } from '../core/feature-migration.ts';
import type { Candle } from '../core/market.ts';
import { packSequence } from '../core/sequence.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { decodeMarket, encodeMarket } from './market-codec.ts';
import {
  createSymbol,
  foldCandle,
  forgetRows,
  type SymbolState,
  sequenceOf,
} from './market-symbol.ts';
import { toVersion2, toVersion3, toVersion4 } from './market-upgrade.ts';

export { type SymbolState, sequenceOf } from './market-symbol.ts';

export interface MarketState {
  /** Candles of all symbols in the directory's life. */
  candles: number;
  timeframeMs: number;
  /** Threshold of the CUSUM filter; 0 while nobody learns from features. */
  cusumSigmas: number;
  /** Without a prototype: a symbol is a name from outside. */
  readonly symbols: Record<string, SymbolState>;
}

const emptySymbols = (): Record<string, SymbolState> =>
  Object.create(null) as Record<string, SymbolState>;

const initial = (): MarketState => ({
  candles: 0,
  timeframeMs: DEFAULT_SETTINGS.timeframeMs,
  cusumSigmas: DEFAULT_SETTINGS.learning.cusumSigmas,
  symbols: emptySymbols(),
});

/** The state of a symbol that the directory is bound to. */
export function symbolOf(state: MarketState, symbol: string): SymbolState {
  const found = state.symbols[symbol];
  // Not a must: its message would be built on every call.
  if (found === undefined) throw new Bug(`missing: the market of ${symbol}`);
  return found;
}

/** Per symbol that has candles: where a feed has to go on, and over which past. */
export function bookmarks(state: MarketState): Record<string, Bookmark> {
  const marks: Record<string, Bookmark> = {};
  for (const [name, { last, firstTime, candles, past }] of Object.entries(state.symbols))
    if (last !== null && firstTime !== null)
      marks[name] = {
        ...{ since: firstTime, time: last.time, candles, pastHash: pastText(past) },
        last: { ...last },
      };
  return marks;
}

/** Candles missing between the last one and this one; 0 for the first. */
export function gapBefore(
  symbol: Pick<SymbolState, 'last'>,
  candle: Pick<Candle, 'time'>,
  timeframeMs: number,
): number {
  if (symbol.last === null) return 0;
  return Math.max(0, Math.round((candle.time - symbol.last.time) / timeframeMs) - 1);
}

function open(state: MarketState, fact: Fact<'example.opened'>): void {
  const symbol = symbolOf(state, fact.symbol);
  assert(symbol.pending.length < PENDING_LABELS_MAX, 'labels pending have a bound');
  const { id, time, proposed, barrier, candles } = fact;
  const features = rowToday(fact.features, fact.featureList);
  const window = sequenceOf(symbol);
  symbol.pending.push({
    ...{ id, time, proposed, features, barrier, candles },
    sequence: window === null ? null : packSequence(window),
    ...{ entry: null, held: 0, status: 'waiting', label: 0, change: 0 },
  });
  symbol.openedAt = symbol.candles;
}

function close(state: MarketState, fact: Fact<'example.labelled' | 'example.voided'>): void {
  const symbol = symbolOf(state, fact.symbol);
  const index = symbol.pending.findIndex(each => each.id === fact.id);
  assert(index >= 0, `example ${fact.id} was opened before it is closed`);
  const [closed] = symbol.pending.splice(index, 1);
  if (closed?.status !== 'waiting') symbol.due -= 1;
}

function check(state: MarketState): string | null {
  let candles = 0;
  for (const [name, symbol] of Object.entries(state.symbols)) {
    candles += symbol.candles;
    if ((symbol.last === null) !== (symbol.candles === 0))
      return `${name} has ${symbol.candles} candles and ${symbol.last === null ? 'no' : 'a'} last`;
    if ((symbol.last === null) !== (symbol.firstTime === null))
      return `${name} has a last candle without a first, or the other way round`;
    if (symbol.last !== null && symbol.last.symbol !== name)
      return `${name} remembers a candle of ${symbol.last.symbol}`;
    if (symbol.reading.ready !== (symbol.window.count === SEQUENCE_ROWS))
      return `${name} is ready with ${symbol.window.count} rows`;
    if (symbol.pending.length > PENDING_LABELS_MAX)
      return `${name} has ${symbol.pending.length} labels pending`;
    const due = symbol.pending.filter(each => each.status !== 'waiting').length;
    if (due !== symbol.due) return `${name} counts ${symbol.due} labels due, has ${due}`;
    if (new Set(symbol.pending.map(each => each.id)).size !== symbol.pending.length)
      return `${name} has an example pending twice`;
  }
  return candles === state.candles ? null : `${state.candles} candles, ${candles} by symbol`;
}

export const market: Component<'market', MarketState> = {
  id: 'market',
  title: 'market',
  version: 4,
  file: {
    name: 'market_state.json.zst',
    format: 'json.zst',
    encode: encodeMarket,
    decode: decodeMarket,
  },
  initial,
  on: {
    'directory.bound': (state, fact) => {
      state.timeframeMs = fact.timeframeMs;
      for (const name of fact.symbols) state.symbols[name] ??= createSymbol();
    },
    'config.changed': (state, { settings }) => {
      const { signalModel, deepSignalModel, attention, cusumSigmas } = settings.learning;
      const wasLearning = state.cusumSigmas > 0;
      state.cusumSigmas = signalModel || deepSignalModel || attention ? cusumSigmas : 0;
      // Rows were not filled meanwhile, or will not be: no row may stand for a time it is not of.
      if (state.cusumSigmas > 0 !== wasLearning)
        for (const symbol of Object.values(state.symbols)) forgetRows(symbol);
    },
    'candle.closed': (state, fact) => {
      state.candles += 1;
      foldCandle(symbolOf(state, fact.symbol), fact, state);
    },
    'example.opened': open,
    'example.labelled': close,
    'example.voided': close,
  },
  upgrades: { 2: toVersion2, 3: toVersion3, 4: toVersion4 },
  check,
};
