/**
 * The bookmarks of a world: after which candle its feed goes on, symbol by symbol.
 *
 * Promises: no candle is traded twice, also where the market component began afresh and the other
 * parts remember more than it does. Never: lets time run backwards in what was kept.
 */
import type { Millis } from '../base/time.ts';
import type { Bookmark } from '../core/exchange.ts';
import type { World } from '../policy/world.ts';
import { lastMarked } from '../trade/analytics-state.ts';
import { bookmarks } from '../trade/market.ts';

export function bookmarksOf(world: World): Record<string, Bookmark> {
  const marks = bookmarks(world.market);
  for (const symbol of world.run.binding?.symbols ?? []) {
    const time = marks[symbol] === undefined ? passedTime(world, symbol) : null;
    if (time !== null) marks[symbol] = { since: 0, time, candles: 0, pastHash: null };
  }
  return marks;
}

/** Open time of the last candle that is not to be given again; null: all of them are new. */
function passedTime({ portfolio, market, run, analytics }: World, symbol: string): Millis | null {
  const { timeframeMs } = run.settings;
  const mark = portfolio.marks[symbol];
  if (mark !== undefined) return mark.time - timeframeMs;
  // Candles come in the order of their time, so what is older than the last one is not to come.
  const isKept = market.candles > 0 || Object.keys(portfolio.marks).length > 0;
  if (isKept) return run.lastCandleTime === null ? null : run.lastCandleTime - 1;
  const point = lastMarked(analytics);
  const times = [run.lastCandleTime, point === undefined ? null : point.time - timeframeMs];
  const known = times.filter(time => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
