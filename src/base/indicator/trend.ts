/**
 * Trend: Wilder's directional movement (ADX, +DI, −DI) and Aroon.
 *
 * Promises: equal to TA-Lib, its seeding included: `period − 1` movements are summed, the next one
 * is smoothed in; ADX is seeded with the mean of `period` DX values. Never: NaN on a dead market
 * (then both DI are 0 and ADX stays where it was).
 */
import { type Average, createAverage, updateWilder } from './average.ts';
import { createExtreme, type Extreme, updateHighest, updateLowest } from './channel.ts';
import { trueRange } from './volatility.ts';

export interface Adx {
  readonly period: number;
  /** Candles seen, up to `period` + 1. */
  count: number;
  /** The last candle; meaningless before the first. */
  high: number;
  low: number;
  close: number;
  /** Smoothed sums. */
  plusMove: number;
  minusMove: number;
  range: number;
  plusDi: number;
  minusDi: number;
  readonly average: Average;
}

export const createAdx = (period: number): Adx => ({
  period,
  count: 0,
  high: 0,
  low: 0,
  close: 0,
  plusMove: 0,
  minusMove: 0,
  range: 0,
  plusDi: 0,
  minusDi: 0,
  average: createAverage(period),
});

/** Answers true once ADX (not only the DI) is known. */
export function updateAdx(state: Adx, high: number, low: number, close: number): boolean {
  const rise = high - state.high;
  const fall = state.low - low;
  const range = trueRange(high, low, state.close);
  state.high = high;
  state.low = low;
  state.close = close;
  if (state.count <= state.period) state.count += 1;
  if (state.count === 1) return false;
  // The first period − 1 movements are summed; from then on a share is forgotten for each new one.
  const kept = state.count <= state.period ? 1 : 1 - 1 / state.period;
  state.plusMove = state.plusMove * kept + (rise > 0 && rise > fall ? rise : 0);
  state.minusMove = state.minusMove * kept + (fall > 0 && fall > rise ? fall : 0);
  state.range = state.range * kept + range;
  if (state.count <= state.period) return false;
  return updateDirections(state);
}

function updateDirections(state: Adx): boolean {
  const { average } = state;
  const alive = state.range > 0;
  state.plusDi = alive ? 100 * (state.plusMove / state.range) : 0;
  state.minusDi = alive ? 100 * (state.minusMove / state.range) : 0;
  const sum = state.plusDi + state.minusDi;
  const seeded = average.count === average.period;
  if (sum > 0) return updateWilder(average, 100 * (Math.abs(state.plusDi - state.minusDi) / sum));
  // TA-Lib counts a dead candle as 0 while it seeds and passes it over afterwards.
  return seeded ? true : updateWilder(average, 0);
}

/** Aroon oscillator: how much younger the last high is than the last low, −100..100. */
export interface Aroon {
  readonly high: Extreme;
  readonly low: Extreme;
  value: number;
}

/** The window has one candle more than the period, as in TA-Lib. */
export const createAroon = (period: number): Aroon => ({
  high: createExtreme(period + 1),
  low: createExtreme(period + 1),
  value: 0,
});

export function updateAroon(state: Aroon, high: number, low: number): boolean {
  updateHighest(state.high, high);
  const warm = updateLowest(state.low, low);
  const period = state.low.ring.values.length - 1;
  if (warm) state.value = (100 / period) * (state.low.age - state.high.age) + 0;
  return warm;
}
