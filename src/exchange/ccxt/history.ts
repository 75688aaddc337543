/**
 * The past of a market as an exchange tells it: candles and funding, page after page.
 *
 * Promises: only what lies in the span, ascending, each time once, finished candles alone; an
 * exchange that does not answer is asked again with waits that grow, then it is a fault (exit 69).
 * Never: more than one question at a time; ccxt keeps to the exchange's rate limit.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { CANDLE_PAGE_ROWS, CANDLE_SETTLE_MS, HISTORY_ATTEMPTS_MAX } from '../../base/limits.ts';
import { DAY_MS, type Millis } from '../../base/time.ts';
import type { Candle } from '../../core/market.ts';
import { type Answer, ask, createBackOff, pause, unlessStopped } from './ask.ts';
import { fetchCandles, type RowSource, type Span } from './candle-row.ts';
import { type Client, EXCHANGES } from './load.ts';
import type { Tell } from './watch.ts';

export type HistoryClient = Pick<
  Client,
  'fetchOHLCV' | 'fetchTime' | 'fetchFundingRateHistory' | 'has'
>;

export interface HistoryOptions {
  readonly client: HistoryClient;
  /** ccxt's id. */
  readonly id: string;
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** The span is known up to here. */
  readonly until: Millis;
}

export interface Rate {
  readonly time: Millis;
  readonly rate: number;
}

/** Open time of the candle that is not finished yet, by the exchange's clock. */
export async function unfinishedSince(
  options: HistoryOptions,
  timeframeMs: Millis,
): Promise<Millis> {
  const time = await patiently(options, () => ask(() => options.client.fetchTime()));
  const settled = Number(time) - CANDLE_SETTLE_MS;
  return settled - (settled % timeframeMs);
}

/** Ends early, without a word, when `stop` is aborted. */
export async function* candleHistory(
  options: HistoryOptions,
  source: RowSource,
  { from, until }: Span,
): AsyncGenerator<Page<Candle>> {
  const pageMs = CANDLE_PAGE_ROWS * source.timeframeMs;
  for (let at = from; at < until && !options.stop.aborted; at += pageMs) {
    const span = { from: at, until: Math.min(until, at + pageMs) };
    const rows = await patiently(options, () => fetchCandles(options.client, source, span));
    if (rows === null) return;
    yield { rows, until: span.until };
  }
}

/** Four days hold 96 settlements of an hour: exchanges give a hundred at a time. */
const FUNDING_PAGE_MS = 4 * DAY_MS;

export async function* fundingHistory(
  options: HistoryOptions,
  symbol: string,
  { from, until }: Span,
): AsyncGenerator<Page<Rate>> {
  const { client, id, stop } = options;
  const ownEnd = EXCHANGES[id]?.ratesEnd;
  for (let at = from; at < until && !stop.aborted; at += FUNDING_PAGE_MS) {
    const end = Math.min(until, at + FUNDING_PAGE_MS);
    // OKX lists from the latest back, a hundred at a time: without the end what is older is missed.
    const params = ownEnd === undefined ? { until: end - 1 } : { [ownEnd]: end };
    const request = () => client.fetchFundingRateHistory(symbol, at, undefined, params);
    const told = await patiently(options, () => ask(request));
    if (told === null) return;
    const rates = new Map<Millis, number>();
    for (const { timestamp = 0, fundingRate } of told)
      if (timestamp >= at && timestamp < end && Number.isFinite(fundingRate))
        rates.set(timestamp, Number(fundingRate));
    const rows = [...rates].map(([time, rate]) => ({ time, rate }));
    yield { rows: rows.sort((a, b) => a.time - b.time), until: end };
  }
}

/** Null: stopped. */
async function patiently<T>(
  { id, stop, tell }: HistoryOptions,
  request: () => Promise<Answer<T>>,
): Promise<T | null> {
  const backOff = createBackOff();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await unlessStopped(request(), stop);
    if (answer === null) return null;
    if (answer.ok) return answer.value;
    const { code, hint, retry } = answer.error;
    if (!retry || attempt === HISTORY_ATTEMPTS_MAX)
      throw new Fault(
        EXIT.unreachable,
        `${id} does not answer (${code}: ${hint})`,
        'run the same command again: it goes on with what it has',
      );
    if (attempt === 1) tell('warn', `${id} does not answer (${code}): trying again`);
    await pause(backOff.next(), stop);
    if (stop.aborted) return null;
  }
}
