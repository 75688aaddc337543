/**
 * One fill, as books keep it and as `fills` tells it.
 *
 * Promises: trade ids are unique. Never: changes.
 */
import { MAKER_RATE, TAKER_RATE } from './contract.ts';
import { text } from './decimal.ts';
import type { Order, Side } from './order.ts';

export interface Fill {
  readonly tradeId: string;
  readonly orderId: string;
  readonly clientOid: string;
  readonly symbol: string;
  readonly side: Side;
  readonly lots: number;
  readonly price: bigint;
  readonly value: bigint;
  readonly fee: bigint;
  readonly liquidity: 'taker' | 'maker';
  readonly kind: 'trade' | 'liquidation';
  readonly orderType: Order['type'];
  readonly atMs: number;
}

export const feeRate = (liquidity: Fill['liquidity']): bigint =>
  liquidity === 'taker' ? TAKER_RATE : MAKER_RATE;

export const fillAnswer = (fill: Fill): object => ({
  ...{ symbol: fill.symbol, tradeId: fill.tradeId, orderId: fill.orderId, side: fill.side },
  ...{ liquidity: fill.liquidity, forceTaker: fill.liquidity === 'taker', size: fill.lots },
  ...{ price: text(fill.price), value: text(fill.value), feeRate: text(feeRate(fill.liquidity)) },
  ...{ fixFee: '0', feeCurrency: 'USDT', stop: '', tradeTime: fill.atMs * 1_000_000 },
  ...{ fee: text(fill.fee), settleCurrency: 'USDT', orderType: fill.orderType },
  ...{ tradeType: fill.kind, createdAt: fill.atMs, marginMode: 'ISOLATED', openFeePay: '0' },
  ...{ closeFeePay: '0', displayType: fill.orderType, positionSide: 'BOTH' },
});

/** What judges are shown. */
export const fillBook = (fill: Fill) => ({
  ...fill,
  price: text(fill.price),
  value: text(fill.value),
  fee: text(fill.fee),
});
