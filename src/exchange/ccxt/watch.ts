/**
 * The market as it is heard: a stream per symbol, and requests for what the streams left out.
 *
 * Promises: knows per symbol which candles are whole; a request's candle is believed only once the
 * exchange's own clock, asked with it, has passed its end. Tells of an outage once, and of its end.
 * Never: puts candles in order (live-reader.ts does), or gives up on an exchange.
 */
import { must } from '../../base/assert.ts';
import { CANDLE_SETTLE_MS, EXCHANGE_TIME_MS_MAX, EXCHANGE_TIME_MS_MIN } from '../../base/limits.ts';
import { type Millis, SECOND_MS, utcMinute } from '../../base/time.ts';
import type { Candle } from '../../core/market.ts';
import { type Answer, pause, unlessStopped } from './ask.ts';
import { candleOf, fetchCandles, type Row, type RowSource, type Span } from './candle-row.ts';
import { createExchangeClock, type ExchangeClock } from './exchange-clock.ts';
import type { ClientFailure } from './failure.ts';
import { createLane, type Lane } from './lane.ts';
import type { Client } from './load.ts';
import { type StreamClient, watchStream } from './stream.ts';

export type MarketClient = StreamClient & Pick<Client, 'fetchOHLCV' | 'fetchTime' | 'close'>;

/** What a person is told of the connection. */
export type Tell = (level: 'info' | 'warn', line: string) => void;

export interface WatchOptions {
  readonly client: MarketClient;
  /** ccxt's id. */
  readonly id: string;
  /** In symbol order, all of one timeframe. */
  readonly sources: readonly RowSource[];
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

export interface Answers {
  /** The exchange's time when it was asked: what had closed by then is believed. */
  readonly time: Millis;
  /** A symbol that it gave no answer for is not in it. */
  readonly bySymbol: ReadonlyMap<string, Asked>;
}

export interface Asked {
  /** Those that have closed, ascending. */
  readonly candles: readonly Candle[];
  /** Open time of the newest candle there is, finished or not; 0: none in the span. */
  readonly newest: Millis;
}

const textOf = ({ code, hint }: ClientFailure): string => `${code}: ${hint}`;

export class Watch {
  readonly clock: ExchangeClock;
  readonly lanes: readonly Lane[];
  readonly #options: WatchOptions;
  readonly #sources: ReadonlyMap<string, RowSource>;
  /** Symbols whose stream is broken, and those that nothing is told of, which was said. */
  readonly #broken = new Set<string>();
  readonly #silent = new Set<string>();
  /** Null: the exchange answers. */
  #outageSince: Millis | null = null;
  #timeAskedAt: Millis = 0;
  #wake: () => void = () => {};

  constructor(options: WatchOptions) {
    this.#options = options;
    this.clock = createExchangeClock(options.client);
    this.lanes = options.sources.map(({ symbol, timeframeMs }) => createLane(symbol, timeframeMs));
    this.#sources = new Map(options.sources.map(source => [source.symbol, source]));
  }

  /** Opens the streams. */
  start(): void {
    const { client, stop } = this.#options;
    for (const lane of this.lanes) {
      const source = must(this.#sources.get(lane.symbol), lane.symbol);
      void watchStream({
        ...{ client, stop, symbol: lane.symbol, timeframeMs: source.timeframeMs },
        onRows: rows => this.#hear(lane, source, rows),
        onBreak: failure => this.#broke(lane, failure),
      });
    }
  }

  /** Asks the exchange for its time. False: no answer. */
  async ready(): Promise<boolean> {
    const isReady = await this.#askTime();
    if (isReady) this.#answered(null);
    return isReady;
  }

  /** What the exchange has of a span. */
  async ask(symbols: readonly string[], span: Span): Promise<Answers> {
    const bySymbol = new Map<string, Asked>();
    if (!(await this.#askTime())) return { time: 0, bySymbol };
    const time = this.clock.now();
    const answers = await Promise.all(symbols.map(symbol => this.#fetch(symbol, span)));
    let failure: ClientFailure | null = null;
    symbols.forEach((symbol, index) => {
      const answer = answers[index] as Answer<readonly Candle[]>;
      if (answer.ok) this.#silent.delete(symbol);
      else failure = answer.error;
      // It understood, and says no: to wait for another word would hold the other symbols up.
      if (answer.ok || !answer.error.retry)
        bySymbol.set(symbol, this.#believed(symbol, answer.ok ? answer.value : [], time));
    });
    // One symbol that is not answered for is no outage.
    this.#answered(bySymbol.size === 0 ? failure : null);
    if (bySymbol.size > 0) this.#tellSilent(symbols, answers);
    return { time, bySymbol };
  }

  /**
   * Resolves when a stream has news, or after `ms`. Where no stream tells how late it is the
   * exchange is asked now and then: this machine may have slept, or its clock been set.
   */
  async news(ms: Millis): Promise<void> {
    const { stop } = this.#options;
    await pause(ms, stop, wake => {
      this.#wake = wake;
    });
    const period = this.#isStreaming ? EXCHANGE_TIME_MS_MAX : EXCHANGE_TIME_MS_MIN;
    if (Date.now() - this.#timeAskedAt >= period) await unlessStopped(this.#askTime(), stop);
  }

  /** Where things stand, in a word or two. */
  state(): string {
    if (this.#outageSince !== null) return `no answer since ${utcMinute(this.#outageSince)}`;
    return this.#isStreaming ? 'streaming' : 'asking';
  }

  /** That it tells the time does not end an outage: it has to tell of candles again. */
  async #askTime(): Promise<boolean> {
    this.#timeAskedAt = Date.now();
    const time = await this.clock.adjust();
    if (!time.ok) this.#answered(time.error);
    return time.ok;
  }

  get #isStreaming(): boolean {
    return this.lanes.every(lane => lane.isWatched);
  }

  #hear(lane: Lane, source: RowSource, rows: readonly Row[]): void {
    const { id, tell } = this.#options;
    if (this.#broken.delete(lane.symbol) && this.#broken.size === 0)
      tell('info', `${id}: the stream of candles is back`);
    for (const row of rows) {
      const candle = candleOf(row, source);
      if (candle === null) continue;
      lane.hear(candle);
      this.clock.heard(candle.time);
    }
    this.#wake();
  }

  #broke(lane: Lane, failure: ClientFailure): void {
    const { id, tell } = this.#options;
    lane.broke();
    if (this.#broken.size === 0)
      tell('warn', `${id}: the stream of candles broke (${textOf(failure)}): asking instead`);
    this.#broken.add(lane.symbol);
    this.#wake();
  }

  #fetch(symbol: string, span: Span): Promise<Answer<readonly Candle[]>> {
    return fetchCandles(this.#options.client, must(this.#sources.get(symbol), symbol), span);
  }

  #believed(symbol: string, candles: readonly Candle[], time: Millis): Asked {
    const { timeframeMs } = must(this.#sources.get(symbol), symbol);
    const last = time - CANDLE_SETTLE_MS - timeframeMs;
    return {
      candles: candles.filter(candle => candle.time <= last),
      newest: candles.at(-1)?.time ?? 0,
    };
  }

  #tellSilent(symbols: readonly string[], answers: readonly Answer<unknown>[]): void {
    const { id, tell } = this.#options;
    answers.forEach((answer, index) => {
      const symbol = symbols[index] as string;
      if (answer.ok || this.#silent.has(symbol)) return;
      this.#silent.add(symbol);
      tell('warn', `${id} gives no candles of ${symbol} (${textOf(answer.error)})`);
    });
  }

  #answered(failure: ClientFailure | null): void {
    const { id, tell } = this.#options;
    const since = this.#outageSince;
    if (failure === null && since !== null) {
      const seconds = Math.round((Date.now() - since) / SECOND_MS);
      tell('info', `${id} answers again, after ${seconds} s`);
      this.#outageSince = null;
    } else if (failure !== null && since === null) {
      tell('warn', `${id} does not answer (${textOf(failure)}): waiting for it`);
      this.#outageSince = Date.now();
    }
  }
}
