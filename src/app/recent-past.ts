/**
 * The last candles and news of a directory, out of its journal: what a page begins with after a
 * restart.
 *
 * Promises: read-only, no lock, beside a running bot; newest first by segment, so that it costs what
 * is asked for and not what is remembered; bounded in time. News reach as far back as the candles
 * do. Never: more than the journal keeps.
 */
import type { Millis } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import { recentSegments } from '../state/journal-recent.ts';
import { openDisks } from '../state/open-disks.ts';
import type { HeldPlace } from './directory.ts';
import { screenLineOf } from './fact-log.ts';

export interface RecentWish {
  readonly place: HeldPlace;
  readonly symbols: readonly string[];
  readonly timeframeMs: Millis;
  /** Steps after it are told by the bot itself. */
  readonly through: number;
  readonly candlesMax: number;
  readonly newsMax: number;
  readonly workMsMax: number;
}

type Closed = Fact<'candle.closed'>;

export interface PastNews {
  readonly seq: number;
  /** Market time: when the trade was left, or the candle before it closed. Null: no candle was read. */
  time: Millis | null;
  readonly text: string;
}

/** Oldest first, the candles by symbol. */
export interface RecentPast {
  readonly candles: ReadonlyMap<string, readonly Closed[]>;
  readonly news: readonly PastNews[];
}

export function recentPast(wish: RecentWish): RecentPast {
  const { directory, journalMirror } = wish.place;
  const found = new Found(wish);
  const endsAt = performance.now() + wish.workMsMax;
  for (const steps of recentSegments(openDisks(directory, journalMirror ?? undefined))) {
    for (let index = steps.length - 1; index >= 0; index -= 1) {
      const step = steps[index];
      if (step !== undefined) found.takeStep(step);
    }
    if (found.isFull || performance.now() >= endsAt) break;
  }
  return found.past();
}

/** Walks backwards. */
class Found {
  readonly #wish: RecentWish;
  readonly #candles: Map<string, Closed[]>;
  readonly #news: PastNews[] = [];
  /** News that wait for the candle before them: [#timed, end). */
  #timed = 0;
  /** The next step has to come before this one: a segment that is being set aside stands in two places. */
  #seq: number;

  constructor(wish: RecentWish) {
    this.#wish = wish;
    this.#candles = new Map(wish.symbols.map(symbol => [symbol, []]));
    this.#seq = wish.through + 1;
  }

  get isFull(): boolean {
    return [...this.#candles.values()].every(({ length }) => length >= this.#wish.candlesMax);
  }

  takeStep({ seq, facts }: { readonly seq: number; readonly facts: readonly Fact[] }): void {
    if (seq >= this.#seq) return;
    this.#seq = seq;
    for (const fact of facts.toReversed()) this.#addNews(seq, fact);
    for (const fact of facts) if (fact.type === 'candle.closed') this.#addCandle(fact);
  }

  past(): RecentPast {
    const candles = [...this.#candles].map(([symbol, all]) => [symbol, all.reverse()] as const);
    return { candles: new Map(candles), news: this.#news.reverse() };
  }

  #addNews(seq: number, fact: Fact): void {
    const { place, newsMax } = this.#wish;
    if (this.#news.length >= newsMax) return;
    const text = screenLineOf(fact, place.directory);
    if (text === null) return;
    const time = fact.type === 'trade.closed' ? fact.trade.exitTime : null;
    this.#news.push({ seq, time, text });
  }

  #addCandle(candle: Closed): void {
    for (; this.#timed < this.#news.length; this.#timed += 1) {
      const row = this.#news[this.#timed];
      if (row !== undefined) row.time ??= candle.time + this.#wish.timeframeMs;
    }
    const candles = this.#candles.get(candle.symbol);
    if (candles !== undefined && candles.length < this.#wish.candlesMax) candles.push(candle);
  }
}
