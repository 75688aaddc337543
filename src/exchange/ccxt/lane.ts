/**
 * What a stream has told of one symbol's candles.
 *
 * A stream tells of a candle again and again while it is made. Promises: says that a candle is
 * whole only when the stream has watched it from its first trade and tells of a later one; of two
 * tellings the fuller one counts, whatever their order. Never: says so of a candle in which the
 * stream began, broke, or told of nothing.
 */
import { STREAM_CANDLES_MAX } from '../../base/limits.ts';
import type { Millis } from '../../base/time.ts';
import type { Candle } from '../../core/market.ts';
import { fuller } from './candle-row.ts';

export interface Lane {
  readonly symbol: string;
  hear(candle: Candle): void;
  /** The stream is broken: what comes next begins in the middle of a candle. */
  broke(): void;
  /** The candle that opened at this time, where it is whole. */
  whole(time: Millis): Candle | null;
  /** Open time of the newest candle told of; 0: none. */
  readonly newest: Millis;
  /** True from the first candle on that is watched from its beginning. */
  readonly isWatched: boolean;
  /** What opened before this time is done with. */
  drop(before: Millis): void;
}

export function createLane(symbol: string, timeframeMs: Millis): Lane {
  const told = new Map<Millis, Candle>();
  /** The first candle that is watched from its beginning; null: the stream has yet to begin. */
  let since: Millis | null = null;
  let newest = 0;
  let done = 0;
  return {
    symbol,
    get newest() {
      return newest;
    },
    get isWatched() {
      return since !== null && newest >= since;
    },
    hear(candle) {
      // A message that comes late may be the first one after a break.
      since ??= Math.max(newest, candle.time) + timeframeMs;
      newest = Math.max(newest, candle.time);
      if (candle.time < done || candle.time < since) return;
      told.set(candle.time, fuller(told.get(candle.time), candle));
      // The oldest was heard first, but for a message or two out of order.
      for (const time of told.keys()) {
        if (told.size <= STREAM_CANDLES_MAX) break;
        told.delete(time);
      }
    },
    broke() {
      since = null;
      // Those before the newest are whole and stay so; the newest is cut off.
      told.delete(newest);
    },
    whole: time => (time < newest ? (told.get(time) ?? null) : null),
    drop(before) {
      done = before;
      for (const time of told.keys()) if (time < before) told.delete(time);
    },
  };
}
