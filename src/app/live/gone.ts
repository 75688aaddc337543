/**
 * Stops that stand no longer: looked for in the list of open orders, and asked after one by one.
 *
 * Promises: one that fired is waited for until its fills are told of, for a while; one that surely does
 * not stand is told of, so that it is placed anew where it is still wanted. Never: believes a list
 * alone, which may lag.
 */
import { STOP_FILLS_LATE_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { VenueOrder } from '../../core/venue.ts';
import type { PlacedStop } from '../../core/venue-books.ts';
import { stopClientId } from '../client-id.ts';
import { book } from './book.ts';
import {
  answer,
  booksOf,
  type Desk,
  hasLasted,
  lookedUp,
  portfolioOf,
  retire,
  timeOf,
} from './desk.ts';
import { untilFailure } from './turns.ts';

/** Whether the stops of a symbol stand: what others placed there is no matter of a moment. */
export async function compareStops(desk: Desk, symbol: string): Promise<Failure | null> {
  const found = await desk.venue.openOrders(symbol);
  if (!found.ok) return found.error;
  return findStops(desk, symbol, new Set(found.value.map(({ clientId }) => clientId)));
}

/** A stop that stands there no longer is placed anew, unless it fired. */
export function findStops(
  desk: Desk,
  symbol: string,
  open: ReadonlySet<string | null>,
): Promise<Failure | null> {
  const placed = Object.entries(booksOf(desk).stops).flatMap(([id, leg]) =>
    leg.symbol === symbol
      ? leg.placed.map(stop => ({
          id,
          placed: stop,
          clientId: stopClientId(desk.directory, id, stop),
        }))
      : [],
  );
  const missing = placed.filter(({ clientId }) => !open.has(clientId));
  return untilFailure(missing, stop => missStop(desk, { ...stop, symbol }));
}

export interface MissingStop {
  readonly id: string;
  readonly symbol: string;
  readonly placed: PlacedStop;
  readonly clientId: string;
}

/** A revision that does not seem to stand: where it surely does not, that is told. */
export async function missStop(
  desk: Desk,
  { id, symbol, placed, clientId }: MissingStop,
): Promise<Failure | null> {
  const found = lookedUp(desk, clientId, await desk.venue.find(clientId, symbol));
  if (!found.ok) return found.error;
  if (found.value?.open === true) return null;
  const failure = await book(desk, symbol);
  // A position that is still there needs its stop, whatever became of the former one.
  if (failure !== null && !(await isHeldThere(desk, symbol))) return failure;
  const open = portfolioOf(desk).orders[id];
  const untold =
    open === undefined || found.value === null
      ? 0
      : untoldLots(open.filledLots, placed, found.value);
  // Its fills may be told of later than its end.
  if (untold > 0 && !hasLasted(desk, clientId, { difference: untold, ms: STOP_FILLS_LATE_MS }))
    return { code: 'difference', retry: true, hint: `a stop in ${symbol} fired` };
  if (untold > 0) desk.filledThere.set(id, untold + (open?.filledLots ?? 0));
  if (open !== undefined) retire(desk, clientId, open.order);
  const { revision } = placed;
  const reason = 'it stands at the exchange no longer';
  answer(desk, { type: 'stop.withdrawn', id, symbol, revision, reason, time: timeOf(desk) });
  return null;
}

/** The venue holds a position the way that is known here, or one of ours that is not booked yet. */
async function isHeldThere(desk: Desk, symbol: string): Promise<boolean> {
  const found = await desk.venue.positions();
  const held = portfolioOf(desk).positions[symbol];
  if (!found.ok || (held === undefined && !desk.ahead.has(symbol))) return false;
  const there = found.value.find(position => position.symbol === symbol);
  return there !== undefined && (held === undefined || there.direction === held.direction);
}

const untoldLots = (booked: number, { filledBefore }: PlacedStop, found: VenueOrder): number =>
  found.filledLots - (booked - filledBefore);
