/**
 * Regime and volatility level: names for the state of the market, with hysteresis.
 *
 * A trend begins when ADX is strong and both the directional indicators and the slope of the slow
 * average point its way; it ends when ADX is weak, or when both of them point the other way.
 * Volatility is ATR over close against its own long-run (geometric) average.
 * Promises: a name is left at another threshold than it is taken at, so a value that hovers there
 * does not flicker. Never: remembers more than the last name.
 */
import type { Regime, VolatilityLevel } from '../core/market.ts';

const ADX_ENTER = 25;
const ADX_LEAVE = 18;
/** As logarithms of the ratio to the long-run level: 1.42, 1.22, 0.7, 0.82. */
const HIGH_ENTER = 0.35;
const HIGH_LEAVE = 0.2;
const LOW_ENTER = -0.35;
const LOW_LEAVE = -0.2;

export interface Movement {
  readonly adx: number;
  readonly plusDi: number;
  readonly minusDi: number;
}

/** `slope`: change of the slow average over the last candles. */
export function nextRegime(regime: Regime, movement: Movement, slope: number): Regime {
  const up = movement.plusDi > movement.minusDi && slope > 0;
  const down = movement.plusDi < movement.minusDi && slope < 0;
  if (movement.adx >= ADX_LEAVE) {
    if (regime === 'trend_up' && !down) return regime;
    if (regime === 'trend_down' && !up) return regime;
  }
  if (movement.adx < ADX_ENTER) return 'range';
  if (up) return 'trend_up';
  return down ? 'trend_down' : 'range';
}

/** `logRatio`: logarithm of volatility now over its long-run level. */
export function nextVolatility(level: VolatilityLevel, logRatio: number): VolatilityLevel {
  if (logRatio >= (level === 'high' ? HIGH_LEAVE : HIGH_ENTER)) return 'high';
  if (logRatio <= (level === 'low' ? LOW_LEAVE : LOW_ENTER)) return 'low';
  return 'normal';
}
