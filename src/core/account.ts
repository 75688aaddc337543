/**
 * The account: wallet, positions and accepted orders, and how an exchange's report changes them.
 *
 * One fold for two users: the portfolio (which is the account) and the paper exchange's working
 * copy inside one candle, so that they cannot disagree.
 * Promises: balance = start + realised − fees − funding, to the unit. Never: decides anything.
 */
import { assert, must } from '../base/assert.ts';
import { asUnits, notional, type Units } from '../base/money.ts';
import { growBracket } from './bracket.ts';
import type { Fact } from './fact.ts';
import type { Contract } from './market.ts';
import {
  ADOPTED,
  directionOf,
  entrySide,
  exitSide,
  type OpenOrder,
  type Order,
  type Position,
} from './order.ts';
import { type Fill, fundPosition, growPosition, marginOf, shrinkPosition } from './position.ts';

export interface Account {
  balance: Units;
  realised: Units;
  feesPaid: Units;
  /** Positive is paid. */
  fundingPaid: Units;
  readonly positions: Record<string, Position>;
  readonly orders: Record<string, OpenOrder>;
}

/** Folds a fill. Returns the position it closed, if it did, with its last lot out of it. */
export function applyFill(account: Account, fill: Fill, contract: Contract): Position | null {
  const open = account.orders[fill.id];
  assert(open !== undefined || isStrange(fill), `a fill of no order: ${fill.id}`);
  account.feesPaid = asUnits(account.feesPaid + fill.fee);
  account.balance = asUnits(account.balance - fill.fee);
  if (open !== undefined) {
    open.filledLots += fill.lots;
    assert(open.filledLots <= open.order.lots, `order ${fill.id} is filled twice`);
    if (open.filledLots === open.order.lots) delete account.orders[fill.id];
    if (!open.order.reduceOnly) {
      enter(account, open.order, { fill, contract });
      return null;
    }
  }
  return leave(account, fill, contract);
}

/** Reduces a position without an order of ours: the venue's own doing, or a person's on its site. */
const isStrange = ({ id, exitReason }: Fill): boolean =>
  exitReason === 'liquidation' || id.startsWith('hand:');

/** Folds lots that somebody else opened: a position like any other from here on. */
export function adopt(account: Account, fact: Fact<'position.adopted'>, contract: Contract): void {
  const { symbol, side, lots, price, fee, leverage, stop, time } = fact;
  const held = account.positions[symbol];
  assert(
    held === undefined || entrySide(held.direction) === side,
    `${symbol} is held the other way`,
  );
  account.feesPaid = asUnits(account.feesPaid + fee);
  account.balance = asUnits(account.balance - fee);
  const id = held?.entryOrderId ?? fact.id;
  const order: Order = {
    ...{
      id,
      epoch: 0,
      symbol,
      side,
      kind: 'market',
      lots,
      price: null,
      trigger: null,
      trail: null,
    },
    ...{ reduceOnly: false, leverage, createdAt: time, expiresAt: time, strategy: ADOPTED },
    ...{ exitReason: null, protection: { stop, takeProfit: null, trail: null } },
    models: { signal: 0, deep: 0 },
  };
  const fill = { id, symbol, side, price, lots, fee, time, exitReason: null } as const;
  enter(account, order, { fill: { type: 'order.filled', ...fill, liquidity: 'taker' }, contract });
}

/** Folds that a stop was reached; one that is no longer open changes nothing. */
export function applyTrigger(account: Account, { id }: Fact<'order.triggered'>): void {
  const open = account.orders[id];
  if (open !== undefined) open.triggered = true;
}

/** Folds a funding payment. */
export function applyFunding(
  account: Account,
  fact: Fact<'funding.settled'>,
  contract: Contract,
): void {
  const position = must(account.positions[fact.symbol], `a position in ${fact.symbol} to fund`);
  fundAccount(account, fact.amount);
  fundPosition(position, fact.amount, contract);
}

/** The wallet's side of it alone. */
export function fundAccount(account: Account, amount: Units): void {
  account.fundingPaid = asUnits(account.fundingPaid + amount);
  account.balance = asUnits(account.balance - amount);
}

/** Margin and entry orders take their part of the balance; the rest is free. */
export function freeOf(
  account: { readonly balance: Units; readonly positions: Readonly<Record<string, Position>> },
  reserved: Units,
): Units {
  let free = account.balance - reserved;
  for (const symbol in account.positions) free -= account.positions[symbol]?.margin ?? 0;
  return free;
}

/** Margin that the unfilled lots of an entry will take at `price`; 0 for reducing orders. */
export function reservedBy(
  order: Order,
  unfilled: { readonly lots: number; readonly price: number },
  contract: Contract,
): Units {
  if (order.reduceOnly) return 0;
  const price = order.price ?? unfilled.price;
  return marginOf(notional(price, unfilled.lots, contract.lotSize), order.leverage);
}

function enter(
  account: Account,
  order: Order,
  filled: { readonly fill: Fill; readonly contract: Contract },
): void {
  const { fill, contract } = filled;
  let position = account.positions[order.symbol];
  if (position === undefined) {
    position = emptyPosition(order, fill);
    account.positions[order.symbol] = position;
  }
  assert(position.entryOrderId === order.id, `a second entry into ${order.symbol}`);
  growPosition(position, fill, contract);
  growBracket(account.orders, order, filled);
}

function leave(account: Account, fill: Fill, contract: Contract): Position | null {
  const position = must(account.positions[fill.symbol], `a position in ${fill.symbol} to reduce`);
  assert(fill.side === exitSide(position.direction), `${fill.id} adds to what it should reduce`);
  const realised = shrinkPosition(position, fill, contract);
  account.realised = asUnits(account.realised + realised);
  account.balance = asUnits(account.balance + realised);
  if (position.lots > 0) return null;
  delete account.positions[fill.symbol];
  for (const id in account.orders) {
    const order = account.orders[id]?.order;
    if (order?.symbol === fill.symbol && order.reduceOnly) delete account.orders[id];
  }
  return position;
}

const emptyPosition = (order: Order, fill: Fill): Position => ({
  symbol: order.symbol,
  direction: directionOf(order.side),
  lots: 0,
  entryNotional: 0,
  openedAt: fill.time,
  leverage: order.leverage,
  margin: 0,
  liquidationPrice: 0,
  strategy: order.strategy,
  models: order.models,
  entryOrderId: order.id,
  highest: fill.price,
  lowest: fill.price,
  candlesHeld: 0,
  fees: 0,
  funding: 0,
  realised: 0,
  closedLots: 0,
  closedEntryNotional: 0,
  closedExitNotional: 0,
});
