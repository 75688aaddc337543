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
import { ASKED_OVERLAP_MS, NOT_FOUND_AFTER_MS } from '../../base/limits.ts';
import type { Failure } from '../../base/result.ts';
import type { Millis } from '../../base/time.ts';
import type { Report, VenueReport } from '../../core/fact.ts';
import type { Order } from '../../core/order.ts';
import type { Input } from '../../core/step.ts';
import type { Venue } from '../../core/venue.ts';
import { stopsToPlace, type VenueBooks, type WantedStop } from '../../core/venue-books.ts';
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
}

export interface Desk extends DeskOptions {
  /** Client ids whose order may be at the venue unheard, and since when it is asked after. */
  readonly perhapsSent: Map<string, number | null>;
  /** Orders that were accepted and that the venue does not know, and since when. */
  readonly missing: Map<string, number>;
  /** Legs of revisions withdrawn by this run: a fill may be told of late. */
  readonly retired: Map<string, Order>;
  /** The client id of each venue order that was asked after; null: none of ours. */
  readonly names: Map<string, string | null>;
  /** Of each list, by its name and symbol: when the venue last told all of it. */
  readonly heard: Map<string, Millis>;
  /** Symbols whose leverage and margin mode are set. */
  readonly prepared: Map<string, number>;
  /** Differences, and since when they are seen: acted on when they last. */
  readonly seen: Map<string, { readonly difference: number; readonly since: number }>;
  /** Targets that the venue has refused. */
  readonly refused: Set<string>;
  /** Stops that a venue that answers does not take, and since when. */
  readonly untaken: Map<string, number>;
  /** Symbols that gave no answer the last time: the others come first. */
  readonly silent: Set<string>;
  /** The account was compared with the venue: entries may leave. */
  met: boolean;
  /** Since when a position stands that is to be closed and that nothing closes. */
  flatSaidAt: number | null;
  /** A stream told of something: every symbol is asked once. */
  hinted: boolean;
  /** Orders of others that were told of. */
  readonly orphans: Set<string>;
}

export function openDesk(options: DeskOptions): Desk {
  const { world, directory } = options;
  const perhapsSent = new Map<string, number | null>();
  const { portfolio } = world;
  for (const { order } of Object.values(portfolio.outbox))
    perhapsSent.set(clientOrderId(directory, order), null);
  for (const [id, { order }] of Object.entries(portfolio.orders))
    if (order.reduceOnly && order.kind !== 'market')
      perhapsSent.set(stopClientId(directory, id, nextRevision(options, id)), null);
  return {
    ...options,
    ...{ perhapsSent, missing: new Map(), retired: new Map(), names: new Map() },
    ...{ heard: new Map(), prepared: new Map(), seen: new Map(), orphans: new Set() },
    ...{ refused: new Set(), untaken: new Map(), silent: new Set(), met: false, hinted: false },
    flatSaidAt: null,
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
  const held = positions[symbol];
  const own = held === undefined ? 0 : held.direction === 'long' ? held.lots : -held.lots;
  return own + (venue?.foreign[symbol] ?? 0);
}

/** Not before the last candle: what follows in the same state runs with market time. */
export function timeOf(desk: DeskOptions): Millis {
  return Math.round(desk.venue.now());
}

/** A revision that no longer stands: its fill may be told of late, for a while. */
export function retire({ retired }: Desk, clientId: string, order: Order): void {
  retired.set(clientId, order);
  const [oldest] = retired.keys();
  if (retired.size > RETIRED_MAX && oldest !== undefined) retired.delete(oldest);
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

/** True of what the venue has not known for a while: until then its lists may lag. */
export function isForgotten(
  { missing, elapsed }: Desk,
  clientId: string,
  { code }: Failure,
): boolean {
  if (code !== 'not-found') return false;
  const since = missing.get(clientId) ?? elapsed();
  missing.set(clientId, since);
  if (elapsed() - since < NOT_FOUND_AFTER_MS) return false;
  missing.delete(clientId);
  return true;
}

/** Legs to be placed, without the targets that the venue has refused as they are. */
export const wantedStops = (desk: Desk): WantedStop[] =>
  stopsToPlace(portfolioOf(desk), booksOf(desk)).filter(
    wanted => !desk.refused.has(refusalOf(wanted)),
  );

export const refusalOf = ({ id, lots, trigger }: WantedStop): string => `${id} ${lots} ${trigger}`;
