/**
 * The reading: what the indicators of a symbol say of its last candle, for strategies and sizing.
 *
 * Promises: finite numbers at any time; written in place. Never: tells whether it is `ready`; the
 * market does, since a gap decides it too.
 */
import { ringAt } from '../base/indicator/ring.ts';
import type { Candle, Reading } from '../core/market.ts';
import { type Indicators, VOLUME_MAX } from './indicators.ts';
import { nextRegime, nextVolatility } from './regime.ts';

const BAND_DEVIATIONS = 2;

export const createReading = (): Reading => ({
  ready: false,
  atr: 0,
  sigma: 0,
  regime: 'range',
  volatility: 'normal',
  emaFast: 0,
  emaSlow: 0,
  bandUpper: 0,
  bandMiddle: 0,
  bandLower: 0,
  rsi: 0,
  adx: 0,
  plusDi: 0,
  minusDi: 0,
  macdHistogram: 0,
  roc: 0,
  donchianHigh: 0,
  donchianLow: 0,
  volumeRatio: 0,
  quietCandles: 0,
  closeBefore: 0,
  emaGapBefore: 0,
  rsiBefore: 0,
  rocBefore: 0,
});

/** Keeps what strategies compare with, before the candle changes it. Null: there was none. */
export function keepBefore(reading: Reading, last: Pick<Candle, 'close'> | null): void {
  reading.closeBefore = last === null ? 0 : last.close;
  reading.emaGapBefore = reading.emaFast - reading.emaSlow;
  reading.rsiBefore = reading.rsi;
  reading.rocBefore = reading.roc;
}

export function updateReading(reading: Reading, all: Indicators, candle: Candle): void {
  const { bollinger, adx, flow } = all;
  const reach = BAND_DEVIATIONS * bollinger.deviation;
  reading.atr = all.atr.average.value;
  reading.sigma = all.sigma.value;
  reading.emaFast = all.emaFast.value;
  reading.emaSlow = all.emaSlow.value;
  reading.bandMiddle = bollinger.middle;
  reading.bandUpper = bollinger.middle + reach;
  reading.bandLower = bollinger.middle - reach;
  reading.rsi = all.rsi.value;
  reading.adx = adx.average.value;
  reading.plusDi = adx.plusDi;
  reading.minusDi = adx.minusDi;
  reading.macdHistogram = all.macd.histogram;
  reading.roc = all.roc.value;
  reading.donchianHigh = all.donchian.upper;
  reading.donchianLow = all.donchian.lower;
  reading.volumeRatio = flow.mean > 0 ? Math.min(candle.volume, VOLUME_MAX) / flow.mean : 0;
  reading.quietCandles = all.quietCandles;
  updateNames(reading, all);
}

function updateNames(reading: Reading, all: Indicators): void {
  const slope =
    all.slope.count > 0 ? all.emaSlow.value - ringAt(all.slope, all.slope.count - 1) : 0;
  reading.regime = nextRegime(reading.regime, reading, slope);
  reading.volatility = nextVolatility(reading.volatility, all.logAtrRatio);
}
