/**
 * Where a live market is gone on with: after what is remembered, or in the past of a new directory.
 *
 * Promises: a place on the timeframe's grid; not before what was given of any symbol. A long
 * absence is cut to what can be fetched, and said. Never: asks the exchange.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { BACKFILL_CANDLES_MAX } from '../../base/limits.ts';
import { MINUTE_MS, type Millis, timeframeName, utcMinute } from '../../base/time.ts';
import type { Bookmark } from '../../core/exchange.ts';
import type { Tell } from './watch.ts';

export type Marks = Readonly<Record<string, Bookmark>>;

/** A candle's place in the order of the feed. */
export interface Place {
  readonly time: Millis;
  readonly symbol: string;
}

export interface LiveStart {
  /** Open time of the first round. */
  readonly at: Millis;
  /** The last candle remembered. */
  readonly given: Place;
}

export interface StartOptions {
  readonly id: string;
  readonly symbols: readonly string[];
  readonly timeframeMs: Millis;
  readonly historyCandles: number;
  /** By the exchange's clock. */
  readonly now: Millis;
  readonly tell: Tell;
}

export const isAfter = (candle: Place, { time, symbol }: Place): boolean =>
  candle.time > time || (candle.time === time && candle.symbol > symbol);

export function startOf(marks: Marks, options: StartOptions): LiveStart {
  const { timeframeMs, historyCandles, now, tell } = options;
  const current = now - (now % timeframeMs);
  const places = Object.entries(marks).map(([symbol, { time }]) => ({ symbol, time }));
  if (places.length === 0) {
    const at = current - historyCandles * timeframeMs;
    tell('info', `${options.id}: warming up on ${historyCandles} candles a pair, from ${utc(at)}`);
    return { at, given: { time: 0, symbol: '' } };
  }
  const given = places.reduce((last, place) => (isAfter(place, last) ? place : last));
  // A round that a kill cut off is gone on with; a bookmark may lie beside the grid.
  const isWhole = options.symbols.every(symbol => marks[symbol]?.time === given.time);
  const next = Math.ceil(given.time / timeframeMs) * timeframeMs + (isWhole ? timeframeMs : 0);
  refuseFuture(next, options);
  const at = Math.max(next, current - BACKFILL_CANDLES_MAX * timeframeMs);
  if (at > next)
    tell(
      'warn',
      `${options.id}: the bot was away since ${utc(given.time)}: what is older than ${utc(at)} ` +
        `(${BACKFILL_CANDLES_MAX} candles of ${timeframeName(timeframeMs)}) is not fetched`,
    );
  else if (current - next > 2 * timeframeMs)
    tell('info', `${options.id}: fetching what was missed since ${utc(next)}`);
  return { at, given };
}

/** What the clock of an exchange may be wrong by. */
const CLOCK_MS_MAX = 5 * MINUTE_MS;

function refuseFuture(next: Millis, { id, now, timeframeMs }: StartOptions): void {
  if (next <= now + timeframeMs + CLOCK_MS_MAX) return;
  throw new Fault(
    EXIT.config,
    `on ${id} it is ${utc(now)}, before ${utc(next)}, up to which this directory remembers`,
    'use another --dir for this market',
  );
}

const utc = (time: Millis): string => `${utcMinute(time)} UTC`;
