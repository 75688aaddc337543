/**
 * Trend following: joins a trend when it begins and after each pullback, and lets it run.
 *
 * EMA cross, ADX and directional movement (Wilder, 1978); the exit is a chandelier, a stop trailing
 * the best price by a multiple of ATR (LeBeau), without a target.
 * Promises: proposes on a crossing only. Never: against the directional movement or in a range.
 */
import type { Candle, Reading } from '../core/market.ts';
import type { Direction, Position } from '../core/order.ts';
import { signOf } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';
import {
  bracketOf,
  distanceOrNone,
  isTradable,
  type Proposal,
  type Strategy,
  within01,
} from './strategy-proposal.ts';

/** Wilder's line between a trend and none; a young trend at the cross is still below it. */
const ADX_TREND = 20;
const ADX_CROSS = 15;

export const trendFollowing: Strategy = { holdShare: 1, propose, exits };

function propose(reading: Reading, candle: Candle, settings: Settings): Proposal | null {
  if (!isTradable(reading)) return null;
  const gap = reading.emaFast - reading.emaSlow;
  if (gap === 0) return null;
  const direction: Direction = gap > 0 ? 'long' : 'short';
  const sign = signOf(direction);
  const crossed = reading.emaGapBefore * sign <= 0 && reading.adx >= ADX_CROSS;
  const resumed =
    reading.adx >= ADX_TREND &&
    (reading.closeBefore - reading.emaFast) * sign <= 0 &&
    (candle.close - reading.emaFast) * sign > 0 &&
    (candle.close - candle.open) * sign > 0;
  if (!crossed && !resumed) return null;
  if ((reading.plusDi - reading.minusDi) * sign <= 0) return null;
  if (reading.regime === (direction === 'long' ? 'trend_down' : 'trend_up')) return null;
  const bracket = bracketOf({ reading, candle, settings }, trendFollowing.holdShare);
  if (bracket === null) return null;
  return {
    direction,
    strength: within01(0.4 + (reading.adx - ADX_TREND) / 50),
    stopDistance: bracket.stop,
    // A chandelier needs no target; without one the target is all that takes a profit.
    takeProfitDistance: bracket.trail > 0 ? null : distanceOrNone(bracket.target),
    trailDistance: distanceOrNone(bracket.trail),
    maxCandles: bracket.maxCandles,
  };
}

/**
 * The averages have crossed back. A state, not the crossing itself: one that falls into the first
 * candles of the position, when no signal is heeded, must not be lost.
 */
function exits(position: Position, reading: Reading): boolean {
  return (reading.emaFast - reading.emaSlow) * signOf(position.direction) < 0;
}
