/**
 * The bracket of an entry: the reduce-only legs that live with its position.
 *
 * Promises: legs exist from the entry's first fill on and grow with each further one; a trailing
 * trigger starts at the entry price and moves with closed candles only, and only in our favour.
 * Never: outlives its position (the account drops every reduce-only order with it).
 */
import { toPriceStep } from '../base/money.ts';
import type { Candle, Contract } from './market.ts';
import { exitSide, type OpenOrder, type Order, type Position, type Side } from './order.ts';
import type { Fill } from './position.ts';

/** Legs never expire by themselves. */
export const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** Adds or grows the legs of an entry that was filled. */
export function growBracket(
  orders: Record<string, OpenOrder>,
  entry: Order,
  filled: { readonly fill: Fill; readonly contract: Contract },
): void {
  const { fill, contract } = filled;
  const protection = entry.protection;
  if (protection === null) return;
  growLeg(orders, legOf(entry, fill, { kind: 'stop', trigger: protection.stop }));
  if (protection.takeProfit !== null)
    growLeg(orders, legOf(entry, fill, { kind: 'take_profit', trigger: protection.takeProfit }));
  if (protection.trail !== null) {
    const away = entry.side === 'buy' ? -protection.trail : protection.trail;
    const trigger = toPriceStep(Math.max(0, fill.price + away), contract.priceStep);
    growLeg(orders, legOf(entry, fill, { kind: 'trailing_stop', trigger }));
  }
}

/** The leg that stops what an entry opened. */
export const stopLegOf = (entryId: string): string => `${entryId}.${LEGS.stop.suffix}`;

/** The entry that a leg belongs to. */
export const entryOfLeg = (legId: string): string => legId.slice(0, legId.lastIndexOf('.'));

/** The stop that a position was entered with, as a price: its leg lives as long as it does. */
export const entryStopOf = (
  orders: Readonly<Record<string, OpenOrder>>,
  { entryOrderId }: Position,
): number | null => orders[stopLegOf(entryOrderId)]?.order.trigger ?? null;

/** Moves the trailing stops of a symbol after a candle set a new best price. */
export function trail(
  orders: Record<string, OpenOrder>,
  position: Position,
  contract: Contract,
): void {
  const long = position.direction === 'long';
  for (const id in orders) {
    const open = orders[id];
    if (open === undefined || open.order.symbol !== position.symbol) continue;
    const distance = open.order.trail;
    if (distance === null || open.trigger === null) continue;
    const best = long ? position.highest - distance : position.lowest + distance;
    const trigger = toPriceStep(Math.max(0, best), contract.priceStep);
    if (long ? trigger > open.trigger : trigger < open.trigger) open.trigger = trigger;
  }
}

/** Folds a closed candle into what is known of a position's life. */
export function holdCandle(
  account: { readonly orders: Record<string, OpenOrder> },
  position: Position,
  told: { readonly candle: Candle; readonly contract: Contract },
): void {
  const { candle, contract } = told;
  // Entered inside this candle: its extremes may lie before the entry.
  if (position.openedAt > candle.time) return;
  position.candlesHeld += 1;
  const higher = candle.high > position.highest;
  const lower = candle.low < position.lowest;
  if (higher) position.highest = candle.high;
  if (lower) position.lowest = candle.low;
  if (position.direction === 'long' ? higher : lower) trail(account.orders, position, contract);
}

type LegKind = 'stop' | 'take_profit' | 'trailing_stop';

const LEGS = {
  stop: { suffix: 'stop', exitReason: 'stop_loss' },
  take_profit: { suffix: 'target', exitReason: 'take_profit' },
  trailing_stop: { suffix: 'trail', exitReason: 'trailing_stop_loss' },
} as const;

function legOf(
  entry: Order,
  fill: Fill,
  leg: { readonly kind: LegKind; readonly trigger: number },
): Order {
  const side: Side = exitSide(entry.side === 'buy' ? 'long' : 'short');
  return {
    ...entry,
    id: `${entry.id}.${LEGS[leg.kind].suffix}`,
    side,
    kind: leg.kind,
    lots: fill.lots,
    price: null,
    trigger: leg.trigger,
    trail: leg.kind === 'trailing_stop' ? (entry.protection?.trail ?? null) : null,
    reduceOnly: true,
    createdAt: fill.time,
    expiresAt: NEVER_MS,
    exitReason: LEGS[leg.kind].exitReason,
    protection: null,
  };
}

function growLeg(orders: Record<string, OpenOrder>, leg: Order): void {
  const known = orders[leg.id];
  if (known === undefined) orders[leg.id] = { order: leg, filledLots: 0, trigger: leg.trigger };
  else orders[leg.id] = { ...known, order: { ...known.order, lots: known.order.lots + leg.lots } };
}
