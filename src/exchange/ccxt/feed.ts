/**
 * A live market as a feed: the streams and requests of one exchange behind the port.
 *
 * Promises: as live-reader.ts has it. Never: ends, but for `stop`.
 */
import type { Millis } from '../../base/time.ts';
import type { Feed } from '../../core/exchange.ts';
import type { LiveMarket } from './contract.ts';
import { readLive } from './live-reader.ts';
import { type MarketClient, type Tell, Watch } from './watch.ts';

export interface LiveFeedOptions {
  readonly client: MarketClient;
  /** ccxt's id. */
  readonly id: string;
  readonly markets: readonly LiveMarket[];
  readonly timeframeMs: Millis;
  /** Candles of the past that a new directory begins with. */
  readonly historyCandles: number;
  /** Ends the feed, also while it waits. */
  readonly stop: AbortSignal;
  readonly tell: Tell;
}

export interface LiveFeed extends Feed {
  /** How the market is followed, in a word or two. */
  state(): string;
}

export function liveFeed(options: LiveFeedOptions): LiveFeed {
  const { client, id, timeframeMs, historyCandles, stop, tell } = options;
  const markets = options.markets.toSorted((a, b) =>
    a.contract.symbol < b.contract.symbol ? -1 : 1,
  );
  const watch = new Watch({
    ...{ client, id, stop, tell },
    sources: markets.map(({ contract: { symbol }, volumeUnit }) => ({
      ...{ symbol, timeframeMs, volumeUnit },
    })),
  });
  return {
    contracts: markets.map(({ contract }) => contract),
    remaining: null,
    state: () => watch.state(),
    candles: after => readLive({ watch, id, timeframeMs, historyCandles, stop, tell }, after),
    // The last waits of the streams end with it.
    close: async () => {
      await client.close();
    },
  };
}
