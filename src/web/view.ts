/**
 * What the dashboard shows: the shapes of every answer of its server and of every event of its
 * stream. Types alone, so that the page in the browser and the server share them.
 *
 * Promises: amounts in quote currency, quantities in base units, shares as fractions, times in UTC
 * milliseconds; null where something is not known. Never: a secret.
 */
import type { Millis } from '../base/time.ts';

export type * from './view-asked.ts';

/** `[open time, open, high, low, close, volume]`: what the charts of this field take. */
export type CandleRow = readonly [
  time: Millis,
  open: number,
  high: number,
  low: number,
  close: number,
  volume: number,
];

export type LampId =
  | 'kill_switch'
  | 'paused'
  | 'flattening'
  | 'daily_loss'
  | 'max_drawdown'
  | 'loss_streak';

/** Something that can hold entries back. */
export interface Lamp {
  readonly id: LampId;
  /** `maximum drawdown`. */
  readonly title: string;
  readonly on: boolean;
  /** Why, and what lifts it; empty while it is off. */
  readonly text: string;
  /** When it ends by itself; null: by the operator only, or it is off. */
  readonly until: Millis | null;
}

/** How near a limit is: `value` of `limit`, the limit's lamp goes on at 1. */
export interface Gauge {
  readonly id: 'daily_loss' | 'max_drawdown' | 'loss_streak';
  readonly title: string;
  /** Shares for the losses, a count for the streak. */
  readonly value: number;
  readonly limit: number;
}

/** The running itself and the account, as they stand. */
export interface Status {
  readonly mode: 'simulated' | 'tape' | 'paper' | 'live';
  /** Exchange id or `simulated`. */
  readonly market: string;
  readonly symbols: readonly string[];
  readonly quote: string;
  readonly timeframeMs: Millis;
  readonly version: string;
  readonly directory: string;
  /** Wall time when the bot was started. */
  readonly startedAt: Millis;
  /** Wall time of this status. */
  readonly at: Millis;
  /** The last step. */
  readonly seq: number;
  readonly candles: number;
  /** Close of the last candle; null before the first. */
  readonly marketTime: Millis | null;
  /** How a live market is followed; null: it is none. */
  readonly following: string | null;
  /** Share of the tape that is done; null where the market has no end. */
  readonly progress: number | null;
  readonly candlesPerSecond: number | null;
  readonly startBalance: number;
  readonly balance: number;
  readonly equity: number;
  readonly dayProfit: number;
  readonly drawdown: number;
  readonly drawdownMax: number;
  readonly feesPaid: number;
  readonly fundingPaid: number;
  readonly closedTrades: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  readonly gauges: readonly Gauge[];
  readonly lamps: readonly Lamp[];
  /** Symbols of a live account that take no entries until their exchange was heard, and why. */
  readonly frozen: readonly { readonly symbol: string; readonly why: string }[];
  /** The bot has ended; null: it runs. */
  readonly ended: string | null;
}

export interface PositionRow {
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly quantity: number;
  readonly entryPrice: number;
  readonly price: number | null;
  readonly profit: number | null;
  /** Over the margin put up. */
  readonly profitRatio: number | null;
  readonly leverage: number;
  readonly margin: number;
  readonly liquidationPrice: number;
  readonly stop: number | null;
  readonly takeProfit: number | null;
  readonly openedAt: Millis;
  readonly strategy: string;
}

export interface OrderRow {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly kind: 'market' | 'limit' | 'stop' | 'take_profit' | 'trailing_stop';
  readonly quantity: number;
  readonly filled: number;
  /** Limit or trigger; null: at the market. */
  readonly price: number | null;
  readonly reduceOnly: boolean;
  /** `waiting`: approved and not answered yet. */
  readonly state: 'waiting' | 'open';
}

export interface TradeRow {
  readonly id: string;
  readonly symbol: string;
  readonly side: 'long' | 'short';
  readonly entryTime: Millis;
  readonly exitTime: Millis;
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly quantity: number;
  readonly leverage: number;
  readonly fees: number;
  readonly funding: number;
  readonly profit: number;
  readonly profitRatio: number;
  readonly durationMs: Millis;
  readonly exitReason: string;
  readonly strategy: string;
}

/** `GET /api/trades?symbol=&side=&strategy=&reason=&sort=exitTime&order=desc&offset=0&limit=50`. */
export interface TradePage {
  /** Rows that the filter leaves, and rows that there are (the last 10,000 are kept). */
  readonly found: number;
  readonly kept: number;
  readonly rows: readonly TradeRow[];
  /** What may be filtered by. */
  readonly symbols: readonly string[];
  readonly strategies: readonly string[];
  readonly reasons: readonly string[];
}

/** A point of the equity curve: `[time, balance, equity]`. */
export type EquityRow = readonly [time: Millis, balance: number, equity: number];

/** A fill or a stop on the price chart. */
export interface Mark {
  readonly symbol: string;
  readonly time: Millis;
  readonly price: number;
  readonly kind: 'entry' | 'exit' | 'stop';
  readonly side: 'long' | 'short';
  /** `entry momentum`, `stop_loss, −12.30`. */
  readonly text: string;
}

/** A line of the page's log: what a person should see. */
export interface NewsRow {
  readonly seq: number;
  readonly time: Millis | null;
  readonly text: string;
}

/** The first event of a stream, `snapshot`, and the answer of `GET /api/snapshot`. */
export interface Snapshot {
  readonly status: Status;
  readonly positions: readonly PositionRow[];
  readonly orders: readonly OrderRow[];
  readonly equity: readonly EquityRow[];
  /** By symbol, oldest first; what is not here is in the journal. */
  readonly candles: Readonly<Record<string, readonly CandleRow[]>>;
  readonly marks: readonly Mark[];
  readonly news: readonly NewsRow[];
}

/**
 * Every later event, `change`: what is new since the one before. `from` is the `seq` of the status
 * before: a page that has another one has missed something and asks for a snapshot.
 */
export interface Change {
  readonly from: number;
  readonly status: Status;
  readonly positions: readonly PositionRow[];
  readonly orders: readonly OrderRow[];
  /** New points; a replaced last candle does not occur: candles are closed. */
  readonly equity: readonly EquityRow[];
  readonly candles: Readonly<Record<string, readonly CandleRow[]>>;
  readonly marks: readonly Mark[];
  readonly news: readonly NewsRow[];
  /** What has changed of what is asked for by itself. */
  readonly stale: readonly ('trades' | 'learning' | 'state')[];
}

/** `POST /api/action`, with `authorization: Bearer <token>` and `content-type: application/json`. */
export interface ActionRequest {
  readonly action: ActionName;
}

export type ActionName =
  | 'pause'
  | 'resume'
  | 'flatten'
  | 'kill-switch-on'
  | 'kill-switch-off'
  | 'checkpoint'
  | 'verify';

/** Its answer: what was done in words, or why not (with the status 4xx or 5xx). */
export interface ActionAnswer {
  readonly ok: boolean;
  readonly text: string;
}
