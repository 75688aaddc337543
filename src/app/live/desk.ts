/**
 * The desk: what one live account needs to be looked after, shared by the errands in this folder.
 *
 * The order of a round is the order of what can be lost (attend.ts): fills are booked, stops are
 * placed, stops that should not stand are withdrawn, and only then does an order leave.
 * Promises: what it remembers is in the state; what is kept here (which requests may have been
 * heard) is rebuilt from the state by a restart, on the side of "it may have been". Never: decides
 * what to trade.
 */
import { must } from '../../base/assert.ts';
import { ASKED_OVERLAP_MS, NAMES_KEPT_MAX, NOT_FOUND_AFTER_MS } from '../../base/limits.ts';
import { type Failure, ok, type Result } from '../../base/result.ts';
import type { Millis } from '../../base/time.ts';
import { stopLegOf } from '../../core/bracket.ts';
import type { Report, VenueReport } from '../../core/fact.ts';
import { type Direction, type Order, signOf } from '../../core/order.ts';
import type { Waiting } from '../../core/outbox.ts';
import type { Input } from '../../core/step.ts';
import type { Venue } from '../../core/venue.ts';
import {
  isProtected,
  stopsToPlace,
  type VenueBooks,
  type WantedStop,
} from '../../core/venue-books.ts';
import type { World } from '../../policy/world.ts';
import type { Portfolio } from '../../trade/portfolio.ts';
import { clientOrderId, stopClientId } from '../client-id.ts';

/** Revisions of trailing stops, some hours of them. */
const RETIRED_MAX = 1000;

/** What is done with a position that nobody here opened. */
export type Unknown = 'adopt' | 'leave';

export interface DeskOptions {
  readonly venue: Venue;
  readonly world: World;
  /** Id of the state directory. */
  readonly directory: string;
  readonly epoch: () => number;
  /** Commits a step, durable when it returns. */
  readonly commit: (input: Input) => void;
  readonly unknown: Unknown;
  readonly warn: (line: string) => void;
  /** Milliseconds that only go forwards. */
  readonly elapsed: () => number;
  /** Ends after so many of them. */
  readonly rest: (ms: number) => Promise<void>;
}

export interface Desk extends DeskOptions {
  /** Client ids whose order may be at the venue unheard. */
  readonly perhapsSent: Set<string>;
  /** What was looked up and the venue does not know, and since when. */
  readonly missing: Map<string, number>;
  /** Legs of revisions withdrawn by this run: a fill may be told of late. */
  readonly retired: Map<string, Order>;
  /** The client id of each venue order that was asked after; null: none of ours. */
  readonly names: Map<string, string | null>;
  /** Of each list, by its name and symbol: when the venue last told all of it. */
  readonly heard: Map<string, Millis>;
  /** Symbols whose leverage and margin mode were set since the last comparison. */
  readonly prepared: Map<string, number>;
  /** Symbols that somebody has set otherwise than they have to be, and how: no entry leaves there. */
  readonly unfit: Map<string, string>;
  /** Differences, and since when they are seen: acted on when they last. */
  readonly seen: Map<string, { readonly difference: number; readonly since: number }>;
  /** Targets that the venue has refused. */
  readonly refused: Set<string>;
  /** Stops that a venue that answers does not take, of which symbol and since when. */
  readonly untaken: Map<string, { readonly symbol: string; readonly since: number }>;
  /** Symbols whose position stands without its stop, since when, and whether that was told. */
  readonly bare: Map<string, { readonly since: number; readonly isTold: boolean }>;
  /** When everything was compared with the venue; null: not yet, and no entry leaves. */
  comparedAt: number | null;
  /** When stops were last asked for. */
  placedAt: number;
  /** Since when a position stands that is to be closed and that nothing closes. */
  flatSaidAt: number | null;
  /** A stream told of something: every symbol is asked once, and where stops stand, whether they do. */
  hinted: boolean;
  /** Symbols whose stops a start or a stream made doubtful: looked for until the venue has said. */
  readonly doubtful: Set<string>;
  /** Symbols whose fills could not be had when they were last asked for (book.ts). */
  readonly unbooked: Set<string>;
  /** Of a symbol's position there, where that is known. */
  readonly leverages: Map<string, number>;
  /**
   * Lots that a symbol's position has there, where they are more than is booked: as an order of ours says
   * (protect.ts), or the position (reconcile.ts); until they are booked, agree, or the order is given up.
   */
  readonly ahead: Map<string, number>;
  /** Symbols with lots of ours that are not booked yet and have to be left: booked by the position. */
  readonly stranded: Set<string>;
  /** Of a leg: the lots that it was filled with there, of which some are not booked yet. */
  readonly filledThere: Map<string, number>;
}

export function openDesk(options: DeskOptions): Desk {
  const { world, directory } = options;
  const perhapsSent = new Set<string>();
  const { portfolio } = world;
  for (const { order } of Object.values(portfolio.outbox))
    perhapsSent.add(clientOrderId(directory, order));
  for (const { clientId } of nextStops(options)) perhapsSent.add(clientId);
  return {
    ...options,
    ...{ perhapsSent, missing: new Map(), retired: new Map(), names: new Map() },
    ...{ heard: new Map(), prepared: new Map(), unfit: new Map(), seen: new Map() },
    ...{ refused: new Set(), untaken: new Map(), bare: new Map() },
    // Somebody may have taken one away meanwhile, and a whole comparison may be long in coming.
    doubtful: new Set(Object.values(portfolio.venue?.stops ?? {}).map(({ symbol }) => symbol)),
    ...{ unbooked: new Set(), leverages: new Map(), ahead: new Map(), filledThere: new Map() },
    stranded: new Set(),
    ...{ comparedAt: null, placedAt: Number.NEGATIVE_INFINITY, flatSaidAt: null, hinted: false },
  };
}

export const symbolsOf = ({ world }: DeskOptions): readonly string[] =>
  world.run.binding?.symbols ?? [];

export const portfolioOf = ({ world }: DeskOptions): Portfolio => world.portfolio;

export const booksOf = ({ world }: DeskOptions): VenueBooks =>
  must(world.portfolio.venue, 'an account that was opened');

export const nextRevision = (desk: DeskOptions, leg: string) => ({
  epoch: desk.epoch(),
  revision: (desk.world.portfolio.venue?.stops[leg]?.last ?? 0) + 1,
});

export interface NextStop {
  readonly id: string;
  readonly symbol: string;
  readonly trigger: number;
  readonly epoch: number;
  readonly revision: number;
  readonly clientId: string;
}

/**
 * The next revision of each leg, and the first of the stop of each entry that is not booked yet
 * (`coverAhead`): where the answer was lost or its process died, they stand there unheard.
 */
export function nextStops(desk: DeskOptions): NextStop[] {
  const { orders } = portfolioOf(desk);
  const next: NextStop[] = [];
  for (const { order } of Object.values(orders)) {
    const leg = isLeg(order) ? order.id : stopLegOf(order.id);
    const trigger = isLeg(order) ? order.trigger : (order.protection?.stop ?? null);
    if (trigger === null || (leg !== order.id && orders[leg] !== undefined)) continue;
    const name = nextRevision(desk, leg);
    const clientId = stopClientId(desk.directory, leg, name);
    next.push({ id: leg, symbol: order.symbol, trigger, ...name, clientId });
  }
  return next;
}

export const answer = (desk: DeskOptions, report: Report | VenueReport): void =>
  desk.commit({ kind: 'answer', report });

/** The orders that a client id of ours may stand for, by client id; without those that are over. */
export function ownOrders(desk: Desk): Map<string, Order> {
  const { directory } = desk;
  const { outbox, orders, venue } = portfolioOf(desk);
  const own = new Map<string, Order>();
  for (const { order } of Object.values(outbox)) own.set(clientOrderId(directory, order), order);
  for (const [id, { order }] of Object.entries(orders)) {
    if (!isLeg(order)) own.set(clientOrderId(directory, order), order);
    else
      for (const placed of [...(venue?.stops[id]?.placed ?? []), nextRevision(desk, id)])
        own.set(stopClientId(directory, id, placed), order);
  }
  return own;
}

export const isLeg = ({ reduceOnly, kind }: Order): boolean => reduceOnly && kind !== 'market';

/** Of a failure that will be tried again: what a person is told of it. */
export const told = (what: string, { code, hint }: Failure): string => `${what}: ${code} (${hint})`;

/** Signed lots that the state holds of a symbol, those of others included. */
export function lotsOf(desk: DeskOptions, symbol: string): number {
  const { positions, venue } = portfolioOf(desk);
  return signedLots(positions[symbol]) + (venue?.foreign[symbol] ?? 0);
}

/** Of a position here or at the venue; 0: there is none. */
export const signedLots = (
  held: { readonly direction: Direction; readonly lots: number } | undefined,
): number => (held === undefined ? 0 : signOf(held.direction) * held.lots);

/** True where an order or a stop of ours may be at the venue. */
export function isOnItsWay(desk: DeskOptions, symbol: string): boolean {
  const { outbox, orders, venue } = portfolioOf(desk);
  const isOfIt = ({ order }: Waiting): boolean => order.symbol === symbol;
  if (Object.values(outbox).some(isOfIt) || Object.values(orders).some(isOfIt)) return true;
  return Object.values(venue?.stops ?? {}).some(leg => leg.symbol === symbol);
}

/** The venue's time, in whole milliseconds. */
export const timeOf = (desk: DeskOptions): Millis => Math.round(desk.venue.now());

/** A revision that no longer stands: its fill may be told of late, for a while. */
export const retire = ({ retired }: Desk, clientId: string, order: Order): void =>
  note(retired, [clientId, order], RETIRED_MAX);

/** The client id behind an order of the venue's; null: none of ours. */
export const noteName = (
  { names }: Pick<Desk, 'names'>,
  venueId: string,
  clientId: string | null,
): void => note(names, [venueId, clientId], NAMES_KEPT_MAX);

/** Forgets the oldest beyond so many. */
function note<T>(known: Map<string, T>, [key, value]: [string, T], max: number): void {
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > max && oldest !== undefined) known.delete(oldest);
}

/**
 * From when on a list is asked for that is known up to `since`: a pair that is quiet for months is
 * not asked for all of them in each comparison, but once a run.
 */
export const askedSince = ({ heard }: Desk, list: string, since: Millis): Millis =>
  Math.max(since, (heard.get(list) ?? 0) - ASKED_OVERLAP_MS);

/** True when the same difference (within `slack`) has lasted so long, and is to be acted on. */
export function hasLasted(
  { seen, elapsed }: Desk,
  what: string,
  { difference, ms, slack = 0 }: Lasting,
): boolean {
  const known = seen.get(what);
  const isSame = known !== undefined && Math.abs(known.difference - difference) <= slack;
  if (!isSame) seen.set(what, { difference, since: elapsed() });
  if (!isSame || elapsed() - known.since < ms) return false;
  seen.delete(what);
  return true;
}

export interface Lasting {
  readonly difference: number;
  readonly ms: Millis;
  readonly slack?: number;
}

/**
 * The answer to a look-up, as far as it is sure: a venue's lists lag, so that it does not know of
 * something counts (as null) once it has not known of it for a while.
 */
export function lookedUp<T>(
  { missing, elapsed }: Desk,
  name: string,
  found: Result<T>,
): Result<T | null> {
  if (!found.ok && found.error.code !== 'not-found') return found;
  const since = missing.get(name) ?? elapsed();
  const isSure = found.ok || elapsed() - since >= NOT_FOUND_AFTER_MS;
  if (isSure) missing.delete(name);
  else missing.set(name, since);
  return found.ok || !isSure ? found : ok(null);
}

/** Legs to be placed, without the targets that the venue has refused as they are. */
export const wantedStops = (desk: Desk): WantedStop[] =>
  stopsToPlace(portfolioOf(desk), booksOf(desk), aheadOf(desk)).filter(
    wanted => !desk.refused.has(refusalOf(wanted)),
  );

/** Of them those without which a position is bare: a target protects nothing, and its stop is enough. */
export const missingStops = (desk: Desk): WantedStop[] =>
  wantedStops(desk).filter(({ kind, symbol }) => kind === 'stop' && isBare(desk, symbol));

export const bareSymbols = (desk: Desk): ReadonlySet<string> =>
  new Set(missingStops(desk).map(({ symbol }) => symbol));

function isBare(desk: Desk, symbol: string): boolean {
  const account = portfolioOf(desk);
  const ahead = aheadOf(desk).get(symbol) ?? 0;
  return !isProtected(account, booksOf(desk), symbol, ahead);
}

function aheadOf(desk: Desk): ReadonlyMap<string, number> {
  const { positions } = portfolioOf(desk);
  for (const [symbol, lots] of desk.ahead)
    if ((positions[symbol]?.lots ?? 0) >= lots) desk.ahead.delete(symbol);
  return desk.ahead;
}

export const refusalOf = ({ id, lots, trigger }: WantedStop): string => `${id} ${lots} ${trigger}`;
