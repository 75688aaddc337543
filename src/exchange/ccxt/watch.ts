/**
 * The market as it is heard: a stream per symbol, and requests for what the streams left out.
 *
 * Promises: knows per symbol which candles are whole; a request's candle is believed only once the
 * exchange's own clock, asked with it, has passed its end. Tells of an outage once, and of its end.
 * Never: puts candles in order (feed.ts does), or gives up on an exchange that does not answer.
 */
import { must } from '../../base/assert.ts';
import { CANDLE_SETTLE_MS, EXCHANGE_TIME_MS_MAX, EXCHANGE_TIME_MS_MIN } from '../../base/limits.ts';
import { type Millis, utcMinute } from '../../base/time.ts';
import type { Candle } from '../../core/market.ts';
import { pause, unlessStopped } from './ask.ts';
import { candleOf, fetchCandles, type RowSource, type Span } from './candle-row.ts';
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

export interface Watch {
  readonly clock: ExchangeClock;
  readonly lanes: readonly Lane[];
  /** Opens the streams. */
  start(): void;
  /** Asks the exchange for its time. False: no answer. */
  ready(): Promise<boolean>;
  /** What the exchange has of a span. */
  ask(symbols: readonly string[], span: Span): Promise<Answers>;
  /**
   * Resolves when a stream has news, or after `ms`. Where no stream tells how late it is the
   * exchange is asked now and then: this machine may have slept, or its clock been set.
   */
  news(ms: Millis): Promise<void>;
  /** Where things stand, in a word or two. */
  state(): string;
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

export function createWatch(options: WatchOptions): Watch {
  const { client, id, sources, stop, tell } = options;
  const clock = createExchangeClock(client);
  const lanes = sources.map(({ symbol, timeframeMs }) => createLane(symbol, timeframeMs));
  const sourceOf = new Map(sources.map(source => [source.symbol, source]));
  const broken = new Set<string>();
  const refused = new Set<string>();
  let outage: { readonly since: Millis; readonly failure: ClientFailure } | null = null;
  let timeAskedAt = 0;
  let wake: () => void = () => {};

  const answered = (failure: ClientFailure | null): void => {
    if (failure === null && outage !== null) {
      tell('info', `${id} answers again, after ${seconds(Date.now() - outage.since)}`);
      outage = null;
    } else if (failure !== null && outage === null) {
      outage = { since: Date.now(), failure };
      tell('warn', `${id} does not answer (${failure.code}: ${failure.hint}): waiting for it`);
    }
  };

  const isStreaming = (): boolean => lanes.every(lane => lane.isWatched);

  const ready = async (): Promise<boolean> => {
    timeAskedAt = Date.now();
    const time = await clock.adjust();
    answered(time.ok ? null : time.error);
    return time.ok;
  };

  const startLane = (lane: Lane, source: RowSource): void => {
    const { symbol, timeframeMs } = source;
    void watchStream({
      ...{ client, symbol, timeframeMs, stop },
      onRows(rows) {
        if (broken.delete(symbol) && broken.size === 0)
          tell('info', `${id}: the stream of candles is back`);
        for (const row of rows) {
          const candle = candleOf(row, source);
          if (candle === null) continue;
          lane.hear(candle);
          clock.heard(candle.time);
        }
        wake();
      },
      onBreak(failure) {
        lane.broke();
        if (broken.size === 0)
          tell(
            'warn',
            `${id}: the stream of candles broke (${failure.code}: ${failure.hint}): asking instead`,
          );
        broken.add(symbol);
        wake();
      },
    });
  };

  const askOne = async (symbol: string, span: Span, now: Millis): Promise<Asked | null> => {
    const source = must(sourceOf.get(symbol), symbol);
    const answer = await fetchCandles(client, source, span);
    if (!answer.ok && answer.error.retry) {
      answered(answer.error);
      return null;
    }
    answered(null);
    // It answers, and says no: to wait for another word would hold the other symbols up.
    if (!answer.ok) {
      if (!refused.has(symbol))
        tell('warn', `${id} gives no candles of ${symbol}: ${answer.error.hint}`);
      refused.add(symbol);
      return { candles: [], newest: 0 };
    }
    const newest = answer.value.at(-1)?.time ?? 0;
    const believed = now - CANDLE_SETTLE_MS - source.timeframeMs;
    return { candles: answer.value.filter(({ time }) => time <= believed), newest };
  };

  return {
    clock,
    lanes,
    start() {
      for (const lane of lanes) {
        const source = sourceOf.get(lane.symbol);
        if (source !== undefined) startLane(lane, source);
      }
    },
    ready,
    async ask(symbols, span) {
      const bySymbol = new Map<string, Asked>();
      if (!(await ready())) return { time: 0, bySymbol };
      const time = clock.now();
      const asked = symbols.map(symbol => askOne(symbol, span, time));
      (await Promise.all(asked)).forEach((one, index) => {
        if (one !== null) bySymbol.set(symbols[index] as string, one);
      });
      return { time, bySymbol };
    },
    async news(ms) {
      await pause(ms, stop, resolve => {
        wake = resolve;
      });
      const period = isStreaming() ? EXCHANGE_TIME_MS_MAX : EXCHANGE_TIME_MS_MIN;
      if (Date.now() - timeAskedAt >= period) await unlessStopped(ready(), stop);
    },
    state() {
      if (outage !== null) return `no answer since ${utcMinute(outage.since)}`;
      return isStreaming() ? 'streaming' : 'asking';
    },
  };
}

const seconds = (ms: Millis): string => `${Math.round(ms / 1000)} s`;
