/**
 * Breakout: follows a close beyond the channel of the last 20 candles that volume confirms.
 *
 * Donchian's channel, as the Turtles traded it (Faith, "Way of the Turtle", 2007), with volume and
 * range expansion against false breaks. Promises: proposes on the candle that leaves the channel.
 * Never: chases a price that already stood at the edge.
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

/** Volume of the breaking candle over its 20-candle mean. */
const VOLUME_RATIO_MIN = 1.5;
/** Range of the breaking candle, in ATRs. */
const RANGE_ATR_MIN = 1.2;
/** The close before lay at least this far inside the channel, in ATRs: it was no break yet. */
const INSIDE_ATR_MIN = 0.1;
/** The close stands in the outer part of its candle: the break was held. */
const CLOSE_POSITION_MIN = 0.6;

export const breakout: Strategy = { holdShare: 1, propose, exits };

function propose(reading: Reading, candle: Candle, settings: Settings): Proposal | null {
  if (!isTradable(reading) || reading.volumeRatio < VOLUME_RATIO_MIN) return null;
  const direction = brokenSide(reading, candle);
  if (direction === null) return null;
  const range = candle.high - candle.low;
  if (range < RANGE_ATR_MIN * reading.atr) return null;
  const edge = direction === 'long' ? reading.donchianHigh : reading.donchianLow;
  const inside = (edge - reading.closeBefore) * signOf(direction);
  if (inside < INSIDE_ATR_MIN * reading.atr) return null;
  const held = direction === 'long' ? candle.close - candle.low : candle.high - candle.close;
  if (held < CLOSE_POSITION_MIN * range) return null;
  const bracket = bracketOf({ reading, candle, settings }, breakout.holdShare);
  if (bracket === null) return null;
  return {
    direction,
    strength: within01(0.4 + (reading.volumeRatio - VOLUME_RATIO_MIN) / 10),
    stopDistance: bracket.stop,
    takeProfitDistance: distanceOrNone(bracket.target),
    trailDistance: distanceOrNone(bracket.trail),
    maxCandles: bracket.maxCandles,
  };
}

function brokenSide(reading: Reading, candle: Candle): Direction | null {
  if (candle.close > reading.donchianHigh) return 'long';
  return candle.close < reading.donchianLow ? 'short' : null;
}

/** Back beyond the middle of the channel: the break has failed. */
function exits(position: Position, reading: Reading, candle: Candle): boolean {
  const middle = (reading.donchianHigh + reading.donchianLow) / 2;
  return (candle.close - middle) * signOf(position.direction) < 0;
}
