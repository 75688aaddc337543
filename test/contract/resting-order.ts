/**
 * The orders that the exchange contract is tried with.
 */
import { MINUTE_MS } from '../../src/base/time.ts';
import { type Approved, approve } from '../../src/core/order.ts';
import { BTC } from '../fixtures/paper-world.ts';

/** A limit order to buy; far below the market it rests. */
export const limitOrder = (
  id: string,
  { price, time }: { readonly price: number; readonly time: number },
): Approved =>
  approve({
    ...{ id, epoch: 1, symbol: BTC, side: 'buy', kind: 'limit', lots: 100, price },
    ...{ trigger: null, trail: null, reduceOnly: false, leverage: 2 },
    ...{ createdAt: time, expiresAt: time + 10 * MINUTE_MS, strategy: 'test' },
    ...{ exitReason: null, protection: null, models: { signal: 0, deep: 0 } },
  });

/** With more leverage than any exchange gives. */
export const reckless = (order: Approved): Approved => approve({ ...order, leverage: 1000 });
