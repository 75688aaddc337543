/**
 * Momentum: RSI, rate of change, MACD, stochastic and CCI.
 *
 * Promises: equal to TA-Lib, with one difference: where nothing moved at all TA-Lib says 0, which
 * reads as "oversold"; RSI and stochastic say 50 (neutral) here. Never: NaN.
 */
import {
  type Average,
  createAverage,
  createSma,
  type Sma,
  updateEma,
  updateSma,
  updateWilder,
} from './average.ts';
import { type Channel, createChannel, updateChannel } from './channel.ts';
import { createRing, pushRing, type Ring, ringAt, ringMean } from './ring.ts';

export interface Rsi {
  readonly gain: Average;
  readonly loss: Average;
  /** The last value; null before the first. */
  previous: number | null;
  value: number;
}

export const createRsi = (period: number): Rsi => ({
  gain: createAverage(period),
  loss: createAverage(period),
  previous: null,
  value: 0,
});

export function updateRsi(state: Rsi, value: number): boolean {
  const previous = state.previous;
  state.previous = value;
  if (previous === null) return false;
  const change = value - previous;
  updateWilder(state.gain, Math.max(change, 0));
  if (!updateWilder(state.loss, change < 0 ? -change : 0)) return false;
  const sum = state.gain.value + state.loss.value;
  state.value = sum > 0 ? 100 * (state.gain.value / sum) : 50;
  return true;
}

/** Rate of change over `period` values, as a fraction (TA-Lib's ROCP). */
export interface Roc {
  readonly ring: Ring;
  value: number;
}

export const createRoc = (period: number): Roc => ({ ring: createRing(period + 1), value: 0 });

export function updateRoc(state: Roc, value: number): boolean {
  const warm = pushRing(state.ring, value);
  if (warm) {
    const base = ringAt(state.ring, state.ring.values.length - 1);
    state.value = base > 0 ? (value - base) / base + 0 : 0;
  }
  return warm;
}

export interface Macd {
  readonly fast: Average;
  readonly slow: Average;
  readonly signal: Average;
  line: number;
  histogram: number;
}

export const createMacd = (fast: number, slow: number, signal: number): Macd => ({
  fast: createAverage(fast),
  slow: createAverage(slow),
  signal: createAverage(signal),
  line: 0,
  histogram: 0,
});

export function updateMacd(state: Macd, value: number): boolean {
  const { fast, slow, signal } = state;
  // TA-Lib seeds both averages at the same candle, each with the last values before it.
  if (slow.count >= slow.period - fast.period) updateEma(fast, value);
  if (!updateEma(slow, value)) return false;
  state.line = fast.value - slow.value;
  if (!updateEma(signal, state.line)) return false;
  state.histogram = state.line - signal.value;
  return true;
}

/** Slow stochastic: K is the smoothed position in the channel, D is K smoothed again. */
export interface Stochastic {
  readonly channel: Channel;
  readonly k: Sma;
  readonly d: Sma;
}

export const createStochastic = (period: number, slowK: number, slowD: number): Stochastic => ({
  channel: createChannel(period),
  k: createSma(slowK),
  d: createSma(slowD),
});

export interface PriceBar {
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

export function updateStochastic(state: Stochastic, bar: PriceBar): boolean {
  if (!updateChannel(state.channel, bar.high, bar.low)) return false;
  const { high, low } = state.channel;
  const width = high.value - low.value;
  const position = width > 0 ? 100 * ((bar.close - low.value) / width) : 50;
  return updateSma(state.k, position) && updateSma(state.d, state.k.value);
}

/** Commodity channel index: distance of the typical price from its mean in mean deviations. */
export interface Cci {
  readonly ring: Ring;
  value: number;
}

export const createCci = (period: number): Cci => ({ ring: createRing(period), value: 0 });

export const typicalPrice = (bar: PriceBar): number => (bar.high + bar.low + bar.close) / 3;

export function updateCci(state: Cci, typical: number): boolean {
  const { ring } = state;
  if (!pushRing(ring, typical)) return false;
  const period = ring.values.length;
  const mean = ringMean(ring);
  let distances = 0;
  for (let index = 0; index < period; index += 1)
    distances += Math.abs((ring.values[index] as number) - mean);
  const distance = typical - mean;
  state.value = distances > 0 ? distance / (0.015 * (distances / period)) + 0 : 0;
  return true;
}
