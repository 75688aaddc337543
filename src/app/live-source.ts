/**
 * A live market: what an exchange tells everybody, on paper money with fills of our own, or with an
 * account of it.
 *
 * Promises: reached and checked, not followed yet; paper needs no key. Never: sends an order.
 */
import { hash } from 'node:crypto';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import type { Settings } from '../core/settings.ts';
import { connect } from '../exchange/ccxt/connect.ts';
import type { LiveMarket } from '../exchange/ccxt/contract.ts';
import { type LiveFeed, liveFeed } from '../exchange/ccxt/feed.ts';
import { EXCHANGES, loadClient, testExchangeUrl } from '../exchange/ccxt/load.ts';
import { ccxtVenue } from '../exchange/ccxt/venue.ts';
import type { Tell } from '../exchange/ccxt/watch.ts';
import { WARMUP_CANDLES } from '../trade/indicators.ts';
import type { AppConfig } from './config.ts';
import { admit, checkAccess } from './live/admission.ts';
import { checkMarket } from './market-source.ts';
import { percent } from './number-text.ts';
import type { MarketSource } from './wire.ts';

/** Twice what the indicators and the feature window need: a hole in the past starts them anew. */
export const HISTORY_CANDLES = 2 * (WARMUP_CANDLES + SEQUENCE_ROWS);

export interface LiveWish {
  readonly funding: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stop: AbortSignal;
  readonly tell: Tell;
  /** Real orders were asked for. */
  readonly live: boolean;
}

export interface LiveSource extends MarketSource {
  readonly feed: LiveFeed;
}

const nameOf = ({ exchange }: AppConfig): string => exchange.name ?? '';

/** For people. */
export const liveTitle = (config: AppConfig, live: boolean): string =>
  `${nameOf(config)} (${live ? 'LIVE: real orders, real money' : 'live market data, paper money'})`;

export async function openLive(config: AppConfig, wish: LiveWish): Promise<LiveSource> {
  const { env, stop, tell } = wish;
  const id = nameOf(config);
  const account = wish.live ? await openAccount(config, wish) : null;
  const { timeframeMs } = config.settings;
  const { client, markets } = await connect({
    ...{ id, pairs: config.exchange.pairs, timeframeMs, env, stop, tell },
  });
  warnOfFees(markets, { id, settings: config.settings, tell });
  const source: LiveSource = {
    ...(account ?? { mode: 'paper' }),
    market: id,
    feed: liveFeed({
      ...{ client, id, markets, timeframeMs, stop, tell },
      historyCandles: HISTORY_CANDLES,
    }),
    timeframeMs,
    fundingFiles: wish.funding,
  };
  checkMarket(config, source);
  return source;
}

/** The account at the exchange; refused before anything is asked where it may not be used. */
async function openAccount(
  config: AppConfig,
  { env, stop, tell }: LiveWish,
): Promise<Pick<MarketSource, 'mode' | 'account' | 'venue'>> {
  const id = nameOf(config);
  const verified = EXCHANGES[id]?.verified ?? false;
  const keys = admit({ config, id, verified });
  const client = await loadClient(id, { keys, testUrl: testExchangeUrl(env) });
  const venue = ccxtVenue(client);
  const warn = (line: string): void => tell('warn', line);
  const { account } = await checkAccess(venue, { config, id, verified, warn, stop });
  return { mode: 'live', account: fingerprintOf(id, account), venue };
}

/** Enough to tell one account from another, and nothing that could be used. */
export const fingerprintOf = (id: string, account: string): string =>
  hash('sha256', `${id}/${account}`, 'hex').slice(0, 16);

/** On paper the config's fees are taken: lower ones than the exchange's make a run look better. */
function warnOfFees(
  markets: readonly LiveMarket[],
  { id, settings, tell }: { readonly id: string; readonly settings: Settings; readonly tell: Tell },
): void {
  const dear = markets.find(({ fees }) => fees !== null && fees.taker > settings.takerFee);
  if (dear?.fees === null || dear === undefined) return;
  const told = percent(dear.fees.taker, 3);
  tell(
    'warn',
    `${id} takes ${told} of a market order in ${dear.contract.symbol}, ` +
      `and fees.taker in the config is ${percent(settings.takerFee, 3)}`,
  );
}
