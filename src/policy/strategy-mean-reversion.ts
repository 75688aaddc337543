/**
 * Mean reversion: in a range, buys what has just stopped falling too far and sells the opposite.
 *
 * Bollinger bands ("Bollinger on Bollinger bands", 2001) and RSI extremes (Wilder, 1978): the entry
 * is the return into the band or out of the extreme; the target is the middle band.
 * Promises: proposes only where the middle band is far enough to pay. Never: in a trend.
 */
import type { Candle, Reading } from '../core/market.ts';
import type { Direction, Position } from '../core/order.ts';
import { signOf } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';
import {
  bracketOf,
  isTradable,
  type Proposal,
  roundTripCost,
  type Strategy,
  TARGET_COSTS_MIN,
  within01,
} from './strategy-proposal.ts';

/** A strong trend rides its band: nothing reverts there. */
const ADX_MAX = 25;
/** RSI's distance from 50 that counts as extreme: 30 and 70. */
const RSI_EXTREME = 20;
/** And the least of it with which a return into the band counts: 40 and 60. */
const RSI_LEANING = 10;
/** The least reward against the risk of the stop; reversion wins often and little. */
const REWARD_MIN = 0.5;

export const meanReversion: Strategy = { holdShare: 0.5, propose, exits };

function propose(reading: Reading, candle: Candle, settings: Settings): Proposal | null {
  if (!isTradable(reading) || reading.regime !== 'range' || reading.adx >= ADX_MAX) return null;
  const direction: Direction = candle.close < reading.bandMiddle ? 'long' : 'short';
  const sign = signOf(direction);
  // Of the candle before only its close is known: the band of now stands for the band of then.
  const band = direction === 'long' ? reading.bandLower : reading.bandUpper;
  const stretch = (50 - reading.rsi) * sign;
  const stretchBefore = (50 - reading.rsiBefore) * sign;
  const reentered =
    (reading.closeBefore - band) * sign < 0 &&
    (candle.close - band) * sign >= 0 &&
    stretchBefore >= RSI_LEANING;
  const recovered = stretchBefore >= RSI_EXTREME && stretch < RSI_EXTREME;
  if (!reentered && !recovered) return null;
  const target = (reading.bandMiddle - candle.close) * sign;
  if (target < TARGET_COSTS_MIN * roundTripCost(settings) * candle.close) return null;
  const bracket = bracketOf({ reading, candle, settings }, meanReversion.holdShare);
  if (bracket === null || target < REWARD_MIN * bracket.stop) return null;
  return {
    direction,
    strength: within01(0.35 + stretchBefore / 100 + (ADX_MAX - reading.adx) / 100),
    stopDistance: bracket.stop,
    takeProfitDistance: target,
    trailDistance: null,
    maxCandles: bracket.maxCandles,
  };
}

/** The mean is reached (it moves, the target does not), or a trend against us has begun. */
function exits(position: Position, reading: Reading, candle: Candle): boolean {
  const sign = signOf(position.direction);
  if ((candle.close - reading.bandMiddle) * sign >= 0) return true;
  return reading.regime === (position.direction === 'long' ? 'trend_down' : 'trend_up');
}
