/**
 * The way to an exchange: its module, its list of markets, the rules of the pairs.
 *
 * Promises: an exchange that does not answer is asked a few times, then it is a fault with exit 69;
 * a wrong exchange, pair or timeframe is a config fault. Never: needs a key.
 */
import { EXIT, Fault } from '../../base/fault.ts';
import { EXCHANGE_ATTEMPTS_MAX, SYMBOLS_MAX } from '../../base/limits.ts';
import { type Millis, timeframeName } from '../../base/time.ts';
import { quoteOf } from '../../core/market.ts';
import { ask, createBackOff, pause, unlessStopped } from './ask.ts';
import { findMarket, type ListedMarket, type LiveMarket, liveMarket } from './contract.ts';
import { type Client, EXCHANGES, loadClient, testExchangeUrl } from './load.ts';
import type { Tell } from './watch.ts';

export interface ConnectOptions {
  /** ccxt's id. */
  readonly id: string;
  readonly pairs: readonly string[];
  readonly timeframeMs: Millis;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

export interface Connection {
  readonly client: Client;
  readonly markets: readonly LiveMarket[];
}

export async function connect(options: ConnectOptions): Promise<Connection> {
  const { id, pairs, timeframeMs, env, tell } = options;
  checkPairs(id, pairs);
  const client = await loadClient(id, { testUrl: testExchangeUrl(env) });
  checkTimeframe(client, id, timeframeMs);
  if (EXCHANGES[id]?.verified === false)
    tell('warn', `${id} is unverified: Holdfast was not tried on it yet, see docs/LIVE.md`);
  const listed = await insist(() => client.loadMarkets(), options);
  const markets: LiveMarket[] = [];
  for (const pair of pairs) {
    const market = findMarket(listed as Record<string, ListedMarket>, { id, pair });
    markets.push(await liveMarket(client, id, market));
  }
  return { client, markets };
}

/** What can be said of them without asking. */
export function checkPairs(id: string, pairs: readonly string[]): void {
  if (pairs.length === 0)
    throw new Fault(
      EXIT.config,
      `no pair of ${id} was named`,
      'name some: --pairs BTC/USDT:USDT,ETH/USDT:USDT, or exchange.pair_whitelist in the config',
    );
  if (pairs.length > SYMBOLS_MAX)
    throw new Fault(
      EXIT.config,
      `${pairs.length} pairs are more than the ${SYMBOLS_MAX} symbols a directory can hold`,
      'name fewer pairs',
    );
  const quotes = new Set(pairs.map(quoteOf));
  if (quotes.size > 1)
    throw new Fault(
      EXIT.config,
      `the pairs are margined in ${[...quotes].join(' and ')}`,
      'one directory counts in one currency: name pairs of one of them',
    );
}

export function checkTimeframe(client: Client, id: string, timeframeMs: Millis): void {
  const name = timeframeName(timeframeMs);
  const known = Object.keys(client.timeframes as object);
  if (known.includes(name)) return;
  throw new Fault(
    EXIT.config,
    `${id} has no ${name} candles`,
    `set the timeframe to one of ${known.filter(one => /^\d+[mhd]$/.test(one)).join(', ')}`,
  );
}

const NOTHING_CHANGED = 'nothing was changed';

/** Asks a few times: an exchange that is away for a moment is no reason not to start. */
export async function insist<T>(
  request: () => Promise<T>,
  { id, stop, tell }: Pick<ConnectOptions, 'id' | 'stop' | 'tell'>,
): Promise<T> {
  const backOff = createBackOff();
  for (let attempt = 1; ; attempt += 1) {
    const answer = await unlessStopped(ask(request), stop);
    if (answer === null) throw new Fault(EXIT.ok, `stopped before ${id} answered`, NOTHING_CHANGED);
    if (answer.ok) return answer.value;
    const { code, hint, retry } = answer.error;
    if (!retry || attempt === EXCHANGE_ATTEMPTS_MAX)
      throw new Fault(
        EXIT.unreachable,
        `${id} cannot be reached (${code}: ${hint})`,
        `check the network and the status page of the exchange, then start again; ${NOTHING_CHANGED}`,
      );
    const waitMs = backOff.next();
    tell('warn', `${id} does not answer (${code}): trying again in ${Math.ceil(waitMs / 1000)} s`);
    await pause(waitMs, stop);
  }
}
