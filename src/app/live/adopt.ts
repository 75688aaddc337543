/**
 * Positions that nobody here opened: adopted behind a stop, or left alone.
 *
 * Promises: what is added to a position of ours is always ours, since a venue has one position a
 * symbol. It has the leverage that it has there. The stop of an adopted position is as far from the
 * price as one of ours would be, but before its liquidation price, or it would never be reached; what
 * was added may leave the stop that stands beyond that price, and then the position is left. Never:
 * leaves one for another reason.
 */
import { must } from '../../base/assert.ts';
import { notional, toPriceStep, type Units } from '../../base/money.ts';
import type { Millis } from '../../base/time.ts';
import { entryStopOf } from '../../core/bracket.ts';
import type { VenueReport } from '../../core/fact.ts';
import { directionOf, type ExitReason, type Side, signOf } from '../../core/order.ts';
import { liquidationPriceOf, marginOf } from '../../core/position.ts';
import { LIQUIDATION_BUFFER } from '../../policy/sizing.ts';
import { stopDistanceMin } from '../../policy/strategy-proposal.ts';
import { booksOf, type Desk, portfolioOf, timeOf } from './desk.ts';

/** Where no candle has been seen yet: a stop of two percent. */
const STOP_SHARE = 0.02;

export interface StrangeLots {
  readonly symbol: string;
  readonly side: Side;
  readonly lots: number;
  readonly price: number;
  readonly fee: Units;
  readonly time: Millis;
  /** Absent where no fill tells of them. */
  readonly fillId?: string;
  /** The fill that is taken for what it closed, and opened these with the rest. */
  readonly of?: string;
}

/** Lots that came without an order of ours, as the config has them treated. */
export function strangeReport(desk: Desk, strange: StrangeLots): VenueReport {
  const { symbol, side, lots, price, fee, time } = strange;
  const fillId = strange.fillId === undefined ? {} : { fillId: strange.fillId };
  const isHeld = portfolioOf(desk).positions[symbol] !== undefined;
  const left = booksOf(desk).foreign[symbol] ?? 0;
  // An entry of ours says that it was filled: they are ours, though their fills are missing.
  const isOthers = desk.unknown === 'leave' && !desk.ahead.has(symbol);
  if (!isHeld && (isOthers || left !== 0)) {
    const now = left + (side === 'buy' ? lots : -lots);
    return { type: 'position.left', symbol, lots: now, time, ...fillId };
  }
  return {
    type: 'position.adopted',
    // A fill is named within its symbol.
    id: `hand-${symbol}-${strange.fillId ?? strange.of ?? time}`,
    ...{ symbol, side, lots, price, fee, time, ...fillId },
    leverage: leverageOf(desk, symbol),
    stop: stopFor(desk, strange),
  };
}

/** That of the position: margin, liquidation and the loss limits go by it. */
const leverageOf = (desk: Desk, symbol: string): number =>
  portfolioOf(desk).positions[symbol]?.leverage ??
  desk.leverages.get(symbol) ??
  desk.world.run.settings.leverage;

function stopFor(desk: Desk, strange: StrangeLots): number {
  const { world } = desk;
  const { symbol, side, price } = strange;
  const { priceStep } = must(world.portfolio.contracts[symbol], symbol);
  const mark = world.portfolio.marks[symbol]?.price ?? price;
  const reading = world.market.symbols[symbol]?.reading;
  const { settings } = world.run;
  const away =
    reading?.ready === true
      ? Math.max(settings.stopAtr * reading.atr, stopDistanceMin(settings, mark))
      : STOP_SHARE * mark;
  const last = lastStopOf(desk, strange);
  const stop =
    side === 'buy'
      ? Math.max(last, Math.min(price, mark) - away)
      : Math.min(last, Math.max(price, mark) + away);
  return toPriceStep(Math.max(priceStep, stop), priceStep);
}

/** The farthest one that comes before liquidation with the margin that entries of ours have. */
function lastStopOf(desk: Desk, { symbol, side, lots, price }: StrangeLots): number {
  const contract = must(portfolioOf(desk).contracts[symbol], symbol);
  const entryNotional = notional(price, lots, contract.lotSize);
  const margin = marginOf(entryNotional, leverageOf(desk, symbol));
  const direction = directionOf(side);
  const limit = liquidationPriceOf({ direction, lots, entryNotional, margin }, contract);
  return price + (limit - price) / LIQUIDATION_BUFFER;
}

/** Lots that were added move the liquidation price, and the stop of the position stays where it is. */
export function leaveBeyond(desk: Desk, symbol: string): void {
  const { positions, orders } = portfolioOf(desk);
  const held = positions[symbol];
  const stop = held === undefined ? null : entryStopOf(orders, held);
  if (held === undefined || stop === null) return;
  if ((stop - held.liquidationPrice) * signOf(held.direction) > 0) return;
  desk.warn(
    `the stop of ${symbol} at ${stop} lies beyond its liquidation price after what was added: ` +
      'the position is closed',
  );
  leaveNow(desk, symbol);
}

/** Closes a position at the market, as its stop would have. */
export const leaveNow = (desk: Desk, symbol: string, reason: ExitReason = 'stop_loss'): void =>
  desk.commit({ kind: 'unprotected', symbol, reason, time: timeOf(desk) });
