/**
 * Moving averages: simple, exponential and Wilder's, seeded as TA-Lib seeds them (with the simple
 * average of the first `period` values).
 *
 * Promises: equal to TA-Lib; plain state; `value` is 0 and the update answers false until there
 * are enough values. Never: drifts (a simple average is summed afresh).
 */
import { createRing, pushRing, type Ring, ringMean } from './ring.ts';

export interface Sma {
  readonly ring: Ring;
  value: number;
}

export const createSma = (period: number): Sma => ({ ring: createRing(period), value: 0 });

export function updateSma(state: Sma, value: number): boolean {
  if (!pushRing(state.ring, value)) return false;
  state.value = ringMean(state.ring);
  return true;
}

/** An average that remembers no values: exponential or Wilder's, by the update used. */
export interface Average {
  readonly period: number;
  /** Values seen, up to `period`. */
  count: number;
  /** Of the values seen before the average is seeded. */
  sum: number;
  value: number;
}

export const createAverage = (period: number): Average => ({ period, count: 0, sum: 0, value: 0 });

/** EMA: weight 2 / (period + 1). */
export function updateEma(state: Average, value: number): boolean {
  if (state.count < state.period) return seed(state, value);
  state.value += (value - state.value) * (2 / (state.period + 1));
  return true;
}

/** Wilder's smoothing: weight 1 / period. */
export function updateWilder(state: Average, value: number): boolean {
  if (state.count < state.period) return seed(state, value);
  state.value = (state.value * (state.period - 1) + value) / state.period;
  return true;
}

/**
 * EW average without a cold start: the plain mean of what there is until `period` values were
 * seen, then weight 1 / period. Not in TA-Lib; used where a level is needed soon.
 */
export function updateLevel(state: Average, value: number): boolean {
  if (state.count < state.period) state.count += 1;
  state.value += (value - state.value) / state.count;
  return state.count === state.period;
}

function seed(state: Average, value: number): boolean {
  state.sum += value;
  state.count += 1;
  if (state.count < state.period) return false;
  state.value = state.sum / state.period;
  return true;
}
