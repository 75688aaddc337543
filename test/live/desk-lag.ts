/**
 * What tests of the desk do to a venue: lists that lag, fills in parts, rounds counted.
 */
import { failed, ok, type Result } from '../../src/base/result.ts';
import type { VenueFill } from '../../src/core/venue.ts';
import { BTC, type DeskWorld } from './desk-world.ts';
import type { FakeVenue } from './fake-venue.ts';

export const lost = () => failed('timed-out', 'no answer in time', true);
export const STOP_ONLY = { stop: 49_000, takeProfit: null, trail: null };
export const EXIT_ORDER = {
  side: 'sell',
  lots: 10,
  reduceOnly: true,
  exitReason: 'exit_signal',
  protection: null,
} as const;

export async function rounds(desk: DeskWorld, count: number, ms?: number): Promise<void> {
  for (let round = 0; round < count; round += 1) {
    await desk.attendant.round();
    desk.venue.tick(desk.venue.price, ms ?? desk.attendant.restMs());
  }
}

/** Fills as `view` lets them be seen. */
export function seeFills(
  desk: DeskWorld,
  view: (fills: readonly VenueFill[]) => readonly VenueFill[],
): void {
  const fills = desk.venue.fills.bind(desk.venue);
  desk.venue.fills = async (symbol, since): Promise<Result<readonly VenueFill[]>> => {
    const found = await fills(symbol, since);
    return found.ok ? ok(view(found.value)) : found;
  };
}

/** How long the position stands without its stop, by the venue's clock. */
export async function nakedMs(desk: DeskWorld, limit = 400): Promise<number> {
  const since = desk.venue.clock;
  for (let round = 0; round < limit; round += 1) {
    await desk.attendant.round();
    const held = Math.abs(desk.venue.lots.get(BTC) ?? 0);
    if (held === 0 || stopLots(desk.venue, BTC) >= held) break;
    desk.venue.tick(desk.venue.price, desk.attendant.restMs());
  }
  return desk.venue.clock - since;
}

/** The longest time of the next `forMs` in which a pair's position stands without its stop. */
export async function bareMs(
  desk: DeskWorld,
  forMs: number,
  { symbol = BTC, at = () => {} }: { symbol?: string; at?: (ms: number) => void } = {},
): Promise<number> {
  const { venue } = desk;
  const from = venue.clock;
  let [since, longest] = [from, 0];
  while (venue.clock - from < forMs) {
    await desk.attendant.round();
    at(venue.clock - from);
    if (stopLots(venue, symbol) >= Math.abs(venue.lots.get(symbol) ?? 0)) since = venue.clock;
    longest = Math.max(longest, venue.clock - since);
    venue.tick(venue.price, desk.attendant.restMs());
  }
  return longest;
}

/** Fills cannot be had from the first order on. */
export function loseFills(desk: DeskWorld): void {
  const fills = desk.venue.fills.bind(desk.venue);
  desk.venue.fills = async (symbol, since) =>
    desk.venue.accepted.size === 0 ? fills(symbol, since) : failed('unavailable', 'down', true);
}

/** Lots that stand behind open reduce-only stops against the position. */
export function stopLots({ orders, lots }: FakeVenue, symbol: string): number {
  const held = lots.get(symbol) ?? 0;
  const side = held > 0 ? 'sell' : 'buy';
  return orders
    .filter(({ open, ticket }) => open && ticket.symbol === symbol && ticket.kind === 'stop')
    .filter(({ ticket }) => ticket.reduceOnly && ticket.side === side)
    .reduce((sum, { ticket, filled }) => sum + ticket.lots - filled, 0);
}
