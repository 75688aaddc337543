/**
 * The desk: one symbol's part of the account inside one candle.
 *
 * Reports are folded by the bot only after `advance` returned them, so the desk folds each into a
 * working copy with the portfolio's own fold. Promises: the copy is what the portfolio will be;
 * all entries of a candle together, and all exits, take at most their share of its volume.
 * Never: touches the books.
 */
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { feeOf, lotsBelow, notional, QUOTE_MAX, type Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import { type Account, applyFill, applyFunding, applyTrigger } from '../core/account.ts';
import type { Report } from '../core/fact.ts';
import type { Candle, Contract } from '../core/market.ts';
import { type Books, exitSide, type OpenOrder, type Order, type Position } from '../core/order.ts';
import { byAge } from '../core/outbox.ts';
import { type Fill, marginOf } from '../core/position.ts';
import type { Settings } from '../core/settings.ts';
import { bankruptcyStep, closingPrice } from './paper-price.ts';

export interface Desk {
  readonly candle: Candle;
  readonly closeTime: Millis;
  readonly contract: Contract;
  readonly settings: Settings;
  /** Working copy: this symbol's position and orders, the whole wallet. */
  readonly account: Account;
  /** Margin behind the positions of other symbols. */
  readonly otherMargin: Units;
  /** Lots that entries and exits may still take of this candle: two legs are one exit. */
  entryLotsLeft: number;
  exitLotsLeft: number;
  readonly reports: Report[];
  /** A stop fired in this candle: targets wait for the next. */
  stopped: boolean;
  /** The position was entered or grown inside this candle, after an unknown part of its path. */
  enteredInside: boolean;
}

export interface DeskOptions {
  readonly books: Books;
  readonly candle: Candle;
  readonly closeTime: Millis;
  readonly contract: Contract;
  readonly settings: Settings;
}

export function openDesk(options: DeskOptions): Desk {
  const { books, candle, closeTime, contract, settings } = options;
  const positions: Record<string, Position> = {};
  let otherMargin = 0;
  for (const position of Object.values(books.positions))
    if (position.symbol === candle.symbol) positions[candle.symbol] = { ...position };
    else otherMargin += position.margin;
  const lotsMax = lotsBelow(candle.volume * settings.volumeShare, contract.lotSize);
  // Without a prototype it is a dictionary: an id is never seen again, so its shape is no use.
  const orders = Object.create(null) as Record<string, OpenOrder>;
  for (const open of Object.values(books.orders))
    if (open.order.symbol === candle.symbol) orders[open.order.id] = { ...open };
  return {
    candle,
    closeTime,
    contract,
    settings,
    account: {
      balance: books.balance,
      realised: 0,
      feesPaid: 0,
      fundingPaid: 0,
      positions,
      orders,
    },
    otherMargin,
    entryLotsLeft: lotsMax,
    exitLotsLeft: lotsMax,
    reports: [],
    stopped: false,
    enteredInside: false,
  };
}

export const positionOf = (desk: Desk): Position | undefined =>
  desk.account.positions[desk.candle.symbol];

/** The open orders that `wanted` picks, oldest first whatever the order of keys in a file. */
export function ordersOf(desk: Desk, wanted: (order: Order) => boolean): OpenOrder[] {
  const { orders } = desk.account;
  const picked: OpenOrder[] = [];
  for (const id in orders) {
    const open = orders[id];
    if (open !== undefined && wanted(open.order)) picked.push(open);
  }
  // One order needs no sorting, which costs far more than all the rest here.
  return picked.length < 2 ? picked : picked.sort((one, other) => byAge(one.order, other.order));
}

/** Reports and folds into the working copy. */
export function report(desk: Desk, told: Report): void {
  desk.reports.push(told);
  switch (told.type) {
    case 'order.filled':
      applyFill(desk.account, told, desk.contract);
      return;
    case 'order.triggered':
      applyTrigger(desk.account, told);
      return;
    case 'funding.settled':
      applyFunding(desk.account, told, desk.contract);
      return;
    default:
      delete desk.account.orders[told.id];
  }
}

export interface FillTerms {
  readonly price: number;
  readonly liquidity: 'maker' | 'taker';
  readonly time: Millis;
}

/** Fills what the candle's volume lets the order take. False when nothing was filled. */
export function fillOrder(desk: Desk, open: OpenOrder, terms: FillTerms): boolean {
  const { order } = open;
  if (desk.account.orders[order.id] === undefined) return false;
  const held = positionOf(desk);
  const remaining = order.lots - open.filledLots;
  if (!order.reduceOnly) return fillEntry(desk, open, { ...terms, lots: remaining });
  if (held === undefined || order.side !== exitSide(held.direction)) return false;
  const lots = Math.min(remaining, held.lots, desk.exitLotsLeft);
  if (lots <= 0) return false;
  const price = closingPrice(held, terms.price, desk.contract);
  report(desk, filled(desk, order, { ...terms, price, lots }));
  desk.exitLotsLeft -= lots;
  cancelEntries(desk, terms.time);
  return true;
}

/** The exchange takes the position over at its bankruptcy price: the margin is lost, no more. */
export function liquidate(desk: Desk, time: Millis): void {
  const position = must(positionOf(desk), 'a position to liquidate');
  const price = bankruptcyStep(position, desk.contract);
  report(desk, {
    type: 'order.filled',
    id: `liquidation:${position.symbol}`,
    symbol: position.symbol,
    side: exitSide(position.direction),
    price,
    lots: position.lots,
    fee: feeFor(desk, { price, lots: position.lots, liquidity: 'taker' }),
    liquidity: 'taker',
    time,
    exitReason: 'liquidation',
  });
  desk.stopped = true;
  cancelEntries(desk, time);
}

type LotTerms = FillTerms & { readonly lots: number };

function fillEntry(desk: Desk, open: OpenOrder, terms: LotTerms): boolean {
  const { order } = open;
  const held = positionOf(desk);
  if (held !== undefined && held.entryOrderId !== order.id)
    return cancel(desk, order, { time: terms.time, reason: 'a position is already open' });
  const lots = Math.min(terms.lots, desk.entryLotsLeft);
  if (lots <= 0) return false;
  const fact = filled(desk, order, { ...terms, lots });
  const margin = marginOf(worthOf(desk, fact.price, lots), order.leverage);
  const free = desk.account.balance - desk.otherMargin - (held?.margin ?? 0);
  if (margin + fact.fee > free)
    return cancel(desk, order, { time: terms.time, reason: 'the free margin does not cover it' });
  report(desk, fact);
  desk.entryLotsLeft -= lots;
  return true;
}

const filled = (desk: Desk, order: Order, terms: LotTerms): Fill => ({
  type: 'order.filled',
  id: order.id,
  symbol: order.symbol,
  side: order.side,
  price: terms.price,
  lots: terms.lots,
  fee: feeFor(desk, terms),
  liquidity: terms.liquidity,
  time: terms.time,
  exitReason: order.exitReason,
});

function feeFor(desk: Desk, terms: Omit<LotTerms, 'time'>): Units {
  const rate = terms.liquidity === 'maker' ? desk.settings.makerFee : desk.settings.takerFee;
  return feeOf(worthOf(desk, terms.price, terms.lots), rate);
}

/** What lots are worth at a price. One that makes it uncountable is a fault of the market's data. */
export function worthOf({ candle, contract }: Desk, price: number, lots: number): Units {
  if (price * lots * contract.lotSize < QUOTE_MAX) return notional(price, lots, contract.lotSize);
  throw new Fault(
    EXIT.corrupt,
    `${candle.symbol} at ${price} is worth more than can be counted (90 million)`,
    'if the price is wrong, mend the tape and go on; nothing of this candle was kept',
  );
}

/** Once a position is being left, what is unfilled of its entry must not add to it again. */
export function cancelEntries(desk: Desk, time: Millis): void {
  for (const { order } of ordersOf(desk, order => !order.reduceOnly))
    cancel(desk, order, { time, reason: 'the position is being left' });
}

function cancel(
  desk: Desk,
  order: Order,
  why: { readonly time: Millis; readonly reason: string },
): false {
  report(desk, { type: 'order.canceled', id: order.id, ...why });
  return false;
}
