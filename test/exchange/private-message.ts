/**
 * What the private WebSocket topics say of orders, stops, positions and the wallet.
 *
 * Promises: KuCoin's topics, subjects and fields. Never: says more than happened.
 */
import { text } from './decimal.ts';
import type { Fill } from './fill.ts';
import { type Order, remaining } from './order.ts';
import { type Position, positionAnswer } from './position.ts';
import type { Message } from './push.ts';

const NANOS_PER_MS = 1_000_000;

export type OrderEvent = 'open' | 'match' | 'filled' | 'canceled';

/** Topic `tradeOrders`, of all contracts and of one. */
export function orderMessages(order: Order, event: OrderEvent, fill: Fill | null): Message[] {
  const status = event === 'open' ? 'open' : event === 'match' ? 'match' : 'done';
  const match =
    fill === null
      ? {}
      : {
          ...{ matchPrice: text(fill.price), matchSize: String(fill.lots), tradeId: fill.tradeId },
          ...{ liquidity: fill.liquidity, feeType: `${fill.liquidity}Fee`, tradeType: fill.kind },
        };
  const data = {
    ...{ symbol: order.symbol, orderType: order.type, side: order.side, orderId: order.id },
    ...{ clientOid: order.clientOid, type: event, status, size: String(order.size) },
    ...{ filledSize: String(order.filledLots), positionSide: 'BOTH', marginMode: 'ISOLATED' },
    ...{ canceledSize: event === 'canceled' ? String(remaining(order)) : '0' },
    ...{ remainSize: event === 'canceled' ? '0' : String(remaining(order)) },
    ...{ price: order.price === null ? '0' : text(order.price), tradeType: 'trade' },
    ...{ orderTime: order.createdMs * NANOS_PER_MS, ts: order.updatedMs * NANOS_PER_MS },
    ...match,
  };
  const topic = '/contractMarket/tradeOrders';
  return [
    { topic, subject: 'orderChange', data },
    { topic: `${topic}:${order.symbol}`, subject: 'symbolOrderChange', data },
  ];
}

export type StopEvent = 'open' | 'triggered' | 'cancel';

/** Topic `advancedOrders`. `error`: why a triggered order could not be placed. */
export function stopMessages(order: Order, event: StopEvent, error: string = ''): Message[] {
  const outcome = event === 'triggered' ? { triggerSuccess: error === '' } : {};
  const data = {
    ...{ orderId: order.id, symbol: order.symbol, type: event, orderType: 'stop' },
    ...{ side: order.side, size: String(order.size), clientOid: order.clientOid },
    ...{ orderPrice: order.price === null ? '0' : text(order.price), stop: order.stop },
    ...{ stopPrice: text(order.stopPrice ?? 0n), stopPriceType: 'TP', marginMode: 'ISOLATED' },
    ...{ createdAt: order.createdMs, ts: order.updatedMs * NANOS_PER_MS, error, ...outcome },
  };
  return [{ topic: '/contractMarket/advancedOrders', subject: 'stopOrder', data }];
}

export function positionMessages(position: Position, price: bigint, nowMs: number): Message[] {
  const { id } = position.contract;
  const data = { ...positionAnswer(position, price, nowMs), changeReason: 'positionChange' };
  const subject = 'position.change';
  return [
    { topic: `/contract/position:${id}`, subject, data },
    { topic: '/contract/positionAll', subject, data },
  ];
}

export interface Funding {
  readonly id: number;
  readonly symbol: string;
  readonly atMs: number;
  readonly rate: number;
  readonly price: bigint;
  readonly lots: number;
  readonly cost: bigint;
  /** Received; negative: paid. */
  readonly amount: bigint;
}

export function fundingMessages(funding: Funding): Message[] {
  const data = {
    ...{ fundingTime: funding.atMs, qty: funding.lots, markPrice: Number(text(funding.price)) },
    ...{ fundingRate: funding.rate, fundingFee: Number(text(funding.amount)) },
    ...{ ts: funding.atMs * NANOS_PER_MS, settleCurrency: 'USDT' },
  };
  const subject = 'position.settlement';
  return [{ topic: `/contract/position:${funding.symbol}`, subject, data }];
}

export interface Balance {
  readonly wallet: bigint;
  readonly available: bigint;
  readonly positionMargin: bigint;
  readonly orderMargin: bigint;
  readonly unrealised: bigint;
}

export function walletMessages(balance: Balance, nowMs: number): Message[] {
  const { wallet, available, positionMargin, orderMargin } = balance;
  const data = {
    ...{ currency: 'USDT', walletBalance: text(wallet), availableBalance: text(available) },
    ...{ holdBalance: '0', equity: text(wallet + balance.unrealised), crossPosMargin: '0' },
    ...{ isolatedOrderMargin: text(orderMargin), isolatedPosMargin: text(positionMargin) },
    ...{ isolatedUnPnl: text(balance.unrealised), availableMargin: text(available) },
    ...{ maxWithdrawAmount: text(available), timestamp: String(nowMs), version: String(nowMs) },
  };
  return [{ topic: '/contractAccount/wallet', subject: 'walletBalance.change', data }];
}
