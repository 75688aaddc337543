/**
 * The last candles of a directory, out of its journal: what a chart begins with after a restart.
 *
 * Promises: read-only, no lock, beside a running bot; newest first by segment, so that it costs what
 * is asked for and not what is remembered; bounded in time. Never: more than the journal keeps.
 */
import type { Fact } from '../core/fact.ts';
import { recentSegments } from '../state/journal-recent.ts';
import { openDisks } from '../state/open-disks.ts';
import type { HeldPlace } from './directory.ts';

export interface RecentWish {
  readonly place: HeldPlace;
  readonly symbols: readonly string[];
  /** Steps after it are told by the bot itself. */
  readonly through: number;
  readonly candlesMax: number;
  readonly workMsMax: number;
}

type Closed = Fact<'candle.closed'>;

/** By symbol, oldest first. */
export function recentCandles(wish: RecentWish): ReadonlyMap<string, readonly Closed[]> {
  const { symbols, candlesMax } = wish;
  const { directory, journalMirror } = wish.place;
  const found = new Map<string, Closed[]>(symbols.map(symbol => [symbol, []]));
  const endsAt = performance.now() + wish.workMsMax;
  for (const steps of recentSegments(openDisks(directory, journalMirror ?? undefined))) {
    for (let index = steps.length - 1; index >= 0; index -= 1) {
      const step = steps[index];
      if (step === undefined || step.seq > wish.through) continue;
      for (const fact of step.facts)
        if (fact.type === 'candle.closed') keep(found, fact, candlesMax);
    }
    const isFull = [...found.values()].every(candles => candles.length >= candlesMax);
    if (isFull || performance.now() >= endsAt) break;
  }
  return new Map([...found].map(([symbol, candles]) => [symbol, candles.reverse()]));
}

function keep(found: ReadonlyMap<string, Closed[]>, candle: Closed, candlesMax: number): void {
  const candles = found.get(candle.symbol);
  if (candles === undefined || candles.length >= candlesMax) return;
  const later = candles.at(-1);
  // A segment that is being set aside stands in two places for a moment.
  if (later === undefined || candle.time < later.time) candles.push(candle);
}
