/**
 * Momentum: what has risen against its own past goes on rising for a while.
 *
 * Time-series momentum (Moskowitz, Ooi and Pedersen, 2012; across assets Jegadeesh and Titman,
 * 1993): the sign of the past return. The signal switches on when the return of 10 candles leaves
 * what noise explains, and the MACD histogram (Appel) says that it is still gathering speed.
 * Promises: proposes on that crossing only. Never: on a return that noise explains.
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

/** √10: the reading's rate of change spans 10 candles. */
const ROOT_OF_SPAN = Math.sqrt(10);
/** The return that counts, in standard deviations of a 10-candle return. */
const RETURN_SIGMAS_MIN = 1.25;

export const momentum: Strategy = { holdShare: 0.75, propose, exits };

function propose(reading: Reading, candle: Candle, settings: Settings): Proposal | null {
  if (!isTradable(reading) || reading.roc === 0) return null;
  const direction: Direction = reading.roc > 0 ? 'long' : 'short';
  const sign = signOf(direction);
  const noise = reading.sigma * ROOT_OF_SPAN;
  const sigmas = (reading.roc * sign) / noise;
  // Measured against one and the same noise, so that a change of sigma alone is no crossing.
  if (sigmas < RETURN_SIGMAS_MIN) return null;
  if ((reading.rocBefore * sign) / noise >= RETURN_SIGMAS_MIN) return null;
  if (reading.macdHistogram * sign <= 0) return null;
  if ((candle.close - reading.emaSlow) * sign <= 0) return null;
  const bracket = bracketOf({ reading, candle, settings }, momentum.holdShare);
  if (bracket === null) return null;
  return {
    direction,
    strength: within01(0.3 + sigmas / 5),
    stopDistance: bracket.stop,
    takeProfitDistance: distanceOrNone(bracket.target),
    trailDistance: null,
    maxCandles: bracket.maxCandles,
  };
}

/** The return itself has turned, and the histogram with it. */
function exits(position: Position, reading: Reading): boolean {
  const sign = signOf(position.direction);
  return reading.roc * sign < 0 && reading.macdHistogram * sign < 0;
}
