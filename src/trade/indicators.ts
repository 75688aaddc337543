/**
 * All indicators of one symbol.
 *
 * Promises: one pass per candle, no allocation, plain state of fixed shape; the slow timeframe is
 * made of whole UTC-aligned bars of 15 candles. Never: invents candles for a gap (indicators go on
 * with the next one), never reads a bar that has not ended.
 */
import { type Average, createAverage, updateEma, updateLevel } from '../base/indicator/average.ts';
import {
  type Channel,
  createChannel,
  createDonchian,
  type Donchian,
  updateChannel,
  updateDonchian,
} from '../base/indicator/channel.ts';
import * as momentum from '../base/indicator/momentum.ts';
import { createRing, pushRing, type Ring, ringAt } from '../base/indicator/ring.ts';
import * as trend from '../base/indicator/trend.ts';
import * as volatility from '../base/indicator/volatility.ts';
import * as flow from '../base/indicator/volume.ts';
import type { Candle } from '../core/market.ts';

/** Candles in a bar of the slow timeframe. */
export const SLOW_BAR_CANDLES = 15;
const SLOW_BARS_MIN = 21;
/** Candles after which every indicator is known; the first slow bar may be partial. */
export const WARMUP_CANDLES = SLOW_BARS_MIN * SLOW_BAR_CANDLES;
/** Candles over which the slope of the slow average is taken. */
const SLOPE_CANDLES = 10;
/** Volumes beyond this are an exchange's mistake; sums of them would not stay finite. */
export const VOLUME_MAX = 1e30;

/** The indicators of the finished bars, and the bar being made. */
export interface SlowBars {
  /** Number of the bar being made, counted from 1970; null between bars. */
  bucket: number | null;
  close: number;
  readonly rsi: momentum.Rsi;
  readonly emaFast: Average;
  readonly emaSlow: Average;
}

export interface Indicators {
  readonly rsi: momentum.Rsi;
  readonly rsiFast: momentum.Rsi;
  readonly roc: momentum.Roc;
  readonly macd: momentum.Macd;
  readonly stochastic: momentum.Stochastic;
  readonly cci: momentum.Cci;
  readonly mfi: flow.Mfi;
  readonly flow: flow.VolumeFlow;
  readonly atr: volatility.Atr;
  readonly bollinger: volatility.Bollinger;
  readonly adx: trend.Adx;
  readonly aroon: trend.Aroon;
  readonly donchian: Donchian;
  readonly range: Channel;
  readonly emaFast: Average;
  readonly emaSlow: Average;
  readonly emaLong: Average;
  /** Last values of `emaSlow`. */
  readonly slope: Ring;
  readonly sigma: volatility.Sigma;
  /**
   * Long-run levels that volatility is measured against: of the variance, and of the logarithm of
   * ATR over close (a plain mean would follow the spikes and call most of the time calm).
   */
  readonly varianceLevel: Average;
  readonly logAtrLevel: Average;
  /** Logarithm of ATR over close, less its level; 0 on a dead market. */
  logAtrRatio: number;
  /** Logarithms of the last closes. */
  readonly logCloses: Ring;
  readonly slow: SlowBars;
  /** Consecutive candles without volume. */
  quietCandles: number;
}

export const createIndicators = (): Indicators => ({
  rsi: momentum.createRsi(14),
  rsiFast: momentum.createRsi(5),
  roc: momentum.createRoc(10),
  macd: momentum.createMacd(12, 26, 9),
  stochastic: momentum.createStochastic(14, 3, 3),
  cci: momentum.createCci(20),
  mfi: flow.createMfi(14),
  flow: flow.createVolumeFlow(20),
  atr: volatility.createAtr(14),
  bollinger: volatility.createBollinger(20),
  adx: trend.createAdx(14),
  aroon: trend.createAroon(25),
  donchian: createDonchian(20),
  range: createChannel(60),
  emaFast: createAverage(20),
  emaSlow: createAverage(50),
  emaLong: createAverage(200),
  slope: createRing(SLOPE_CANDLES + 1),
  sigma: volatility.createSigma(50),
  varianceLevel: createAverage(500),
  logAtrLevel: createAverage(500),
  logAtrRatio: 0,
  logCloses: createRing(61),
  slow: {
    bucket: null,
    close: 0,
    rsi: momentum.createRsi(14),
    emaFast: createAverage(8),
    emaSlow: createAverage(SLOW_BARS_MIN),
  },
  quietCandles: 0,
});

/** What a candle brings that the candle itself does not say. */
export interface Spacing {
  readonly timeframeMs: number;
  /** Candles missing before this one. */
  readonly gap: number;
}

export function updateIndicators(all: Indicators, candle: Candle, spacing: Spacing): void {
  const { high, low, close } = candle;
  const volume = Math.min(candle.volume, VOLUME_MAX);
  const typical = momentum.typicalPrice(candle);
  updateReturns(all, Math.log(close) + 0, spacing.gap + 1);
  momentum.updateRsi(all.rsi, close);
  momentum.updateRsi(all.rsiFast, close);
  momentum.updateRoc(all.roc, close);
  momentum.updateMacd(all.macd, close);
  momentum.updateStochastic(all.stochastic, candle);
  momentum.updateCci(all.cci, typical);
  flow.updateMfi(all.mfi, typical, volume);
  flow.updateVolumeFlow(all.flow, close, volume);
  if (volatility.updateAtr(all.atr, high, low, close)) updateAtrRatio(all, close);
  volatility.updateBollinger(all.bollinger, close);
  trend.updateAdx(all.adx, high, low, close);
  trend.updateAroon(all.aroon, high, low);
  updateDonchian(all.donchian, high, low);
  updateChannel(all.range, high, low);
  updateEma(all.emaFast, close);
  if (updateEma(all.emaSlow, close)) pushRing(all.slope, all.emaSlow.value);
  updateEma(all.emaLong, close);
  updateSlowBars(all.slow, candle, spacing.timeframeMs);
  all.quietCandles = volume > 0 ? 0 : all.quietCandles + 1;
}

/** The log return over `candles` candles; 0 where there are not as many. */
export function returnOver(all: Indicators, candles: number): number {
  const { logCloses } = all;
  return logCloses.count > candles ? ringAt(logCloses, 0) - ringAt(logCloses, candles) : 0;
}

/** A return over a gap counts as the spread of as many candles as it spans. */
function updateReturns(all: Indicators, logClose: number, candles: number): void {
  pushRing(all.logCloses, logClose);
  if (all.logCloses.count < 2) return;
  volatility.updateSigma(all.sigma, returnOver(all, 1), candles);
  updateLevel(all.varianceLevel, all.sigma.variance.value);
}

function updateAtrRatio(all: Indicators, close: number): void {
  const atr = all.atr.average.value;
  all.logAtrRatio = 0;
  if (atr <= 0) return;
  const logAtr = Math.log(atr / close);
  updateLevel(all.logAtrLevel, logAtr);
  all.logAtrRatio = logAtr - all.logAtrLevel.value;
}

/** A bar ends with its last candle or, when that is missing, with the first candle after it. */
function updateSlowBars(slow: SlowBars, candle: Candle, timeframeMs: number): void {
  const barMs = SLOW_BAR_CANDLES * timeframeMs;
  const bucket = Math.floor(candle.time / barMs);
  if (slow.bucket !== null && slow.bucket !== bucket) endSlowBar(slow);
  slow.bucket = bucket;
  slow.close = candle.close;
  if (candle.time + timeframeMs < (bucket + 1) * barMs) return;
  endSlowBar(slow);
  slow.bucket = null;
}

function endSlowBar(slow: SlowBars): void {
  momentum.updateRsi(slow.rsi, slow.close);
  updateEma(slow.emaFast, slow.close);
  updateEma(slow.emaSlow, slow.close);
}
