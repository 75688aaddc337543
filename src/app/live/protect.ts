/**
 * Protection: each leg of a position stands at the venue as a stop order, and none else does.
 *
 * Promises: a leg that changed is placed anew before its former revision is withdrawn, so that a
 * position is never without its stop in between; a stop that the venue will not take means that the
 * position is left. Never: places one revision twice (a request that may have been heard is asked
 * after first, and repeated under the same client id).
 */
import type { Failure } from '../../base/result.ts';
import { LATER, type VenueOrder } from '../../core/venue.ts';
import {
  type StaleStop,
  stopsToPlace,
  stopsToWithdraw,
  type WantedStop,
} from '../../core/venue-books.ts';
import { stopClientId } from '../client-id.ts';
import { book } from './book.ts';
import { answer, booksOf, type Desk, portfolioOf, retire, timeOf } from './desk.ts';

/** Places what is missing, plain stops first. Returns the first failure that is worth another try. */
export async function placeStops(desk: Desk): Promise<Failure | null> {
  let failure: Failure | null = null;
  for (const wanted of stopsToPlace(portfolioOf(desk), booksOf(desk))) {
    const failed = await placeStop(desk, wanted);
    failure ??= failed;
  }
  return failure;
}

async function placeStop(desk: Desk, wanted: WantedStop): Promise<Failure | null> {
  const { venue, perhapsSent, directory } = desk;
  const { id, symbol, side, kind, lots, trigger, leverage, revision } = wanted;
  const epoch = desk.epoch();
  const clientId = stopClientId(directory, id, { epoch, revision });
  if (perhapsSent.has(clientId)) {
    const found = await venue.find(clientId, symbol);
    if (found.ok) return tellPlaced(desk, { ...wanted, epoch, clientId }, found.value);
    if (found.error.code !== 'not-found') return found.error;
  }
  perhapsSent.set(clientId, null);
  const terms = { clientId, symbol, side, kind, lots, trigger, price: null, leverage };
  const placed = await venue.place({ ...terms, reduceOnly: true });
  if (placed.ok) return tellPlaced(desk, { ...wanted, epoch, clientId }, { lots, trigger });
  const { code, retry } = placed.error;
  if (retry || code === 'duplicate' || LATER.has(code)) return placed.error;
  perhapsSent.delete(clientId);
  // There is nothing left to protect: its fill is on the way.
  if (code !== 'no-position') leave(desk, wanted);
  return placed.error;
}

/** The epoch is that of the client id, whatever it has become since. */
function tellPlaced(
  desk: Desk,
  wanted: WantedStop & { readonly epoch: number; readonly clientId: string },
  stands: Pick<VenueOrder, 'lots' | 'trigger'>,
): null {
  const { id, symbol, epoch, revision, clientId } = wanted;
  desk.perhapsSent.delete(clientId);
  const trigger = stands.trigger ?? wanted.trigger;
  const place = { id, symbol, epoch, revision, lots: stands.lots, trigger };
  answer(desk, { type: 'stop.placed', ...place, time: timeOf(desk) });
  return null;
}

/** The price is beyond it, or the venue takes none: what it would have done is done at once. */
function leave(desk: Desk, { id, symbol }: WantedStop): void {
  const reason = portfolioOf(desk).orders[id]?.order.exitReason ?? 'stop_loss';
  desk.commit({ kind: 'unprotected', symbol, reason, time: timeOf(desk) });
}

/** Withdraws what a newer revision has replaced or what no position needs. */
export async function withdrawStops(desk: Desk): Promise<Failure | null> {
  let failure: Failure | null = null;
  for (const stale of stopsToWithdraw(portfolioOf(desk), booksOf(desk))) {
    const failed = await withdrawStop(desk, stale);
    failure ??= failed;
  }
  return failure;
}

async function withdrawStop(desk: Desk, stale: StaleStop): Promise<Failure | null> {
  const { id, symbol, revision } = stale;
  const clientId = stopClientId(desk.directory, id, stale);
  const canceled = await desk.venue.cancel(clientId, symbol);
  if (!canceled.ok && canceled.error.code !== 'not-found') return canceled.error;
  // It may have fired just before.
  const failure = await book(desk, symbol);
  if (failure !== null) return failure;
  const order = portfolioOf(desk).orders[id]?.order;
  if (order !== undefined) retire(desk, clientId, order);
  const reason = order === undefined ? 'its position is closed' : 'replaced';
  answer(desk, { type: 'stop.withdrawn', id, symbol, revision, reason, time: timeOf(desk) });
  return null;
}
