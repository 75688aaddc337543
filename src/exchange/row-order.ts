/**
 * The order of rows where bad ones are skipped: a time is believed only when a later row bears it out.
 *
 * A row that follows the one before it without a gap is taken at once. The first row, and one that
 * comes after a gap, is held until the next rows tell whether it belongs: it is taken when a row
 * follows it, and skipped when two rows that follow each other do not. So one row with a time far
 * in the future (or a first one off the grid) costs itself and not the rest of the tape; what jumps
 * back is skipped alone, as it always was.
 * Promises: holds two rows at most; the same rows give the same candles, and what a prefix of a tape
 * gives is a prefix of what the tape gives: a last row is not taken over a gap before there is one
 * after it. Never: sorts, mends or moves a row.
 */
import type { Millis } from '../base/time.ts';
import type { Candle } from '../core/market.ts';
import { isTime, strayFault, timeFault } from './row-time.ts';

export interface RowOrder {
  /** Why the row is refused now, or null: it was taken, or waits. */
  push(candle: Candle, line: number): string | null;
  /** The tape has ended. */
  end(): void;
}

interface Row {
  readonly candle: Candle;
  readonly line: number;
}

export function createRowOrder(options: {
  readonly timeframeMs: Millis;
  take(candle: Candle): void;
  /** Hears of rows that waited and are skipped after all. */
  skip(line: number, why: string): void;
}): RowOrder {
  const { timeframeMs } = options;
  /** Of the last candle taken; 0 before the first. */
  let last = 0;
  let held: Row | null = null;
  /** A row that speaks against the held one. */
  let rival: Row | null = null;

  const follows = (time: Millis, before: Millis): boolean =>
    isTime(time) && (before === 0 || (time > before && (time - before) % timeframeMs === 0));

  const take = ({ candle }: Row): void => {
    last = candle.time;
    held = null;
    rival = null;
    options.take(candle);
  };

  const place = (row: Row): string | null => {
    const { time } = row.candle;
    if (!follows(time, last)) return timeFault(time, last, timeframeMs);
    if (last > 0 && time === last + timeframeMs) take(row);
    else held = row;
    return null;
  };

  const skipAfter = (row: Row | null, { candle }: Row): void => {
    if (row !== null) options.skip(row.line, timeFault(row.candle.time, candle.time, timeframeMs));
  };

  return {
    push(candle, line) {
      const row = { candle, line };
      const { time } = candle;
      if (held === null) return place(row);
      if (follows(time, held.candle.time)) {
        skipAfter(rival, held);
        take(held);
        return place(row);
      }
      if (rival !== null && follows(time, rival.candle.time)) {
        options.skip(held.line, strayFault(held.candle.time));
        take(rival);
        return place(row);
      }
      if (rival === null && time !== held.candle.time && follows(time, last)) {
        rival = row;
        return null;
      }
      return timeFault(time, held.candle.time, timeframeMs);
    },
    end() {
      for (const row of [held, rival])
        if (row !== null) options.skip(row.line, 'no row after it bears out its timestamp');
    },
  };
}
