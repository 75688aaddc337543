/**
 * The gate between what a directory remembers of a symbol and what is new to it.
 *
 * Promises: lets through only candles after the bookmark, and none at all unless the candles up to
 * it are, bit for bit, those that were remembered; where none are remembered, none is given twice.
 * Never: lets a changed past pass silently, or market time run backwards: what is new to a symbol
 * must not be older than what was traded of another.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { createPast, extendPast, pastText } from '../base/past-hash.ts';
import { type Millis, utcMinute } from '../base/time.ts';
import type { Bookmark } from '../core/exchange.ts';
import type { Candle } from '../core/market.ts';

export interface PastGate {
  /** The candles of these that are new. */
  push(candles: readonly Candle[]): readonly Candle[];
  /** The source has ended: it must have reached the bookmark. */
  end(): void;
}

/** Open time of the last candle remembered of any symbol; 0: none is. */
export const passedTime = (bookmarks: Readonly<Record<string, Bookmark>>): Millis =>
  Math.max(0, ...Object.values(bookmarks).map(({ time }) => time));

/**
 * `source` names the market in a fault: a file, `--seed 42`; `passed`: the last candle remembered
 * of any symbol.
 */
export function createPastGate(
  source: string,
  bookmark: Bookmark | undefined,
  passed: Millis,
): PastGate {
  if (bookmark === undefined) return { push: candles => candles, end() {} };
  const past = createPast();
  let count = 0;
  let last = 0;
  let open = false;

  const compare = (): void => {
    open = true;
    if (bookmark.pastHash === null) return;
    if (count === bookmark.candles && pastText(past) === bookmark.pastHash) return;
    const until = utcMinute(bookmark.time);
    throw new Fault(
      EXIT.config,
      last < bookmark.time
        ? `${source} ends at ${utcMinute(last)}, before ${until}, up to which this directory remembers`
        : `the past of ${source} up to ${until} is not the one this directory remembers`,
      'go on with what this directory began with, or use another --dir',
    );
  };

  return {
    push(candles) {
      if (open) return candles;
      let index = 0;
      for (; index < candles.length; index += 1) {
        const candle = candles[index] as Candle;
        if (candle.time > bookmark.time) break;
        last = candle.time;
        if (last < bookmark.since) continue;
        extendPast(past, candle);
        count += 1;
      }
      if (index === candles.length) return [];
      // What comes after the bookmark proves that the source reached it.
      last = Math.max(last, bookmark.time);
      compare();
      refuseOld(source, (candles[index] as Candle).time, passed);
      return index === 0 ? candles : candles.slice(index);
    },
    end() {
      if (!open) compare();
    },
  };
}

function refuseOld(source: string, time: Millis, passed: Millis): void {
  if (time >= passed) return;
  throw new Fault(
    EXIT.config,
    `${source} goes on at ${utcMinute(time)}, before ${utcMinute(passed)}, up to which the others were traded`,
    'leave out its rows between the two (a gap), or use another --dir',
  );
}
