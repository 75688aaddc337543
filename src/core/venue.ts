/**
 * The venue: what a real exchange can be asked about one account.
 *
 * Everything is asked, nothing is remembered on this side: what a stream tells is only a reason to
 * ask (`watch`), so a lost, repeated or re-ordered message can do no harm.
 * Promises: an error says whether the request may have had its effect (`retry`: it may) or surely
 * had none. Lots are whole, money is in units, times are the venue's. Never: decides, retries an
 * order by itself, or keeps a secret in a message.
 */
import type { Units } from '../base/money.ts';
import type { Result } from '../base/result.ts';
import type { Millis } from '../base/time.ts';
import type { Direction, Side } from './order.ts';

/** What is asked for under a client id, which names one order for ever. */
export interface Ticket {
  readonly clientId: string;
  readonly symbol: string;
  readonly side: Side;
  /** `stop` and `take_profit` are market orders that wait for the last trade to reach `trigger`. */
  readonly kind: 'market' | 'limit' | 'stop' | 'take_profit';
  readonly lots: number;
  /** Of a limit order; null for others. */
  readonly price: number | null;
  /** Of a stop or a target; null for others. */
  readonly trigger: number | null;
  readonly reduceOnly: boolean;
  readonly leverage: number;
}

export interface VenueOrder {
  readonly venueId: string;
  /** Null: placed by hand, without one. */
  readonly clientId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly lots: number;
  readonly filledLots: number;
  /** A stop that was not reached yet is open too. */
  readonly open: boolean;
  readonly reduceOnly: boolean;
  readonly trigger: number | null;
  readonly time: Millis;
}

export interface VenueFill {
  /** The venue's own id of the trade: of one order and side it names one fill. */
  readonly fillId: string;
  readonly venueId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly price: number;
  readonly lots: number;
  /** Positive is paid. */
  readonly fee: Units;
  readonly liquidity: 'maker' | 'taker';
  readonly liquidation: boolean;
  readonly time: Millis;
}

export interface VenuePosition {
  readonly symbol: string;
  readonly direction: Direction;
  readonly lots: number;
  readonly entryPrice: number;
  readonly leverage: number;
  /** How it is kept, where that is not as `prepare` has it; null: as it has it, or not told. */
  readonly unfit: 'hedge mode' | 'cross margin' | null;
  readonly time: Millis;
}

export interface VenueFunding {
  readonly symbol: string;
  readonly time: Millis;
  /** Null: the venue does not tell it. */
  readonly rate: number | null;
  /** Positive is paid. */
  readonly amount: Units;
}

/** How a pair is set for the position that comes next; null: the venue does not tell it. */
export interface VenueMode {
  /** A position each way, side by side. */
  readonly hedged: boolean | null;
  readonly margin: 'isolated' | 'cross' | null;
  /** Null too where each order names its own. */
  readonly leverage: number | null;
}

/** What a key may do, and whose it is. */
export interface VenueAccess {
  /** Stable over a change of keys where the venue tells it; never the key itself. */
  readonly account: string;
  readonly mayTrade: boolean;
  /** Null: the venue does not tell it. */
  readonly mayWithdraw: boolean | null;
}

/** Codes of what surely had no effect now, and may be accepted another time. */
export const LATER: ReadonlySet<string> = new Set([
  ...['rate-limited', 'not-now', 'clock', 'auth', 'permission', 'unavailable'],
]);

/**
 * Codes of failures that mean something to the caller; every other one is told and tried again:
 * `not-found`, `duplicate` (the client id was used; not all venues tell it of an order that is done),
 * `refused` (surely not accepted, and would not be), `no-position` (there is nothing to reduce),
 * `triggers-at-once` (a stop beyond the price).
 */
export interface Venue {
  /** The venue's clock. */
  now(): Millis;
  access(): Promise<Result<VenueAccess>>;
  mode(symbol: string): Promise<Result<VenueMode>>;
  /** Isolated margin, one position a symbol, the leverage. Before the first order of a symbol. */
  prepare(symbol: string, leverage: number): Promise<Result<null>>;
  /** The venue's id of the order that it accepted. */
  place(ticket: Ticket): Promise<Result<string>>;
  find(clientId: string, symbol: string): Promise<Result<VenueOrder>>;
  order(venueId: string, symbol: string): Promise<Result<VenueOrder>>;
  /** Ok where nothing of it is open afterwards; `not-found` where nothing is known of it. */
  cancel(clientId: string, symbol: string): Promise<Result<null>>;
  /** Stops and targets that wait included. */
  openOrders(symbol: string): Promise<Result<readonly VenueOrder[]>>;
  /** At or after `since`, oldest first, all pages. */
  fills(symbol: string, since: Millis): Promise<Result<readonly VenueFill[]>>;
  funding(symbol: string, since: Millis): Promise<Result<readonly VenueFunding[]>>;
  positions(): Promise<Result<readonly VenuePosition[]>>;
  /** Deposits and what was realised, fees and funding in; unrealised profit is not. */
  wallet(): Promise<Result<Units>>;
  /** Calls back when something of the account may have changed; returns what ends it. */
  watch(onHint: () => void): () => Promise<void>;
}
