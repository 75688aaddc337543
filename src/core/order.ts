/**
 * Orders and positions: what was approved, what is open, what is held.
 *
 * Promises: an `Approved` order can only be minted by `approve`, which policy/sizing and
 * policy/exits alone call (the walls test keeps it so); the exchange port takes nothing else.
 */
import type { Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';

export type Side = 'buy' | 'sell';
export type Direction = 'long' | 'short';
export type OrderKind = 'market' | 'limit' | 'stop' | 'take_profit' | 'trailing_stop';

/** Why a position was left (freqtrade's names where the meaning is the same). */
export const EXIT_REASONS = [
  'stop_loss',
  'trailing_stop_loss',
  'take_profit',
  'exit_signal',
  'time_exit',
  'force_exit',
  'liquidation',
] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

/** The bracket that becomes active with the entry's fill, inside the same candle. */
export interface Protection {
  readonly stop: number;
  readonly takeProfit: number | null;
  /** Distance of a trailing stop from the best price of earlier candles; null: none. */
  readonly trail: number | null;
}

export interface Order {
  /** `<seq>-<index of the fact in its step>`; unique within a directory's epoch. */
  readonly id: string;
  readonly epoch: number;
  readonly symbol: string;
  readonly side: Side;
  readonly kind: OrderKind;
  readonly lots: number;
  /** Limit price; null for others. */
  readonly price: number | null;
  /** Trigger of stop, take-profit and trailing stop; null for others. */
  readonly trigger: number | null;
  /** Trailing distance; null for others. */
  readonly trail: number | null;
  readonly reduceOnly: boolean;
  readonly leverage: number;
  readonly createdAt: Millis;
  /** Never sent at or after this market time. */
  readonly expiresAt: Millis;
  /** The strategy that proposed it. */
  readonly strategy: string;
  /** Why it leaves a position; null for an entry. */
  readonly exitReason: ExitReason | null;
  /** Only on entries. */
  readonly protection: Protection | null;
  /** Versions of the models that weighed it. */
  readonly models: ModelVersions;
}

export interface ModelVersions {
  readonly signal: number;
  readonly deep: number;
}

declare const approvedMark: unique symbol;
/** An order that risk has approved. */
export type Approved = Order & { readonly [approvedMark]: true };

/** Mints the approval. Called by policy/sizing and policy/exits, and by nothing else. */
export const approve = (order: Order): Approved => order as Approved;

/** An order the exchange has accepted (or a bracket leg that lives with its position). */
export interface OpenOrder {
  readonly order: Order;
  /** Lots already filled. */
  filledLots: number;
  /** Current trigger: a trailing stop moves it. */
  trigger: number | null;
  /** A stop that was reached before any of it was filled; absent until then. */
  triggered?: boolean;
}

/** A stop that has fired is a market order until it is done, whatever the price does. */
export const hasFired = ({ filledLots, triggered }: OpenOrder): boolean =>
  filledLots > 0 || triggered === true;

/** One net position per symbol, isolated margin. */
export interface Position {
  readonly symbol: string;
  readonly direction: Direction;
  lots: number;
  /** Sum of price × quantity of the lots held, in units. */
  entryNotional: Units;
  readonly openedAt: Millis;
  readonly leverage: number;
  /** Isolated margin put up, in units. */
  margin: Units;
  /** Beyond this price (adverse) the position is liquidated. */
  liquidationPrice: number;
  readonly strategy: string;
  readonly models: ModelVersions;
  readonly entryOrderId: string;
  /** Best and worst price of the closed candles since entry. */
  highest: number;
  lowest: number;
  candlesHeld: number;
  /** Of this position so far, lots already closed included. Positive is paid. */
  fees: Units;
  funding: Units;
  /** Realised on lots already closed, fees and funding not deducted. */
  realised: Units;
  /** Lots and notional already closed, for the average exit price. */
  closedLots: number;
  closedEntryNotional: Units;
  closedExitNotional: Units;
}

/** What an exchange that keeps no books of its own (paper) reads of the account. */
export interface Books {
  readonly balance: Units;
  readonly positions: Readonly<Record<string, Position>>;
  readonly orders: Readonly<Record<string, OpenOrder>>;
}

/** A closed trade, as analytics remembers it. */
export interface TradeRecord {
  readonly id: string;
  readonly symbol: string;
  readonly side: Direction;
  readonly entryTime: Millis;
  readonly exitTime: Millis;
  readonly entryPrice: number;
  readonly exitPrice: number;
  /** Base units. */
  readonly quantity: number;
  readonly leverage: number;
  readonly fees: Units;
  readonly funding: Units;
  /** Net of fees and funding, in units. */
  readonly profit: Units;
  /** Net profit over the margin put up, as a fraction. */
  readonly profitRatio: number;
  /**
   * What the stop it was entered with would have cost, fees and slippage left out: the trade's R.
   * Absent where there was no stop, where a gap carried the entry beyond it, and before 0.2.0.
   */
  readonly risk?: Units;
  readonly durationMs: Millis;
  readonly exitReason: ExitReason;
  readonly strategy: string;
  readonly models: ModelVersions;
}

/** The strategy of a position that this directory did not open. */
export const ADOPTED = 'adopted';

export const directionOf = (side: Side): Direction => (side === 'buy' ? 'long' : 'short');
export const entrySide = (direction: Direction): Side => (direction === 'long' ? 'buy' : 'sell');
export const exitSide = (direction: Direction): Side => (direction === 'long' ? 'sell' : 'buy');
/** +1 for long, −1 for short. */
export const signOf = (direction: Direction): 1 | -1 => (direction === 'long' ? 1 : -1);
