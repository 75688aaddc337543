/**
 * Protection: each leg of a position stands at the venue as a stop order, and none else does.
 *
 * Promises: a leg that changed is placed anew before its former revision is withdrawn, so that a
 * position is never without its stop in between; a stop that the venue will not take, or does not
 * take for a while, means that the position is left (a target that it will not take means nothing);
 * what was filled has its stop before its fills are told of. Never: places one revision twice (a
 * request that may have been heard is asked after first, and repeated under the same client id).
 */
import { STOP_GIVEN_UP_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import { stopLegOf } from '../../core/bracket.ts';
import { exitSide, type Order } from '../../core/order.ts';
import { LATER, type VenueOrder } from '../../core/venue.ts';
import { type StaleStop, stopsToWithdraw, type WantedStop } from '../../core/venue-books.ts';
import { stopClientId } from '../client-id.ts';
import { leaveNow } from './adopt.ts';
import { book } from './book.ts';
import {
  answer,
  booksOf,
  type Desk,
  lookedUp,
  missingStops,
  type NextStop,
  nextRevision,
  nextStops,
  noteName,
  portfolioOf,
  refusalOf,
  retire,
  timeOf,
  wantedStops,
} from './desk.ts';
import { missStop } from './gone.ts';
import { inTurn } from './turns.ts';

/** Places what is missing of a symbol, plain stops first. Returns the first failure. */
export async function placeStops(desk: Desk, symbol: string): Promise<Failure | null> {
  const failure = await findFired(desk, symbol);
  const wanted = wantedStops(desk).filter(stop => stop.symbol === symbol);
  // What is not wanted any more was given up by no one.
  for (const [id, untaken] of desk.untaken)
    if (
      untaken.symbol === symbol &&
      !desk.ahead.has(symbol) &&
      !wanted.some(stop => stop.id === id)
    )
      desk.untaken.delete(id);
  const unplaced = await placeEach(desk, wanted);
  return failure ?? unplaced;
}

/** Only what is missing: without it a position of the symbol is bare. */
export const placeMissing = (desk: Desk, symbol: string): Promise<Failure | null> =>
  placeEach(
    desk,
    missingStops(desk).filter(stop => stop.symbol === symbol),
  );

async function placeEach(desk: Desk, stops: readonly WantedStop[]): Promise<Failure | null> {
  const failure = await inTurn(stops, stop => placeStop(desk, stop));
  if (stops.length > 0) desk.placedAt = desk.elapsed();
  return failure;
}

/** The stop of an entry whose fills are not told of yet: as its leg will be. */
export async function coverAhead(desk: Desk, entry: Order, lots: number): Promise<Failure | null> {
  const held = portfolioOf(desk).positions[entry.symbol];
  // Booked already as another's doing: its position has its stop.
  if (held !== undefined && held.entryOrderId !== entry.id) return null;
  if (entry.protection === null || entry.reduceOnly) return null;
  const id = stopLegOf(entry.id);
  desk.ahead.set(entry.symbol, lots);
  if ((booksOf(desk).stops[id]?.placed.at(-1)?.lots ?? 0) >= lots) return null;
  const { symbol, leverage } = entry;
  const side = exitSide(entry.side === 'buy' ? 'long' : 'short');
  const terms = { id, symbol, side, leverage, lots, trigger: entry.protection.stop } as const;
  const { revision } = nextRevision(desk, id);
  const failure = await placeStop(desk, { ...terms, kind: 'stop', revision });
  return failure?.code === 'no-position' ? null : failure;
}

async function placeStop(desk: Desk, wanted: WantedStop): Promise<Failure | null> {
  const { venue, perhapsSent, directory } = desk;
  const { id, symbol, side, kind, lots, trigger, leverage, revision } = wanted;
  const epoch = desk.epoch();
  const clientId = stopClientId(directory, id, { epoch, revision });
  const sent = { ...wanted, epoch, clientId };
  const isInDoubt = perhapsSent.has(clientId);
  if (isInDoubt) {
    const found = await venue.find(clientId, symbol);
    if (found.ok) return tellFound(desk, sent, found.value);
    if (found.error.code !== 'not-found') {
      desk.untaken.delete(id);
      return found.error;
    }
    if (isGivenUp(desk, wanted)) leave(desk, wanted);
  }
  perhapsSent.add(clientId);
  const terms = { clientId, symbol, side, kind, lots, trigger, price: null, leverage };
  const placed = await venue.place({ ...terms, reduceOnly: true });
  if (placed.ok) {
    noteName(desk, placed.value, clientId);
    return tellPlaced(desk, sent, { lots, trigger });
  }
  const { code, retry } = placed.error;
  if (retry || code === 'duplicate') return placed.error;
  // What was surely not taken is asked for again under its name; an earlier request may have been heard.
  if (!isInDoubt) perhapsSent.delete(clientId);
  return refused(desk, wanted, placed.error);
}

function refused(desk: Desk, wanted: WantedStop, error: Failure): Failure | null {
  // Another time it may be taken. Without a position there is nothing left to protect, as a rule.
  if (LATER.has(error.code) || error.code === 'no-position') {
    if (isGivenUp(desk, wanted)) leave(desk, wanted);
    return error;
  }
  if (wanted.kind === 'stop' || error.code === 'triggers-at-once') {
    leave(desk, wanted);
    return error;
  }
  desk.refused.add(refusalOf(wanted));
  desk.warn(`a target in ${wanted.symbol} is not taken by the exchange (${error.hint})`);
  return null;
}

/** A venue that answers, does not have it, and has not taken it for a while: an outage is no refusal. */
function isGivenUp(
  { untaken, elapsed, ...desk }: Desk,
  { id, symbol, kind, lots }: WantedStop,
): boolean {
  const placed = desk.world.portfolio.venue?.stops[id]?.placed ?? [];
  if (kind !== 'stop' || placed.some(stop => stop.lots >= lots)) return false;
  const since = untaken.get(id)?.since ?? elapsed();
  untaken.set(id, { symbol, since });
  return elapsed() - since >= STOP_GIVEN_UP_MS;
}

/** Its epoch is that of the client id, whatever it has become since. */
type SentStop = WantedStop & NextStop;

/** One that stands no longer has used its revision all the same. */
async function tellFound(desk: Desk, sent: SentStop, found: VenueOrder): Promise<Failure | null> {
  tellPlaced(desk, sent, found);
  if (found.open) return null;
  const { id, symbol, clientId } = sent;
  const placed = booksOf(desk).stops[id]?.placed.at(-1);
  return placed === undefined ? null : missStop(desk, { id, symbol, placed, clientId });
}

function tellPlaced(
  desk: Desk,
  { id, symbol, epoch, revision, clientId, ...wanted }: NextStop,
  stands: Pick<VenueOrder, 'lots' | 'trigger'>,
): null {
  desk.perhapsSent.delete(clientId);
  desk.untaken.delete(id);
  const trigger = stands.trigger ?? wanted.trigger;
  const place = { id, symbol, epoch, revision, lots: stands.lots, trigger };
  const before = desk.filledThere.get(id) ?? 0;
  desk.filledThere.delete(id);
  const isBehind = before > (portfolioOf(desk).orders[id]?.filledLots ?? 0);
  const told = isBehind ? { filledBefore: before } : {};
  answer(desk, { type: 'stop.placed', ...place, ...told, time: timeOf(desk) });
  return null;
}

/**
 * The price is beyond it, or the venue takes none: what it would have done is done at once. What is
 * not booked cannot be left: it is booked by what the venue holds, soon, and left then.
 */
function leave(desk: Desk, { id, symbol }: WantedStop): void {
  if (portfolioOf(desk).positions[symbol] === undefined) {
    desk.stranded.add(symbol);
    return;
  }
  const reason = portfolioOf(desk).orders[id]?.order.exitReason ?? 'stop_loss';
  leaveNow(desk, symbol, reason);
}

/** A stop that fired in part may have ended there: what is left has none. */
async function findFired(desk: Desk, symbol: string): Promise<Failure | null> {
  for (const { order, filledLots } of Object.values(portfolioOf(desk).orders)) {
    const placed = booksOf(desk).stops[order.id]?.placed.at(-1);
    if (order.symbol !== symbol || placed === undefined || filledLots <= placed.filledBefore)
      continue;
    const clientId = stopClientId(desk.directory, order.id, placed);
    const failure = await missStop(desk, { id: order.id, symbol, placed, clientId });
    if (failure !== null) return failure;
  }
  return null;
}

/** One that stands under the next name of its leg was heard of there, though not here: it is told. */
export function tellHeard(desk: Desk, symbol: string, standing: readonly VenueOrder[]): void {
  for (const next of nextStops(desk)) {
    const heard = standing.find(({ clientId }) => clientId === next.clientId);
    if (heard !== undefined && next.symbol === symbol) tellPlaced(desk, next, heard);
  }
}

/** Withdraws of a symbol what a newer revision has replaced or what no position needs. */
export function withdrawStops(desk: Desk, symbol: string): Promise<Failure | null> {
  const stale = stopsToWithdraw(portfolioOf(desk), booksOf(desk));
  const own = stale.filter(stop => stop.symbol === symbol);
  return inTurn(own, stop => withdrawStop(desk, stop));
}

async function withdrawStop(desk: Desk, stale: StaleStop): Promise<Failure | null> {
  const { id, symbol, revision } = stale;
  const clientId = stopClientId(desk.directory, id, stale);
  const canceled = lookedUp(desk, clientId, await desk.venue.cancel(clientId, symbol));
  if (!canceled.ok) return canceled.error;
  // It may have fired just before.
  const failure = await book(desk, symbol);
  if (failure !== null) return failure;
  const order = portfolioOf(desk).orders[id]?.order;
  if (order !== undefined) retire(desk, clientId, order);
  const reason = order === undefined ? 'its position is closed' : 'replaced';
  answer(desk, { type: 'stop.withdrawn', id, symbol, revision, reason, time: timeOf(desk) });
  return null;
}
