/**
 * Candles from what ccxt gives: rows of time, open, high, low, close and volume.
 *
 * Promises: a candle is one that a tape would take (finite, above 0, inside its high and low, on
 * the grid of its timeframe), its volume in base units whatever the exchange counts in.
 * Never: mends a row; a row that is no candle is left out, and what it was of becomes a gap.
 */
import { CANDLE_PAGE_ROWS } from '../../base/limits.ts';
import { type Millis, timeframeName } from '../../base/time.ts';
import type { Candle } from '../../core/market.ts';
import { type Answer, ask } from './ask.ts';
import type { Client } from './load.ts';

/** What ccxt says: a number may be missing. */
export type Row = readonly (number | undefined)[];

/** How a market's rows are to be read. */
export interface RowSource {
  readonly symbol: string;
  readonly timeframeMs: Millis;
  /** Base units in one unit of the rows' volume. */
  readonly volumeUnit: number;
}

/** Digits of a double that are the decimal's own. */
const DIGITS = 15;

/** Null: the row is no candle. */
export function candleOf(row: Row, { symbol, timeframeMs, volumeUnit }: RowSource): Candle | null {
  const [time, open, high, low, close, amount] = row.map(Number) as [
    ...[number, number, number, number, number, number],
  ];
  const volume = volumeUnit === 1 ? amount : Number((amount * volumeUnit).toPrecision(DIGITS));
  const inside = low > 0 && open >= low && open <= high && close >= low && close <= high;
  const timely = Number.isSafeInteger(time) && time > 0 && time % timeframeMs === 0;
  if (!inside || !timely || !(volume >= 0) || !Number.isFinite(high + volume)) return null;
  return { symbol, time, open, high, low, close, volume };
}

/** Candles that open at `from` or later and before `until`, ascending, each time once. */
export interface Span {
  readonly from: Millis;
  readonly until: Millis;
}

/**
 * What the exchange has of a span of at most CANDLE_PAGE_ROWS candles, finished or not.
 * An exchange that gives fewer at a time is asked again.
 */
export async function fetchCandles(
  client: Pick<Client, 'fetchOHLCV'>,
  source: RowSource,
  { from, until }: Span,
): Promise<Answer<readonly Candle[]>> {
  const { symbol, timeframeMs } = source;
  const candles = new Map<Millis, Candle>();
  let since = from;
  while (since < until) {
    const rows = Math.min(CANDLE_PAGE_ROWS, Math.ceil((until - since) / timeframeMs));
    const answer = await ask(() =>
      client.fetchOHLCV(symbol, timeframeName(timeframeMs), since, rows),
    );
    if (!answer.ok) return answer;
    let last = since - timeframeMs;
    for (const row of answer.value) {
      const candle = candleOf(row, source);
      if (candle === null || candle.time < since || candle.time >= until) continue;
      candles.set(candle.time, fuller(candles.get(candle.time), candle));
      last = Math.max(last, candle.time);
    }
    // Nothing new: there is no more in this span.
    if (last < since) break;
    since = last + timeframeMs;
  }
  return { ok: true, value: [...candles.values()].sort((a, b) => a.time - b.time) };
}

/** Of two tellings of a candle the later one: its volume only grows. */
export const fuller = (known: Candle | undefined, told: Candle): Candle =>
  known !== undefined && known.volume > told.volume ? known : told;
