/**
 * Booking: fills and settlements of the venue become facts, each once, in the order of their times.
 *
 * Promises: a fill is known by the venue's own ids of trade and order, so asking twice books once; what no order of ours
 * explains is booked as what it is: closed by another's hand, or lots of somebody else. Never:
 * believes a stream; it asks.
 */
import { NAMES_AT_ONCE } from '../../base/limits.ts';
import type { Failure, Result } from '../../base/result.ts';
import { ok } from '../../base/result.ts';
import type { Report, VenueReport } from '../../core/fact.ts';
import { exitSide, type Order } from '../../core/order.ts';
import type { VenueFill, VenueFunding, VenuePosition } from '../../core/venue.ts';
import { fillKeyOf, fillsSince, isTaken } from '../../core/venue-books.ts';
import { leaveBeyond, strangeReport } from './adopt.ts';
import {
  answer,
  askedSince,
  booksOf,
  type Desk,
  lookedUp,
  noteName,
  ownOrders,
  portfolioOf,
  timeOf,
} from './desk.ts';
import { atOnce } from './turns.ts';

/** Books what a symbol's fills and settlements tell that is new; null, or why it could not ask. */
export async function book(desk: Desk, symbol: string): Promise<Failure | null> {
  const fills = await newFills(desk, symbol);
  desk.unbooked.add(symbol);
  if (!fills.ok) return fills.error;
  const isFunded = fills.value.length > 0 && portfolioOf(desk).positions[symbol] !== undefined;
  // A settlement belongs to the position that a fill may close.
  const settled = isFunded ? await newFunding(desk, symbol) : ok([]);
  if (!settled.ok) return settled.error;
  const nameless = await learnNames(desk, symbol, fills.value);
  if (nameless !== null) return nameless;
  desk.unbooked.delete(symbol);
  await learnLeverage(desk, fills.value);
  const due = [...settled.value];
  for (const fill of fills.value) {
    while (due[0] !== undefined && due[0].time <= fill.time) settle(desk, due.shift());
    take(desk, fill);
  }
  for (const settlement of due) settle(desk, settlement);
  return null;
}

/** Settlements alone: while nothing is filled they come by themselves. */
export async function bookFunding(desk: Desk, symbol: string): Promise<Failure | null> {
  const settled = await newFunding(desk, symbol);
  if (!settled.ok) return settled.error;
  for (const settlement of settled.value) settle(desk, settlement);
  return null;
}

async function newFills(desk: Desk, symbol: string): Promise<Result<VenueFill[]>> {
  const books = booksOf(desk);
  const [list, asked] = [`fills ${symbol}`, timeOf(desk)];
  const since = askedSince(desk, list, fillsSince(books, symbol));
  const found = await desk.venue.fills(symbol, since);
  if (!found.ok) return found;
  desk.heard.set(list, asked);
  const fresh = found.value.filter(
    fill => fill.time >= books.since && !isTaken(books, symbol, fill),
  );
  // A venue may tell of one twice in an answer.
  const once = new Map(fresh.map(fill => [fillKeyOf(fill), fill]));
  return ok([...once.values()].sort((one, other) => one.time - other.time));
}

async function newFunding(desk: Desk, symbol: string): Promise<Result<VenueFunding[]>> {
  const { since, funded } = booksOf(desk);
  const after = funded[symbol] ?? since;
  const [list, asked] = [`funding ${symbol}`, timeOf(desk)];
  const found = await desk.venue.funding(symbol, askedSince(desk, list, after));
  if (!found.ok) return found;
  desk.heard.set(list, asked);
  const fresh = found.value.filter(({ time }) => time > after);
  return ok(fresh.sort((one, other) => one.time - other.time));
}

function settle(desk: Desk, settlement: VenueFunding | undefined): void {
  // Where the venue tells only what was paid, the amount says all that money needs.
  if (settlement !== undefined)
    answer(desk, { type: 'funding.settled', ...settlement, rate: settlement.rate ?? 0 });
}

/** The client id of the order behind a fill is asked for once an order. */
async function learnNames(
  desk: Desk,
  symbol: string,
  fills: readonly VenueFill[],
): Promise<Failure | null> {
  const nameless = fills.map(({ venueId }) => venueId).filter(venueId => !desk.names.has(venueId));
  const asked = [...new Set(nameless)];
  for (let from = 0; from < asked.length; from += NAMES_AT_ONCE) {
    const few = asked.slice(from, from + NAMES_AT_ONCE);
    const failure = await atOnce(few, venueId => learnName(desk, symbol, venueId));
    if (failure !== null) return failure;
  }
  return null;
}

async function learnName(desk: Desk, symbol: string, venueId: string): Promise<Failure | null> {
  const found = lookedUp(desk, venueId, await desk.venue.order(venueId, symbol));
  if (!found.ok) return found.error;
  noteName(desk, venueId, found.value?.clientId ?? null);
  return null;
}

/** Before lots of another hand are adopted. Without an answer the config's is taken. */
async function learnLeverage(desk: Desk, fills: readonly VenueFill[]): Promise<void> {
  const own = ownOrders(desk);
  const isOurs = ({ venueId }: VenueFill): boolean => own.has(desk.names.get(venueId) ?? '');
  if (fills.every(isOurs)) return;
  const found = await desk.venue.positions();
  if (found.ok) noteLeverages(desk, found.value);
}

export function noteLeverages(desk: Desk, positions: readonly VenuePosition[]): void {
  for (const { symbol, leverage } of positions) desk.leverages.set(symbol, leverage);
}

function take(desk: Desk, fill: VenueFill): void {
  const report = reportOf(desk, fill);
  answer(desk, report);
  const { symbol, side, price, time } = fill;
  const over = report.type === 'order.filled' ? fill.lots - report.lots : 0;
  // It closed a position and opened another: at this price, which no list of positions would tell.
  if (over > 0)
    answer(
      desk,
      strangeReport(desk, { symbol, side, lots: over, price, fee: 0, time, of: fillKeyOf(fill) }),
    );
  if (report.type === 'position.adopted') leaveBeyond(desk, symbol);
}

function reportOf(desk: Desk, fill: VenueFill): Report | VenueReport {
  const { symbol, side, lots, price, fee, time, liquidity } = fill;
  const fillId = fillKeyOf(fill);
  const clientId = desk.names.get(fill.venueId) ?? null;
  const order =
    clientId === null ? undefined : (ownOrders(desk).get(clientId) ?? desk.retired.get(clientId));
  const filled = {
    type: 'order.filled',
    symbol,
    side,
    price,
    fee,
    liquidity,
    time,
    fillId,
  } as const;
  if (!fill.liquidation && order !== undefined && isOpenFor(desk, order, fill))
    return { ...filled, id: order.id, lots, exitReason: order.exitReason };
  const held = portfolioOf(desk).positions[symbol];
  if (held === undefined || side !== exitSide(held.direction))
    return strangeReport(desk, { symbol, side, lots, price, fee, time, fillId });
  const closed = { ...filled, lots: Math.min(lots, held.lots) };
  return fill.liquidation
    ? { ...closed, id: `liquidation:${symbol}`, exitReason: 'liquidation' }
    : { ...closed, id: `hand:${fillId}`, exitReason: order?.exitReason ?? 'force_exit' };
}

/** Whether the fill is what the order was for. Another's hand may have been there before it. */
function isOpenFor(
  desk: Desk,
  { id, reduceOnly }: Order,
  { symbol, side, lots }: VenueFill,
): boolean {
  const { outbox, orders, positions } = portfolioOf(desk);
  const open = orders[id];
  const known = open?.order ?? outbox[id]?.order;
  if (known === undefined || lots > known.lots - (open?.filledLots ?? 0)) return false;
  const held = positions[symbol];
  if (held === undefined) return !reduceOnly;
  return reduceOnly
    ? side === exitSide(held.direction) && lots <= held.lots
    : held.entryOrderId === id;
}
