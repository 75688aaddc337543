/**
 * Delivery: approved orders leave, each once, and what became of them comes back.
 *
 * Promises: an order whose request may have been heard is looked up before anything else is done
 * about it, and only a venue that has not known it for a while makes it one that was never sent; an
 * order past its limit expires instead of being sent; no entry leaves while a stop of its symbol is
 * missing or stands too many. Never: gives an order a second client id.
 */
import { ENTRY_SENT_WITHIN_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { Approved } from '../../core/order.ts';
import { LATER, type Ticket } from '../../core/venue.ts';
import { stopsToWithdraw } from '../../core/venue-books.ts';
import { entriesHeld } from '../../trade/breaker.ts';
import { outboxOf } from '../../trade/portfolio.ts';
import { clientOrderId } from '../client-id.ts';
import {
  answer,
  booksOf,
  type Desk,
  lookedUp,
  missingStops,
  noteName,
  portfolioOf,
  timeOf,
} from './desk.ts';
import { inTurn } from './turns.ts';

/** Takes each order of a symbol as far as it goes. Returns the first failure that is worth another try. */
export const deliver = (desk: Desk, symbol: string): Promise<Failure | null> =>
  deliverThose(desk, order => order.symbol === symbol);

/** The same, of those that close what is held. */
export const deliverExits = (desk: Desk, symbol: string): Promise<Failure | null> =>
  deliverThose(desk, order => order.symbol === symbol && order.reduceOnly);

const deliverThose = (desk: Desk, isOf: (order: Approved) => boolean): Promise<Failure | null> =>
  inTurn(outboxOf(portfolioOf(desk)).filter(isOf), order => deliverOne(desk, order));

async function deliverOne(desk: Desk, order: Approved): Promise<Failure | null> {
  const clientId = clientOrderId(desk.directory, order);
  if (desk.perhapsSent.has(clientId)) {
    const verdict = await lookUp(desk, order, clientId);
    if (verdict !== 'never sent') return verdict;
  }
  const reason = reasonToDrop(desk, order);
  if (reason !== null) {
    answer(desk, { type: 'order.canceled', id: order.id, reason, time: timeOf(desk) });
    return null;
  }
  if (desk.venue.now() >= lastMoment(order)) {
    answer(desk, { type: 'order.expired', id: order.id, time: timeOf(desk) });
    return null;
  }
  if (order.reduceOnly) return send(desk, order, clientId);
  if (desk.comparedAt === null || isUnsettled(desk, order.symbol)) return null;
  const failure = await prepare(desk, order);
  if (failure !== null && isFinal(failure)) return reject(desk, order, failure);
  // Time has passed, somebody may have spoken, another pair may stand bare: all is asked again.
  if (failure !== null || reasonToDrop(desk, order) !== null) return failure;
  if (isUnsettled(desk, order.symbol)) return null;
  return desk.venue.now() >= lastMoment(order) ? null : send(desk, order, clientId);
}

/** An entry was sized for the price at its candle's close; an exit is always due. */
const lastMoment = ({ reduceOnly, expiresAt, createdAt }: Approved): number =>
  reduceOnly ? expiresAt : Math.min(expiresAt, createdAt + ENTRY_SENT_WITHIN_MS);

async function prepare(desk: Desk, { symbol, leverage }: Approved): Promise<Failure | null> {
  if (desk.prepared.get(symbol) === leverage) return null;
  const prepared = await desk.venue.prepare(symbol, leverage);
  if (!prepared.ok) return prepared.error;
  desk.prepared.set(symbol, leverage);
  return null;
}

/** What the venue knows of an order that it may have heard of; null: it was answered. */
async function lookUp(
  desk: Desk,
  order: Approved,
  clientId: string,
): Promise<Failure | 'never sent' | null> {
  const { id, symbol } = order;
  const found = lookedUp(desk, clientId, await desk.venue.find(clientId, symbol));
  if (!found.ok) return doubt(desk, order, found.error);
  desk.perhapsSent.delete(clientId);
  if (found.value === null) return 'never sent';
  answer(desk, { type: 'order.accepted', id, time: timeOf(desk) });
  return null;
}

/** Told once an order: until its answer comes the symbol is frozen for entries. */
function doubt(desk: Desk, { id }: Approved, error: Failure): Failure {
  if (portfolioOf(desk).outbox[id]?.doubted !== true)
    answer(desk, { type: 'order.doubted', id, reason: error.code, time: timeOf(desk) });
  return error;
}

/** Why an order that has surely not been sent is not sent any more; null: it is. */
function reasonToDrop({ world, unfit }: Desk, { reduceOnly, symbol }: Approved): string | null {
  if (reduceOnly)
    return world.portfolio.positions[symbol] === undefined ? 'its position is closed' : null;
  const how = unfit.get(symbol);
  return entriesHeld(world['risk-manager']) ?? (how === undefined ? null : `the pair is ${how}`);
}

function isUnsettled(desk: Desk, symbol: string): boolean {
  // What was filled there is not known: nor is what is at stake.
  if (desk.unbooked.has(symbol) || desk.ahead.has(symbol)) return true;
  const [account, books] = [portfolioOf(desk), booksOf(desk)];
  // Protection first: no risk is added while one is not covered.
  const isBare = missingStops(desk).length > 0;
  return isBare || stopsToWithdraw(account, books).some(stale => stale.symbol === symbol);
}

async function send(desk: Desk, order: Approved, clientId: string): Promise<Failure | null> {
  const { venue, perhapsSent } = desk;
  const { id } = order;
  perhapsSent.add(clientId);
  const placed = await venue.place(ticketOf(order, clientId));
  if (placed.ok) {
    perhapsSent.delete(clientId);
    noteName(desk, placed.value, clientId);
    answer(desk, { type: 'order.accepted', id, time: timeOf(desk) });
    return null;
  }
  const { code, retry } = placed.error;
  if (retry || code === 'duplicate') return doubt(desk, order, placed.error);
  perhapsSent.delete(clientId);
  return isFinal(placed.error) ? reject(desk, order, placed.error) : placed.error;
}

/** It had no effect, and would have none another time. */
const isFinal = ({ code, retry }: Failure): boolean => !retry && !LATER.has(code);

function reject(desk: Desk, { id }: Approved, { hint }: Failure): null {
  answer(desk, { type: 'order.rejected', id, reason: hint, time: timeOf(desk) });
  return null;
}

export const ticketOf = (order: Approved, clientId: string): Ticket => ({
  clientId,
  symbol: order.symbol,
  side: order.side,
  kind: order.kind === 'limit' ? 'limit' : 'market',
  lots: order.lots,
  price: order.price,
  trigger: null,
  reduceOnly: order.reduceOnly,
  leverage: order.leverage,
});
