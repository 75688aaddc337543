/**
 * What the market component remembers of one symbol, and how a closed candle changes it.
 *
 * Promises: O(1) per candle without allocation; of fixed shape, but for the labels that wait. After
 * a gap the indicators go on with the next candle, and labels whose time it cuts are void; after a
 * gap of more than GAP_CANDLES_MAX the symbol must warm up again. Never: looks ahead.
 */
import { assert } from '../base/assert.ts';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import { createPast, extendPast, type Past } from '../base/past-hash.ts';
import { FEATURE_COUNT } from '../core/feature.ts';
import type { Cusum, PendingLabel } from '../core/label.ts';
import type { Candle, Reading } from '../core/market.ts';
import { quantised, SEQUENCE_SIZE, type Sequence } from '../core/sequence.ts';
import { fillFeatures } from './feature-row.ts';
import {
  createIndicators,
  type Indicators,
  returnOver,
  updateIndicators,
  WARMUP_CANDLES,
} from './indicators.ts';
import { advancePending, createCusum, resetCusum, updateCusum } from './label-path.ts';
import { createReading, keepBefore, updateReading } from './reading.ts';

/** After a longer gap the averages speak of another market: the symbol warms up again. */
export const GAP_CANDLES_MAX = 60;

export type LastCandle = { -readonly [Key in keyof Candle]: Candle[Key] };

/** The last SEQUENCE_ROWS feature rows, row after row, as a ring. */
export interface RowWindow {
  readonly rows: number[];
  /** The row that the next one overwrites. */
  next: number;
  count: number;
}

export interface SymbolState {
  /** Changed in place with each candle; copy it to keep it. Null before the first. */
  last: LastCandle | null;
  candles: number;
  /** Open time of the first candle: after a reset the memory begins in the middle of a market. */
  firstTime: number | null;
  readonly past: Past;
  readonly gaps: { count: number; missing: number };
  /** Candles since the first one or since the last large gap, up to the warm-up. */
  warm: number;
  readonly indicators: Indicators;
  readonly reading: Reading;
  /** Row of the last candle, in the order of FEATURE_NAMES; zeros while warming up. */
  readonly features: number[];
  readonly window: RowWindow;
  readonly cusum: Cusum;
  readonly pending: PendingLabel[];
  /** How many of `pending` are no longer waiting. */
  due: number;
  /** `candles` when the last example was opened; null before the first. */
  openedAt: number | null;
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

export const createSymbol = (): SymbolState => ({
  last: null,
  candles: 0,
  firstTime: null,
  past: createPast(),
  gaps: { count: 0, missing: 0 },
  warm: 0,
  indicators: createIndicators(),
  reading: createReading(),
  features: zeros(FEATURE_COUNT),
  window: { rows: zeros(SEQUENCE_ROWS * FEATURE_COUNT), next: 0, count: 0 },
  cusum: createCusum(),
  pending: [],
  due: 0,
  openedAt: null,
});

export interface Pace {
  readonly timeframeMs: number;
  /** 0: nobody learns, so no event is looked for and no feature row is filled. */
  readonly cusumSigmas: number;
}

export function foldCandle(
  symbol: SymbolState,
  candle: Candle & { gap?: number },
  pace: Pace,
): void {
  const { timeframeMs } = pace;
  const gap = candle.gap ?? 0;
  assert(symbol.last === null || candle.time > symbol.last.time, 'candles of a symbol ascend');
  if (gap > 0) noteGap(symbol, gap);
  symbol.candles += 1;
  symbol.firstTime ??= candle.time;
  extendPast(symbol.past, candle);
  symbol.due = advancePending(symbol.pending, candle, gap);
  // The move is measured against the spread known before it.
  const threshold = symbol.reading.ready ? pace.cusumSigmas * symbol.reading.sigma : 0;
  updateIndicators(symbol.indicators, candle, { timeframeMs, gap });
  keepBefore(symbol.reading, symbol.last);
  updateReading(symbol.reading, symbol.indicators, candle);
  if (gap === 0) updateCusum(symbol.cusum, returnOver(symbol.indicators, 1), threshold);
  updateRow(symbol, candle, pace);
  keepLast(symbol, candle);
}

function noteGap(symbol: SymbolState, gap: number): void {
  symbol.gaps.count += 1;
  symbol.gaps.missing += gap;
  resetCusum(symbol.cusum);
  if (gap <= GAP_CANDLES_MAX) return;
  symbol.warm = 0;
  forgetRows(symbol);
}

/** The window fills anew: what was in it is not what goes before the next row. */
export function forgetRows({ features, window, reading }: SymbolState): void {
  features.fill(0);
  window.count = 0;
  window.next = 0;
  window.rows.fill(0);
  reading.ready = false;
}

function updateRow(symbol: SymbolState, candle: Candle, pace: Pace): void {
  const { indicators, reading, features, window } = symbol;
  if (symbol.warm < WARMUP_CANDLES) symbol.warm += 1;
  if (symbol.warm === WARMUP_CANDLES) {
    // While nobody learns rows stay as `forgetRows` left them: zeros.
    if (pace.cusumSigmas > 0) {
      const closedAt = candle.time + pace.timeframeMs;
      fillFeatures(features, { indicators, reading, candle, closedAt });
      keepRow(window, features);
    }
    advanceWindow(window);
  }
  reading.ready = window.count === SEQUENCE_ROWS;
}

function keepRow({ rows, next }: RowWindow, row: readonly number[]): void {
  const start = next * FEATURE_COUNT;
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    rows[start + column] = row[column] as number;
}

function advanceWindow(window: RowWindow): void {
  window.next = window.next + 1 === SEQUENCE_ROWS ? 0 : window.next + 1;
  if (window.count < SEQUENCE_ROWS) window.count += 1;
}

function keepLast(symbol: SymbolState, candle: Candle): void {
  const { last } = symbol;
  if (last === null) {
    const { symbol: name, time, open, high, low, close, volume } = candle;
    symbol.last = { symbol: name, time, open, high, low, close, volume };
    return;
  }
  last.time = candle.time;
  last.open = candle.open;
  last.high = candle.high;
  last.low = candle.low;
  last.close = candle.close;
  last.volume = candle.volume;
}

/** The rows of the window, oldest first; null while it fills. */
export function sequenceOf(symbol: Pick<SymbolState, 'window'>): Sequence | null {
  const { rows, next, count } = symbol.window;
  if (count < SEQUENCE_ROWS) return null;
  const sequence: Sequence = new Int8Array(SEQUENCE_SIZE);
  const start = next * FEATURE_COUNT;
  for (let place = 0; place < SEQUENCE_SIZE; place += 1)
    sequence[place] = quantised(rows[(start + place) % SEQUENCE_SIZE] as number);
  return sequence;
}
