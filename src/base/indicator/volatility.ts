/**
 * Volatility: average true range, Bollinger bands, and the EW deviation of log returns.
 *
 * Promises: ATR and bands equal to TA-Lib; the deviation is taken in two passes, so it stays exact
 * where prices are large and moves small. Never: negative, never NaN on a dead market.
 */
import { type Average, createAverage, updateLevel, updateWilder } from './average.ts';
import { createRing, pushRing, type Ring, ringMean } from './ring.ts';

export const trueRange = (high: number, low: number, previousClose: number): number =>
  Math.max(high - low, Math.abs(high - previousClose), Math.abs(low - previousClose));

/** Wilder's average true range; the first candle has none. */
export interface Atr {
  readonly average: Average;
  /** Close of the last candle; null before the first. */
  close: number | null;
}

export const createAtr = (period: number): Atr => ({
  average: createAverage(period),
  close: null,
});

export function updateAtr(state: Atr, high: number, low: number, close: number): boolean {
  const previous = state.close;
  state.close = close;
  if (previous === null) return false;
  return updateWilder(state.average, trueRange(high, low, previous));
}

/** Mean and population standard deviation of the last `period` values. */
export interface Bollinger {
  readonly ring: Ring;
  middle: number;
  deviation: number;
}

export const createBollinger = (period: number): Bollinger => ({
  ring: createRing(period),
  middle: 0,
  deviation: 0,
});

export function updateBollinger(state: Bollinger, value: number): boolean {
  const { ring } = state;
  if (!pushRing(ring, value)) return false;
  const period = ring.values.length;
  const mean = ringMean(ring);
  let squares = 0;
  for (let index = 0; index < period; index += 1) {
    const distance = (ring.values[index] as number) - mean;
    squares += distance * distance;
  }
  state.middle = mean;
  state.deviation = Math.sqrt(squares / period);
  return true;
}

/** EW standard deviation (around zero) of log returns, per candle. */
export interface Sigma {
  readonly variance: Average;
  value: number;
}

export const createSigma = (period: number): Sigma => ({
  variance: createAverage(period),
  value: 0,
});

/** `candles`: how many candles the return spans (more than one after a gap). */
export function updateSigma(state: Sigma, logReturn: number, candles: number): boolean {
  const warm = updateLevel(state.variance, (logReturn * logReturn) / candles);
  state.value = Math.sqrt(state.variance.value);
  return warm;
}
