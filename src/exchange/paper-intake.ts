/**
 * The paper exchange's counter: may this order be taken?
 *
 * Promises: the rules of a real exchange for one-way mode and isolated margin, each with a reason
 * in words. One position per symbol: an entry is refused while a position or another entry is
 * open there. Never: changes anything.
 */
import { feeOf, notional, UNITS_PER_QUOTE, type Units } from '../base/money.ts';
import { freeOf, reservedBy } from '../core/account.ts';
import type { Contract } from '../core/market.ts';
import { type Books, exitSide, type Order } from '../core/order.ts';
import { maintenanceRate, marginOf } from '../core/position.ts';
import type { Settings } from '../core/settings.ts';
import { isOnStep } from './paper-price.ts';

/** What the counter looks at. `lastPrice` is null before a symbol's first candle. */
export interface Counter {
  readonly books: Books;
  readonly settings: Settings;
  contractOf(symbol: string): Contract | undefined;
  lastPrice(symbol: string): number | null;
}

/** Why the order is refused, or null. */
export function refusal(order: Order, counter: Counter): string | null {
  const contract = counter.contractOf(order.symbol);
  if (contract === undefined) return `unknown symbol ${order.symbol}`;
  return (
    malformed(order, contract) ??
    (order.reduceOnly ? reduceRefusal(order, counter) : entryRefusal(order, contract, counter))
  );
}

function malformed(order: Order, contract: Contract): string | null {
  if (!Number.isSafeInteger(order.lots) || order.lots <= 0) return 'the quantity is not whole lots';
  const step = contract.priceStep;
  if (order.price !== null && !isOnStep(order.price, step)) return 'the price is not on a step';
  if (order.trigger !== null && !isOnStep(order.trigger, step))
    return 'the trigger is not on a step';
  switch (order.kind) {
    case 'market':
      return null;
    case 'limit':
      return order.price === null ? 'a limit order needs a price' : null;
    case 'trailing_stop':
      if (order.trail === null || !(order.trail > 0)) return 'a trailing stop needs a distance';
      return order.trigger === null ? 'a trailing stop needs a trigger' : null;
    default:
      return order.trigger === null ? `a ${order.kind} order needs a trigger` : null;
  }
}

function reduceRefusal(order: Order, { books }: Counter): string | null {
  const position = books.positions[order.symbol];
  if (position === undefined || order.side !== exitSide(position.direction))
    return 'there is no position to reduce';
  return null;
}

function entryRefusal(order: Order, contract: Contract, counter: Counter): string | null {
  if (order.kind !== 'market' && order.kind !== 'limit')
    return `a ${order.kind} order can only reduce a position`;
  if (counter.books.positions[order.symbol] !== undefined) return 'a position is already open';
  for (const id in counter.books.orders) {
    const other = counter.books.orders[id]?.order;
    if (other?.symbol === order.symbol && !other.reduceOnly) return 'an entry is already open';
  }
  const price = order.price ?? counter.lastPrice(order.symbol);
  if (price === null) return 'the symbol has no price yet';
  return (
    protectionRefusal(order, price, contract) ?? moneyRefusal(order, { price, contract }, counter)
  );
}

function protectionRefusal(order: Order, price: number, contract: Contract): string | null {
  const protection = order.protection;
  if (protection === null) return null;
  const { stop, takeProfit, trail } = protection;
  const long = order.side === 'buy';
  if (!isOnStep(stop, contract.priceStep)) return 'the stop is not on a step';
  if (long ? stop >= price : stop <= price) return 'the stop is on the wrong side of the price';
  if (takeProfit !== null && !isOnStep(takeProfit, contract.priceStep))
    return 'the target is not on a step';
  if (takeProfit !== null && (long ? takeProfit <= price : takeProfit >= price))
    return 'the target is on the wrong side of the price';
  return trail !== null && !(trail > 0) ? 'the trailing distance is not positive' : null;
}

function moneyRefusal(
  order: Order,
  { price, contract }: { readonly price: number; readonly contract: Contract },
  counter: Counter,
): string | null {
  if (!(order.leverage >= 1 && order.leverage <= contract.leverageMax))
    return `the leverage is not between 1 and ${contract.leverageMax}`;
  const quote = price * order.lots * contract.lotSize;
  if (!Number.isSafeInteger(Math.ceil(quote * UNITS_PER_QUOTE))) return 'the order is too large';
  const amount = notional(price, order.lots, contract.lotSize);
  if (order.lots < (contract.lotsMin ?? 1)) return 'the order is below the minimum size';
  if (amount < contract.notionalMin) return 'the order is below the minimum notional';
  if (1 / order.leverage <= maintenanceRate(contract, amount))
    return 'the margin at this leverage is below maintenance';
  const need = marginOf(amount, order.leverage) + feeOf(amount, counter.settings.takerFee);
  return need > freeMargin(counter) ? 'the free margin does not cover it' : null;
}

function freeMargin(counter: Counter): Units {
  const { books } = counter;
  let reserved = 0;
  for (const id in books.orders) {
    const open = books.orders[id];
    if (open === undefined) continue;
    const contract = counter.contractOf(open.order.symbol);
    if (contract === undefined) continue;
    const price = counter.lastPrice(open.order.symbol) ?? 0;
    reserved += reservedBy(
      open.order,
      { lots: open.order.lots - open.filledLots, price },
      contract,
    );
  }
  return freeOf(books, reserved);
}
