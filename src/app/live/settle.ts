/**
 * Settling: orders that the venue accepted and that are open here, until they are done there.
 *
 * Promises: an entry that is recalled or past its limit is canceled at the venue; what the venue no
 * longer holds open is canceled here once every fill of it is booked. Never: believes an order gone
 * before its fills are known.
 */
import { FILL_OVERLAP_MS, FILLS_LATE_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { OpenOrder, Order } from '../../core/order.ts';
import type { VenueOrder } from '../../core/venue.ts';
import { isFillOf, isTaken } from '../../core/venue-books.ts';
import { entriesHeld } from '../../trade/breaker.ts';
import { clientOrderId } from '../client-id.ts';
import { book } from './book.ts';
import {
  answer,
  booksOf,
  type Desk,
  hasLasted,
  isLeg,
  lookedUp,
  lotsOf,
  portfolioOf,
  signedLots,
  timeOf,
} from './desk.ts';
import { coverAhead } from './protect.ts';
import { inTurn } from './turns.ts';

const PAST_ITS_TIME = 'it found no other side in its time';

export function settleOrders(desk: Desk, symbol: string): Promise<Failure | null> {
  const orders = Object.values(portfolioOf(desk).orders).filter(
    ({ order }) => order.symbol === symbol && !isLeg(order),
  );
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
  const there = found.value;
  const { open, filledLots } = there;
  const booked = (): number => portfolioOf(desk).orders[id]?.filledLots ?? filledLots;
  if (filledLots > booked()) {
    const failure = await book(desk, symbol);
    // What is filled and not told of yet is held: its stop does not wait for that.
    const isBehind = filledLots > booked() && !(await isSpent(desk, order, there));
    const uncovered = isBehind ? await coverAhead(desk, order, filledLots) : null;
    if (failure !== null || uncovered !== null) return failure ?? uncovered;
  }
  const left = portfolioOf(desk).orders[id];
  if (open || left === undefined) return null;
  // Its last fills may be told of later than its end.
  if (!(await isOver(desk, left, there)))
    return { code: 'difference', retry: true, hint: `fills of an order in ${symbol} are missing` };
  desk.ahead.delete(symbol);
  const time = timeOf(desk);
  const reason = recall ?? 'the exchange canceled what was not filled';
  if (recall === PAST_ITS_TIME) answer(desk, { type: 'order.expired', id, time });
  else answer(desk, { type: 'order.canceled', id, reason, time });
  return null;
}

/** All of it is booked; or fills did not come for a while, and nothing that may be of them is there. */
async function isOver(
  desk: Desk,
  { order, filledLots }: OpenOrder,
  there: VenueOrder,
): Promise<boolean> {
  const difference = there.filledLots - filledLots;
  if (difference === 0) return true;
  if (difference > 0 && (await isBookedWhole(desk, order, there))) return true;
  const clientId = clientOrderId(desk.directory, order);
  if (!hasLasted(desk, clientId, { difference, ms: FILLS_LATE_MS })) return false;
  return order.reduceOnly || !(await isHeldUnbooked(desk, order));
}

/** Nothing of it is booked as its own, and all of it as another's doing: it opened nothing. */
async function isSpent(desk: Desk, order: Order, there: VenueOrder): Promise<boolean> {
  const taken = booksOf(desk).fills[order.symbol] ?? [];
  const isKnown = taken.some(({ id }) => isFillOf(id, there.venueId));
  const isOwn = (portfolioOf(desk).orders[order.id]?.filledLots ?? 0) > 0;
  return isKnown && !isOwn && isBookedWhole(desk, order, there);
}

/** What the entry was filled with may be there, and is not booked as anybody's. */
async function isHeldUnbooked(desk: Desk, { symbol, side }: Order): Promise<boolean> {
  const found = await desk.venue.positions();
  if (!found.ok) return true;
  const lots = signedLots(found.value.find(position => position.symbol === symbol));
  return (lots - lotsOf(desk, symbol)) * (side === 'buy' ? 1 : -1) > 0;
}

/** Every fill of it was booked, some of them as another's doing. */
async function isBookedWhole(
  desk: Desk,
  { symbol, createdAt }: Order,
  { venueId, filledLots }: VenueOrder,
): Promise<boolean> {
  const found = await desk.venue.fills(symbol, createdAt - FILL_OVERLAP_MS);
  if (!found.ok) return false;
  const taken = found.value.filter(
    fill => fill.venueId === venueId && isTaken(booksOf(desk), symbol, fill),
  );
  return taken.reduce((sum, { lots }) => sum + lots, 0) >= filledLots;
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
  return venue.now() >= order.expiresAt ? PAST_ITS_TIME : null;
}
