/**
 * The arithmetic of one isolated-margin position: margin, liquidation, what a close realises.
 *
 * Promises: integer money; a close never loses more than the margin behind the lots it closes
 * (isolated margin: the rest of the account is out of reach), but where a real exchange tells otherwise; funding moves the margin, so that
 * loss and funding together never exceed the margin put up. Never: knows of orders or candles.
 */
import { assert } from '../base/assert.ts';
import {
  asUnits,
  decimalsOf,
  lotsToBase,
  notional,
  toQuote,
  UNITS_PER_QUOTE,
  type Units,
} from '../base/money.ts';
import type { Fact } from './fact.ts';
import type { Contract } from './market.ts';
import { type ExitReason, type Position, signOf, type TradeRecord } from './order.ts';

export type Fill = Fact<'order.filled'>;

/** Share of the notional that must stay as margin. The tier is that of the entry notional. */
export function maintenanceRate(contract: Contract, amount: Units): number {
  let rate = 0;
  for (const tier of contract.tiers) {
    rate = tier.rate;
    if (amount <= tier.notionalMax) break;
  }
  return rate;
}

/** Margin for a notional, rounded up to the unit. */
export const marginOf = (amount: Units, leverage: number): Units =>
  asUnits(Math.ceil(amount / leverage));

/** Of a position, what its liquidation goes by. */
export type Margined = Pick<Position, 'direction' | 'lots' | 'entryNotional' | 'margin'>;

/**
 * Where margin + unrealised profit meets the maintenance margin at that price:
 * long (E − M) / (q(1 − m)), short (E + M) / (q(1 + m)).
 */
export function liquidationPriceOf(position: Margined, contract: Contract): number {
  const rate = maintenanceRate(contract, position.entryNotional);
  const unitsPerPrice = position.lots * contract.lotSize * UNITS_PER_QUOTE;
  return position.direction === 'long'
    ? Math.max(0, position.entryNotional - position.margin) / (unitsPerPrice * (1 - rate))
    : (position.entryNotional + position.margin) / (unitsPerPrice * (1 + rate));
}

/** Where the loss equals the margin: the worst price a close can have. */
export function bankruptcyPriceOf(position: Position, contract: Contract): number {
  const unitsPerPrice = position.lots * contract.lotSize * UNITS_PER_QUOTE;
  return position.direction === 'long'
    ? Math.max(0, position.entryNotional - position.margin) / unitsPerPrice
    : (position.entryNotional + position.margin) / unitsPerPrice;
}

/** Profit not yet realised at a price; never below −margin. Allocates nothing: once a candle. */
export function unrealisedOf(position: Position, price: number, contract: Contract): Units {
  const worth = Math.round(price * position.lots * contract.lotSize * UNITS_PER_QUOTE);
  const profit =
    position.direction === 'long' ? worth - position.entryNotional : position.entryNotional - worth;
  return profit < -position.margin ? -position.margin + 0 : profit;
}

/** Adds an entry fill to its position. */
export function growPosition(position: Position, fill: Fill, contract: Contract): void {
  const amount = notional(fill.price, fill.lots, contract.lotSize);
  position.lots += fill.lots;
  position.entryNotional = asUnits(position.entryNotional + amount);
  position.margin = asUnits(position.margin + marginOf(amount, position.leverage));
  position.fees = asUnits(position.fees + fill.fee);
  position.liquidationPrice = liquidationPriceOf(position, contract);
}

/** Takes a reducing fill out of the position and returns what it realised, fee not deducted. */
export function shrinkPosition(position: Position, fill: Fill, contract: Contract): Units {
  assert(fill.lots <= position.lots, `a fill of ${fill.lots} lots turns ${position.symbol} over`);
  const whole = fill.lots === position.lots;
  const share = fill.lots / position.lots;
  const entry = whole ? position.entryNotional : Math.floor(position.entryNotional * share);
  const margin = whole ? position.margin : Math.floor(position.margin * share);
  const exit = notional(fill.price, fill.lots, contract.lotSize);
  const profit = position.direction === 'long' ? exit - entry : entry - exit;
  // A real exchange has closed where it says: what a person added to the margin is lost, too.
  const realised = asUnits(fill.fillId === undefined ? Math.max(profit, -margin) : profit);
  position.lots -= fill.lots;
  position.entryNotional = asUnits(position.entryNotional - entry);
  position.margin = asUnits(position.margin - margin);
  position.fees = asUnits(position.fees + fill.fee);
  position.realised = asUnits(position.realised + realised);
  position.closedLots += fill.lots;
  position.closedEntryNotional = asUnits(position.closedEntryNotional + entry);
  position.closedExitNotional = asUnits(position.closedExitNotional + exit);
  if (!whole) position.liquidationPrice = liquidationPriceOf(position, contract);
  return realised;
}

/** Takes a funding payment out of the margin (a receipt is added to it). */
export function fundPosition(position: Position, amount: Units, contract: Contract): void {
  assert(amount <= position.margin, `funding of ${position.symbol} is larger than its margin`);
  position.funding = asUnits(position.funding + amount);
  position.margin = asUnits(position.margin - amount);
  position.liquidationPrice = liquidationPriceOf(position, contract);
}

export interface Exit {
  readonly time: number;
  readonly reason: ExitReason;
  /** The stop that the position was entered with; null: none. */
  readonly entryStop: number | null;
}

/** The record of a position whose last lot was just closed. */
export function tradeRecordOf(position: Position, exit: Exit, contract: Contract): TradeRecord {
  assert(position.lots === 0, `${position.symbol} is still open`);
  const profit = asUnits(position.realised - position.fees - position.funding);
  // Two clocks may have told of the two ends.
  const exitTime = Math.max(exit.time, position.openedAt);
  const marginPutUp = marginOf(position.closedEntryNotional, position.leverage);
  const risk = exit.entryStop === null ? 0 : riskOf(position, exit.entryStop, contract);
  return {
    id: position.entryOrderId,
    symbol: position.symbol,
    side: position.direction,
    entryTime: position.openedAt,
    exitTime,
    entryPrice: averagePrice(position.closedEntryNotional, position.closedLots, contract),
    exitPrice: averagePrice(position.closedExitNotional, position.closedLots, contract),
    quantity: lotsToBase(position.closedLots, contract.lotSize),
    leverage: position.leverage,
    fees: position.fees,
    funding: position.funding,
    profit,
    profitRatio: marginPutUp === 0 ? 0 : profit / marginPutUp,
    ...(risk > 0 ? { risk } : {}),
    durationMs: exitTime - position.openedAt,
    exitReason: exit.reason,
    strategy: position.strategy,
    models: position.models,
  };
}

/** What all lots of a closed position would have lost at a stop; below 0 beyond it. */
function riskOf(position: Position, stop: number, contract: Contract): Units {
  const atStop = notional(stop, position.closedLots, contract.lotSize);
  return asUnits(signOf(position.direction) * (position.closedEntryNotional - atStop));
}

/** A volume-weighted price, four decimals finer than the contract's step. */
function averagePrice(amount: Units, lots: number, contract: Contract): number {
  const price = toQuote(amount) / (lots * contract.lotSize);
  return Number(price.toFixed(decimalsOf(contract.priceStep) + 4));
}
