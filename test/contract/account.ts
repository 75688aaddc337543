/**
 * An account under test: a ledger, and an exchange that the product itself takes orders to and
 * hears from.
 */
import type { Units } from '../../src/base/money.ts';
import type { Ledger } from '../fixtures/ledger.ts';

export interface AccountUnderTest {
  readonly ledger: Ledger;
  /** A distance that the price goes within minutes, and not at once. */
  readonly near: number;
  /** Of the last trade. */
  price(): number;
  /** Market time. */
  now(): number;
  /** What waits is taken to the exchange, and what it tells is heard. */
  deliver(): Promise<void>;
  /** The market goes on for a while, at most a candle, and what that brought is heard. */
  pass(): Promise<void>;
  /** The market goes on until its price was beyond this one. */
  tradeThrough(price: number): Promise<void>;
  /** As a process that starts: nothing but the ledger's state is known. */
  restart(): void;
  /** As the exchange has it. */
  there(): Standing;
}

export interface Standing {
  /** Of the position, signed. */
  readonly lots: number;
  /** Orders and stops that are open. */
  readonly orders: number;
  readonly wallet: Units;
}

export interface Market {
  /** It takes fewer than twenty lots at once. */
  readonly thin: boolean;
}

export type CreateAccount = (market: Market) => Promise<AccountUnderTest>;

/** Of candles or moments. */
export const PATIENCE = 2000;
