/**
 * The exchange port: what Holdfast needs of a market, real or simulated.
 *
 * Promises: `submit` takes approved orders only; a client order id names one order for ever.
 * Never: decides, sizes or retries on its own.
 */
import type { Result } from '../base/result.ts';
import type { Millis } from '../base/time.ts';
import type { Report } from './fact.ts';
import type { Candle, Contract, FedCandle } from './market.ts';
import type { Approved } from './order.ts';

/** Per symbol: the last candle remembered and the running hash over all candles so far. */
export interface Bookmark {
  /** Open time of the first candle that is in the hash; what lies before it is passed over. */
  readonly since: Millis;
  readonly time: Millis;
  readonly candles: number;
  /** Null: the candles up to `time` were traded, but are not remembered (a part began afresh). */
  readonly pastHash: string | null;
  /** The candle at `time` as it was traded; absent where it is not remembered. */
  readonly last?: Candle;
}

export interface Feed {
  /** Contracts of the symbols this feed carries, in symbol order. */
  readonly contracts: readonly Contract[];
  /** Candles the feed will still give, or null where it has no end. Known after `candles` began. */
  readonly remaining: number | null;
  /**
   * Closed candles after the bookmarks, ordered by close time, then symbol, in batches; an empty
   * one is a turn for whoever reads.
   * Throws a config fault when what lies before a bookmark is not what was remembered.
   */
  candles(after: Readonly<Record<string, Bookmark>>): AsyncIterable<readonly FedCandle[]>;
  close(): Promise<void>;
}

export interface Exchange {
  /** Sends an approved order under its client id. An error with `retry` is an ambiguity. */
  submit(order: Approved, clientOrderId: string): Promise<Result<Report>>;
  /** What became of an order that was sent and not answered. */
  find(clientOrderId: string, order: Approved): Promise<Result<Report>>;
  cancel(orderId: string, clientOrderId: string): Promise<Result<Report>>;
  /** What happened to orders and positions inside this candle (paper); live tells it elsewhere. */
  advance(candle: Candle): readonly Report[];
}
