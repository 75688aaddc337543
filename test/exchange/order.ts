/**
 * An order of the test exchange, and what its API says of one.
 *
 * Promises: the fields of the answers are KuCoin's. Never: changes an order; books do.
 */
import type { Contract } from './contract.ts';
import { text } from './decimal.ts';

export type Side = 'buy' | 'sell';

/** What was asked for. */
export interface Wanted {
  /** Empty: placed by a person on the website. */
  readonly clientOid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: 'market' | 'limit';
  /** Lots. A close order has the position's. */
  readonly size: number;
  /** 1e-8; null: at the market. */
  readonly price: bigint | null;
  readonly leverage: number;
  readonly reduceOnly: boolean;
  readonly closeOrder: boolean;
  /** Triggers when the price goes so far; '': is no stop order. */
  readonly stop: '' | 'up' | 'down';
  readonly stopPrice: bigint | null;
  readonly timeInForce: 'GTC' | 'IOC' | 'FOK';
  readonly postOnly: boolean;
  /** Where stops are placed with every fill of it; null: none. */
  readonly attached: Attached | null;
}

/** A price above and a price below at which the lots that were opened are closed. */
export interface Attached {
  readonly up: bigint | null;
  readonly down: bigint | null;
}

export interface Order extends Wanted {
  readonly id: string;
  readonly createdMs: number;
  /** A close order has the position's lots when it is triggered. */
  size: number;
  /** A stop order waits until it is triggered; an open one is in the book, or works in pieces. */
  state: 'waiting' | 'open' | 'done';
  triggered: boolean;
  /** True when what was left of it was canceled. */
  canceled: boolean;
  filledLots: number;
  filledValue: bigint;
  /** Pieces it will be filled in, at least. */
  pieces: number;
  updatedMs: number;
  /** By the machine's clock: from then on it is found and listed. */
  readonly shownFromMs: number;
}

export const remaining = (order: Order): number => order.size - order.filledLots;

/** One row of `orders`, `stopOrders`, `orders/{id}`, `orders/byClientOid`. */
export function orderAnswer(order: Order, contract: Contract): object {
  const { id, symbol, type, side, size, filledLots, updatedMs, createdMs, canceled } = order;
  const isActive = order.state !== 'done';
  const filledValue = text(order.filledValue);
  const worth = order.price === null ? order.filledValue : worthOf(contract, order.price, size);
  return {
    ...{ id, symbol, type, side, size, stp: '', value: text(worth) },
    ...{ price: order.price === null ? null : text(order.price) },
    ...{ dealValue: filledValue, dealSize: filledLots, filledValue, filledSize: filledLots },
    ...{ stop: order.stop, stopPriceType: order.stop === '' ? '' : 'TP' },
    ...{ stopTriggered: order.triggered },
    ...{ stopPrice: order.stopPrice === null ? null : text(order.stopPrice) },
    ...{ timeInForce: order.timeInForce, postOnly: order.postOnly, hidden: false, iceberg: false },
    ...{ leverage: String(order.leverage), forceHold: false, closeOrder: order.closeOrder },
    ...{ visibleSize: null, clientOid: order.clientOid === '' ? null : order.clientOid },
    ...{ remark: null, tags: null, isActive, cancelExist: canceled },
    ...{ createdAt: createdMs, updatedAt: updatedMs, endAt: isActive ? null : updatedMs },
    ...{ orderTime: createdMs * 1_000_000, settleCurrency: 'USDT' },
    ...{ status: isActive ? 'open' : 'done', reduceOnly: order.reduceOnly },
    ...{ marginMode: 'ISOLATED', positionSide: 'BOTH', tradeType: 'trade' },
    ...{ avgDealPrice: averagePrice(order, contract) },
  };
}

/** Worth of so many lots at a price, 1e-8 USDT. Exact: a tick times a lot is a whole number. */
export function worthOf(contract: Contract, price: bigint, lots: number): bigint {
  const scaled = price * contract.multiplier * BigInt(lots);
  if (scaled % 100_000_000n !== 0n) throw new RangeError(`a worth finer than 1e-8: ${scaled}`);
  return scaled / 100_000_000n;
}

/** What one coin cost on average, rounded down: an answer, no part of the books. */
function averagePrice(order: Order, contract: Contract): string {
  if (order.filledLots === 0) return '0';
  const coins = contract.multiplier * BigInt(order.filledLots);
  return text((order.filledValue * 100_000_000n) / coins);
}
