/**
 * The venue's books: what a real exchange is known to hold for us, beside orders and positions.
 *
 * A leg of a bracket lives with its position; at a venue it stands as a stop order, and each change
 * of it is another order under another client id: a *revision*. What is known here is what was
 * committed, so that a restart knows which stops may stand, which fills were taken and which
 * position is none of ours.
 * Promises: a revision is never used twice; a fill is taken once. Never: asks or decides.
 */
import { assert } from '../base/assert.ts';
import { FILL_OVERLAP_MS } from '../base/limits.ts';
import type { Millis } from '../base/time.ts';
import { entryOfLeg } from './bracket.ts';
import type { Fact } from './fact.ts';
import type { OpenOrder, Position, Side } from './order.ts';
import type { VenueFill } from './venue.ts';

/** A leg as one stop order at the venue. */
export interface PlacedStop {
  /** The directory's when it was placed: part of its client id. */
  readonly epoch: number;
  readonly revision: number;
  readonly lots: number;
  readonly trigger: number;
  /** Lots of the leg that were filled before. */
  readonly filledBefore: number;
}

/** Of one leg, also after its position is gone: until nothing of it stands at the venue. */
export interface LegStops {
  readonly symbol: string;
  /** The highest revision used. */
  last: number;
  /** Not yet withdrawn, oldest first. */
  placed: PlacedStop[];
}

export interface TakenFill {
  /** As `fillKeyOf` has it; the venue's id of the trade alone where an older release took it. */
  readonly id: string;
  readonly time: Millis;
}

export interface VenueBooks {
  /** Nothing before the directory began concerns it. */
  readonly since: Millis;
  readonly stops: Record<string, LegStops>;
  /** Of each symbol: the fills taken within the overlap, in the order of their folding. */
  readonly fills: Record<string, TakenFill[]>;
  /** Of each symbol: the newest orders of others that were told of, by the venue's ids. */
  orphans?: Record<string, readonly string[]>;
  /** Since the account was met, or told to be flat, not everything there was compared yet. */
  unheard?: boolean;
  /** Of each symbol: lots were booked without their fills, which are up to this time in them. */
  squared?: Record<string, Millis>;
  /** Of each symbol: the last settlement taken. */
  readonly funded: Record<string, Millis>;
  /** Positions that are none of ours, in signed lots. */
  readonly foreign: Record<string, number>;
}

export const newVenueBooks = (since: Millis): VenueBooks => ({
  ...{ since, stops: {}, fills: {}, funded: {}, foreign: {} },
});

/** A leg that is to stand at the venue. */
export interface WantedStop {
  readonly id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly kind: 'stop' | 'take_profit';
  readonly leverage: number;
  readonly revision: number;
  readonly lots: number;
  readonly trigger: number;
}

/** A revision that is no longer to stand there. */
export interface StaleStop {
  readonly id: string;
  readonly symbol: string;
  readonly epoch: number;
  readonly revision: number;
}

interface Protected {
  readonly positions: Readonly<Record<string, Position>>;
  readonly orders: Readonly<Record<string, OpenOrder>>;
}

export function placeStop(
  books: VenueBooks,
  fact: Fact<'stop.placed'>,
  filledBefore: number,
): void {
  const { id, symbol, epoch, revision, lots, trigger } = fact;
  const leg = books.stops[id] ?? { symbol, last: 0, placed: [] };
  assert(revision > leg.last, `revision ${revision} of ${id} is used twice`);
  leg.last = revision;
  leg.placed.push({ epoch, revision, lots, trigger, filledBefore });
  books.stops[id] = leg;
}

export function withdrawStop(
  account: Protected,
  books: VenueBooks,
  { id, revision }: Fact<'stop.withdrawn'>,
): void {
  const leg = books.stops[id];
  if (leg !== undefined) leg.placed = leg.placed.filter(stop => stop.revision !== revision);
  for (const [name, { placed }] of Object.entries(books.stops))
    if (placed.length === 0 && !mayLive(account, name)) delete books.stops[name];
}

/** A leg that is there, or begins with the next fill of its entry: its count of revisions goes on. */
const mayLive = ({ orders }: Protected, id: string): boolean =>
  orders[id] !== undefined || orders[entryOfLeg(id)] !== undefined;

/** Notes a fill as taken and forgets those that are too old to be told again. */
export function takeFill(books: VenueBooks, symbol: string, fill: TakenFill): void {
  const taken = books.fills[symbol] ?? [];
  assert(!taken.some(({ id }) => id === fill.id), `the fill ${fill.id} is taken twice`);
  const newest = taken.reduce((time, each) => Math.max(time, each.time), fill.time);
  books.fills[symbol] = [...taken, fill].filter(({ time }) => time >= newest - FILL_OVERLAP_MS);
}

/** From when on fills are asked for: all that are older have been taken. */
export function fillsSince(books: VenueBooks, symbol: string): Millis {
  const taken = books.fills[symbol];
  if (taken === undefined || taken.length === 0) return books.since;
  const newest = taken.reduce((time, each) => Math.max(time, each.time), 0);
  return Math.max(books.since, newest - FILL_OVERLAP_MS);
}

type NamedFill = Pick<VenueFill, 'fillId' | 'venueId' | 'side' | 'time'>;

/** A trade with oneself is one trade of two orders, and two fills. */
export const fillKeyOf = ({ fillId, venueId, side }: Omit<NamedFill, 'time'>): string =>
  `${fillId}/${venueId}/${side}`;

/** Whether a key is that of a fill of the order that has this id at the venue. */
export const isFillOf = (key: string, venueId: string): boolean =>
  key.split('/').at(-2) === venueId;

/** True of a fill that was booked, or is in lots that were. */
export function isTaken(books: VenueBooks, symbol: string, fill: NamedFill): boolean {
  const key = fillKeyOf(fill);
  const taken = books.fills[symbol] ?? [];
  if (taken.some(({ id }) => id === key || id === fill.fillId)) return true;
  return fill.time <= (books.squared?.[symbol] ?? -1);
}

/**
 * Legs that do not stand at the venue as they should, plain stops first. `ahead`: lots of a symbol
 * that are held there and not booked yet, which its stop is for, too.
 */
export function stopsToPlace(
  account: Protected,
  books: VenueBooks,
  ahead: ReadonlyMap<string, number> = NOTHING,
): WantedStop[] {
  const wanted: WantedStop[] = [];
  for (const open of Object.values(account.orders)) {
    const leg = legAt(account, open, ahead);
    if (leg === null) continue;
    const known = books.stops[leg.id];
    const newest = known?.placed.at(-1);
    if (newest?.lots === leg.lots && newest.trigger === leg.trigger) continue;
    // One that has fired is a market order by now: it is not placed a second time beside itself.
    if (newest !== undefined && open.filledLots > newest.filledBefore) continue;
    wanted.push({ ...leg, revision: (known?.last ?? 0) + 1 });
  }
  return wanted.sort((one, other) => rankOf(one) - rankOf(other));
}

/** Revisions that a newer one has replaced, or whose leg is gone. */
export function stopsToWithdraw(account: Protected, books: VenueBooks): StaleStop[] {
  const stale: StaleStop[] = [];
  for (const [id, { symbol, placed }] of Object.entries(books.stops)) {
    for (const { epoch, revision } of mayLive(account, id) ? placed.slice(0, -1) : placed)
      stale.push({ id, symbol, epoch, revision });
  }
  return stale;
}

/** True where every lot of a position stands behind a stop that the venue holds; `ahead`: as above, of its symbol. */
export function isProtected(
  account: Protected,
  books: VenueBooks,
  symbol: string,
  ahead = 0,
): boolean {
  const lots = Math.max(account.positions[symbol]?.lots ?? 0, ahead);
  return Object.values(account.orders).some(({ order }) => {
    const isStop = order.symbol === symbol && order.kind === 'stop';
    return isStop && (books.stops[order.id]?.placed ?? []).some(stop => stop.lots >= lots);
  });
}

const NOTHING: ReadonlyMap<string, number> = new Map();

/** Null: it is no leg of a position. */
function legAt(
  { positions }: Protected,
  { order, filledLots, trigger }: OpenOrder,
  ahead: ReadonlyMap<string, number>,
): Omit<WantedStop, 'revision'> | null {
  const { id, symbol, side, kind, leverage } = order;
  const held = positions[symbol]?.lots ?? 0;
  if (trigger === null || held === 0 || kind === 'market' || kind === 'limit') return null;
  const booked = Math.min(order.lots - filledLots, held);
  const lots = kind === 'stop' ? Math.max(booked, ahead.get(symbol) ?? 0) : booked;
  return {
    id,
    symbol,
    side,
    kind: kind === 'take_profit' ? kind : 'stop',
    leverage,
    lots,
    trigger,
  };
}

const rankOf = ({ id, kind }: WantedStop): number =>
  kind === 'take_profit' ? 2 : id.endsWith('.stop') ? 0 : 1;
