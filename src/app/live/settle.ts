/**
 * Settling: orders that the venue accepted and that are open here, until they are done there.
 *
 * Promises: an entry that is recalled or past its limit is canceled at the venue; what the venue no
 * longer holds open is canceled here once every fill of it is booked. Never: believes an order gone
 * before its fills are known.
 */
import { FILLS_LATE_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { OpenOrder, Order } from '../../core/order.ts';
import { entriesHeld } from '../../trade/breaker.ts';
import { clientOrderId } from '../client-id.ts';
import { book } from './book.ts';
import {
  answer,
  type Desk,
  hasLasted,
  inTurn,
  isLeg,
  lookedUp,
  lotsOf,
  portfolioOf,
  signedLots,
  timeOf,
} from './desk.ts';
import { coverAhead } from './protect.ts';

export async function settleOrders(desk: Desk): Promise<Failure | null> {
  const orders = Object.values(portfolioOf(desk).orders).filter(({ order }) => !isLeg(order));
  return inTurn(orders, open => settleOne(desk, open));
}

async function settleOne(desk: Desk, { order }: OpenOrder): Promise<Failure | null> {
  const { id, symbol } = order;
  const clientId = clientOrderId(desk.directory, order);
  const recall = reasonToRecall(desk, order);
  if (recall !== null) {
    const canceled = await desk.venue.cancel(clientId, symbol);
    if (!canceled.ok && canceled.error.code !== 'not-found') return canceled.error;
  }
  const found = lookedUp(desk, clientId, await desk.venue.find(clientId, symbol));
  if (!found.ok) return found.error;
  if (found.value === null) return drop(desk, id);
  const { open, filledLots } = found.value;
  const known = portfolioOf(desk).orders[id]?.filledLots ?? filledLots;
  if (filledLots > known) {
    const failure = await book(desk, symbol);
    // What is filled and not told of yet is held: its stop does not wait for that.
    const isBehind = filledLots > (portfolioOf(desk).orders[id]?.filledLots ?? filledLots);
    const uncovered = isBehind ? await coverAhead(desk, order, filledLots) : null;
    if (failure !== null || uncovered !== null) return failure ?? uncovered;
  }
  const left = portfolioOf(desk).orders[id];
  if (open || left === undefined) return null;
  // Its last fills may be told of later than its end, or were booked as another's doing.
  const difference = filledLots - left.filledLots;
  const missing = {
    code: 'difference',
    retry: true,
    hint: `fills of an order in ${symbol} are missing`,
  };
  if (difference !== 0 && !hasLasted(desk, clientId, { difference, ms: FILLS_LATE_MS }))
    return missing;
  if (difference > 0 && !order.reduceOnly) {
    const held = await isHeldUnbooked(desk, order);
    if (typeof held !== 'boolean') return held;
    if (held) return missing;
  }
  desk.ahead.delete(symbol);
  const reason = recall ?? 'the exchange canceled what was not filled';
  answer(desk, { type: 'order.canceled', id, reason, time: timeOf(desk) });
  return null;
}

/** What the entry was filled with is there, and not booked as anybody's. */
async function isHeldUnbooked(desk: Desk, { symbol, side }: Order): Promise<Failure | boolean> {
  const found = await desk.venue.positions();
  if (!found.ok) return found.error;
  const lots = signedLots(found.value.find(position => position.symbol === symbol));
  return (lots - lotsOf(desk, symbol)) * (side === 'buy' ? 1 : -1) > 0;
}

/** Accepted once, and for a while unknown to the venue: it is not there any more. */
function drop(desk: Desk, id: string): null {
  const reason = 'the exchange knows of no such order';
  answer(desk, { type: 'order.canceled', id, reason, time: timeOf(desk) });
  return null;
}

/** Why an entry is called back from the venue; null: it waits on. */
function reasonToRecall({ world, venue }: Desk, order: Order): string | null {
  if (order.reduceOnly) return null;
  const held = entriesHeld(world['risk-manager']);
  if (held !== null) return held;
  return venue.now() >= order.expiresAt ? 'it found no other side in its time' : null;
}
