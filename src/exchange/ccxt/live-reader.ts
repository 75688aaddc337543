/**
 * Candles of a live market in their order: what was missed, then each round as it closes.
 *
 * A round is the candles of all symbols that opened at one time. Promises: whole candles alone,
 * ordered by close time, then symbol, none twice. A round waits for a silent symbol at most
 * CANDLE_SILENT_MS (a quarter of a short candle) after its close, once another symbol's candle is
 * there, and for the exchange without end; what could not be had by then is a gap. A candle that
 * is given when nothing may be decided on it any more says `late`. While it waits it gives empty
 * batches. Never: an unfinished candle, an invented one, or an end, but for `stop`.
 */
import {
  CANDLE_LATE_MS,
  CANDLE_PAGE_ROWS,
  CANDLE_SETTLE_MS,
  CANDLE_SILENT_MS,
  FEED_TURN_MS,
} from '../../base/limits.ts';
import { type Millis, SECOND_MS } from '../../base/time.ts';
import type { Candle, FedCandle } from '../../core/market.ts';
import { createBackOff, unlessStopped } from './ask.ts';
import { fuller, type Span } from './candle-row.ts';
import { checkPast } from './live-past.ts';
import { isAfter, type Marks, type Place, startOf } from './live-start.ts';
import type { Answers, Tell, Watch } from './watch.ts';

export interface ReaderOptions {
  readonly watch: Watch;
  /** ccxt's id. */
  readonly id: string;
  readonly timeframeMs: Millis;
  readonly historyCandles: number;
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

/** What is asked of the exchange at once. */
interface Question {
  readonly symbols: readonly string[];
  readonly span: Span;
  /** By the exchange's clock. */
  readonly time: Millis;
  /** Rounds that had closed then. */
  readonly closed: number;
}

/** The longest wait between two questions about one round. */
const ASK_MS_MAX = 4 * SECOND_MS;

export async function* readLive(
  options: ReaderOptions,
  marks: Marks,
): AsyncGenerator<readonly FedCandle[]> {
  const { watch, stop } = options;
  const backOff = createBackOff({ maxMs: ASK_MS_MAX });
  watch.start();
  while ((await unlessStopped(watch.ready(), stop)) !== true) {
    if (stop.aborted) return;
    yield [];
    await watch.news(backOff.next());
  }
  const symbols = watch.lanes.map(lane => lane.symbol);
  backOff.reset();
  const start = startOf(marks, { ...options, symbols, now: watch.clock.now() });
  if (start.given.time > 0) await checkLast(options, marks, start.given.time);
  const reader = new Reader(options, start);
  let askAt = 0;
  let round = reader.at;
  while (!stop.aborted) {
    if (reader.at !== round) {
      round = reader.at;
      askAt = 0;
      backOff.reset();
    }
    reader.listen();
    if (reader.isDone) yield* reader.give();
    else if (reader.closed > 0 && Date.now() >= askAt) {
      const question = reader.question();
      const { symbols, span } = question;
      const answers = await unlessStopped(watch.ask(symbols, span), stop);
      if (answers !== null) yield* reader.take(question, answers);
      askAt = Date.now() + Math.min(backOff.next(), reader.untilGivenUp);
    } else {
      await watch.news(Math.min(FEED_TURN_MS, reader.untilClosed));
      yield [];
    }
  }
}

/** Where the exchange gives no answer now there is nothing to compare; its candles come later. */
async function checkLast(options: ReaderOptions, marks: Marks, time: Millis): Promise<void> {
  const { watch, timeframeMs, stop } = options;
  const symbols = watch.lanes.map(lane => lane.symbol).filter(name => marks[name]?.time === time);
  const span = { from: time, until: time + timeframeMs };
  const answers = await unlessStopped(watch.ask(symbols, span), stop);
  for (const { candles } of answers?.bySymbol.values() ?? [])
    for (const candle of candles) checkPast(candle, marks, options);
}

/** Where a reader stands. */
class Reader {
  readonly #watch: Watch;
  readonly #step: Millis;
  readonly #silentMs: Millis;
  readonly #lateMs: Millis;
  #at: Millis;
  /** What is not after it has come too late for its place. */
  #given: Place;
  /** Of the round at `at`. */
  readonly #found = new Map<string, Candle>();
  /** Symbols that a later candle is known of, and none of this round. */
  readonly #absent = new Set<string>();
  /** When it was last asked for: a loop that was held up has not heard what waits to be heard. */
  #triedAt: Millis = 0;

  constructor(
    { watch, timeframeMs }: ReaderOptions,
    { at, given }: { readonly at: Millis; readonly given: Place },
  ) {
    this.#watch = watch;
    this.#step = timeframeMs;
    this.#silentMs = Math.min(CANDLE_SILENT_MS, timeframeMs / 4);
    this.#lateMs = Math.min(CANDLE_LATE_MS, timeframeMs / 2);
    this.#at = at;
    this.#given = given;
  }

  /** Open time of the round to be given next. */
  get at(): Millis {
    return this.#at;
  }

  /** Rounds from this one on that have closed, and can be asked for. */
  get closed(): number {
    return this.#closedAt(this.#watch.clock.now());
  }

  #closedAt(time: Millis): number {
    return Math.max(0, Math.floor((time - CANDLE_SETTLE_MS - this.#at) / this.#step));
  }

  get untilClosed(): Millis {
    const closesAt = this.#at + this.#step + CANDLE_SETTLE_MS;
    // What has closed already waits for its next question.
    return Math.max(0, closesAt - this.#watch.clock.now()) || FEED_TURN_MS;
  }

  /** Who is silent is asked once more when its time is over, wherever the back-off stands. */
  get untilGivenUp(): Millis {
    const left = this.#at + this.#step + this.#silentMs - this.#watch.clock.now();
    return left > 0 ? left : Number.POSITIVE_INFINITY;
  }

  /** Takes what the streams know to be whole. */
  listen(): void {
    for (const lane of this.#watch.lanes) {
      const candle = lane.whole(this.#at);
      if (candle !== null) this.#keep(candle);
    }
  }

  /** Everything is there that is to come, or that is waited for. */
  get isDone(): boolean {
    if (this.#found.size + this.#absent.size === this.#watch.lanes.length) return true;
    const closedAt = this.#at + this.#step;
    return this.#found.size > 0 && this.#triedAt >= closedAt + this.#silentMs;
  }

  question(): Question {
    const { closed } = this;
    const symbols = this.#watch.lanes.map(lane => lane.symbol);
    // With the candle that is being made: it shows that no other comes before it.
    const rounds = Math.min(CANDLE_PAGE_ROWS, closed + 1);
    return {
      time: this.#watch.clock.now(),
      closed,
      symbols: closed > 1 ? symbols : symbols.filter(symbol => !this.#found.has(symbol)),
      span: { from: this.#at, until: this.#at + rounds * this.#step },
    };
  }

  *take(question: Question, answers: Answers): Generator<readonly FedCandle[]> {
    this.#triedAt = question.time;
    // Not by the clock as it is now: what closed after the question is not in the answers.
    const closed = Math.min(question.closed, this.#closedAt(answers.time));
    if (closed > 1 && answers.bySymbol.size === this.#watch.lanes.length)
      yield this.#page({ ...question, closed }, answers);
    if (closed !== 1) return;
    for (const [symbol, { candles, newest }] of answers.bySymbol) {
      const candle = candles.find(({ time }) => time === this.#at);
      if (candle !== undefined) this.#keep(candle);
      else if (newest > this.#at && !this.#found.has(symbol)) this.#absent.add(symbol);
    }
  }

  /** The round: one candle a batch, so that each is as late as it is when its turn comes. */
  *give(): Generator<readonly FedCandle[]> {
    const candles = [...this.#found.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
    const closedAt = this.#at + this.#step;
    this.#goTo(closedAt);
    for (const candle of candles) {
      if (!isAfter(candle, this.#given)) continue;
      this.#given = candle;
      const late = this.#watch.clock.now() - closedAt > this.#lateMs;
      yield [late ? { ...candle, late } : candle];
    }
  }

  /**
   * Rounds that were missed: all of the page but the last that has closed, of which a symbol may
   * still be on its way.
   */
  #page({ span, closed }: Question, answers: Answers): readonly FedCandle[] {
    const { from, until } = span;
    const last = from + (closed - 1) * this.#step;
    const end = Math.min(until, last);
    const candles: FedCandle[] = [];
    let reached = from;
    for (const { symbol, whole } of this.#watch.lanes) {
      const asked = answers.bySymbol.get(symbol) ?? { candles: [], newest: 0 };
      const known = new Map(asked.candles.map(candle => [candle.time, candle]));
      for (let time = from; time < end; time += this.#step) {
        const candle = whole(time) ?? known.get(time);
        if (candle === undefined) continue;
        candles.push({ ...fuller(known.get(time), candle), late: true });
        reached = Math.max(reached, time + this.#step);
      }
      if (asked.newest >= end) reached = end;
    }
    // Where nothing is known after them the last rounds may still come, but for a whole page.
    this.#goTo(until <= last ? end : reached);
    candles.sort((a, b) => a.time - b.time || (a.symbol < b.symbol ? -1 : 1));
    const fresh = candles.filter(candle => isAfter(candle, this.#given));
    this.#given = fresh.at(-1) ?? this.#given;
    return fresh;
  }

  #keep(candle: Candle): void {
    this.#absent.delete(candle.symbol);
    this.#found.set(candle.symbol, fuller(this.#found.get(candle.symbol), candle));
  }

  #goTo(at: Millis): void {
    this.#at = at;
    this.#triedAt = 0;
    this.#found.clear();
    this.#absent.clear();
    for (const lane of this.#watch.lanes) lane.drop(at);
  }
}
