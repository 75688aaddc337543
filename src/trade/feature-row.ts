/**
 * The feature row of a symbol's last closed candle.
 *
 * Promises: scale-free (the same for a price of 1e-5 and of 1e5), finite on dead markets, clipped to
 * [−4, 4], rounded to 1e-6 so that its journal text is short and exact. Never: looks past the last
 * closed candle, never allocates.
 */
import { channelPosition } from '../base/indicator/channel.ts';
import { HOUR_MS, type Millis } from '../base/time.ts';
import { FEATURE_COLUMN as AT } from '../core/feature.ts';
import type { Candle, Reading } from '../core/market.ts';
import { type Indicators, returnOver, SLOW_BAR_CANDLES } from './indicators.ts';

const LIMIT = 4;
const HOURS = 24;
const hourTable = (wave: (angle: number) => number): readonly number[] =>
  Array.from({ length: HOURS }, (_, hour) => wave((2 * Math.PI * hour) / HOURS));
const HOUR_SIN = hourTable(Math.sin);
const HOUR_COS = hourTable(Math.cos);
const SQRT_5 = Math.sqrt(5);
const SQRT_15 = Math.sqrt(15);
const SQRT_60 = Math.sqrt(60);
const SQRT_SLOW = Math.sqrt(SLOW_BAR_CANDLES);

/** Rounds to 1e-6, as feature rows are. `+ 0` takes the sign off −0. */
export const roundFeature = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

function tidy(value: number): number {
  if (value >= LIMIT) return LIMIT;
  return value <= -LIMIT ? -LIMIT : roundFeature(value);
}

/** A ratio that is 0 where nothing moved. */
const over = (value: number, scale: number): number => (scale > 0 ? value / scale : 0);

/** The logarithm of a ratio of two magnitudes; 0 where there is nothing to measure against. */
const logOver = (value: number, scale: number): number => (scale > 0 ? Math.log(value / scale) : 0);

export interface RowSource {
  readonly indicators: Indicators;
  readonly reading: Reading;
  readonly candle: Candle;
  /** When the candle closed. */
  readonly closedAt: Millis;
}

/** Fills `out`, a value per feature name. */
export function fillFeatures(out: number[], source: RowSource): void {
  fillMomentum(out, source.indicators);
  fillTrend(out, source.indicators, source.candle.close);
  fillVolatility(out, source.indicators, source.candle.close);
  fillCandle(out, source);
}

function fillMomentum(out: number[], all: Indicators): void {
  const sigma = all.sigma.value;
  out[AT.return_1] = tidy(over(returnOver(all, 1), sigma));
  out[AT.return_5] = tidy(over(returnOver(all, 5), sigma * SQRT_5));
  out[AT.return_15] = tidy(over(returnOver(all, 15), sigma * SQRT_15));
  out[AT.return_60] = tidy(over(returnOver(all, 60), sigma * SQRT_60));
  out[AT.rsi_14] = tidy((all.rsi.value - 50) / 15);
  out[AT.rsi_5] = tidy((all.rsiFast.value - 50) / 25);
  out[AT.stoch_k] = tidy((all.stochastic.k.value - 50) / 25);
  out[AT.stoch_d] = tidy((all.stochastic.d.value - 50) / 25);
  out[AT.mfi_14] = tidy((all.mfi.value - 50) / 20);
  out[AT.cci_20] = tidy(all.cci.value / 100);
}

function fillTrend(out: number[], all: Indicators, close: number): void {
  const { adx } = all;
  const atr = all.atr.average.value;
  out[AT.adx_14] = tidy((adx.average.value - 25) / 12);
  out[AT.di_difference] = tidy((adx.plusDi - adx.minusDi) / 20);
  out[AT.aroon_25] = tidy(all.aroon.value / 50);
  out[AT.macd_histogram] = tidy(over(2.5 * all.macd.histogram, atr));
  out[AT.ema_fast_gap] = tidy(over(close - all.emaFast.value, 2 * atr));
  out[AT.ema_slow_gap] = tidy(over(close - all.emaSlow.value, 3 * atr));
  out[AT.ema_cross] = tidy(over(all.emaFast.value - all.emaSlow.value, 2 * atr));
  out[AT.ema_200_gap] = tidy(over(close - all.emaLong.value, 6 * atr));
}

function fillVolatility(out: number[], all: Indicators, close: number): void {
  const { middle, deviation } = all.bollinger;
  const atr = all.atr.average.value;
  out[AT.band_position] = tidy(over(close - middle, deviation));
  out[AT.band_width] = tidy(2 * logOver(deviation, atr));
  out[AT.atr_ratio] = tidy(2 * all.logAtrRatio);
  out[AT.sigma_ratio] = tidy(logOver(all.sigma.variance.value, all.varianceLevel.value));
  out[AT.range_position] = tidy(4 * channelPosition(all.range, close) - 2);
}

function fillCandle(out: number[], source: RowSource): void {
  const { indicators: all, reading, candle } = source;
  const { open, high, low, close } = candle;
  const { atr } = reading;
  const upperWick = high - Math.max(open, close);
  const lowerWick = Math.min(open, close) - low;
  const hour = Math.floor(source.closedAt / HOUR_MS) % HOURS;
  out[AT.body] = tidy(over(close - open, atr));
  out[AT.wick_balance] = tidy(over(2 * (lowerWick - upperWick), high - low));
  out[AT.volume_ratio] = tidy(all.flow.mean > 0 ? Math.log(reading.volumeRatio) : 0);
  out[AT.obv_slope] = tidy(3 * all.flow.balance);
  out[AT.slow_rsi] = tidy((all.slow.rsi.value - 50) / 15);
  out[AT.slow_trend] = tidy(over(all.slow.emaFast.value - all.slow.emaSlow.value, SQRT_SLOW * atr));
  out[AT.hour_sin] = tidy(HOUR_SIN[hour] as number);
  out[AT.hour_cos] = tidy(HOUR_COS[hour] as number);
}
