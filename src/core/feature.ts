/**
 * The feature row's columns: what the market component fills and the learners read.
 *
 * Promises: names in column order; learned shapes migrate by these names.
 */

export const FEATURE_NAMES = [
  'return_1',
  'return_5',
  'return_15',
  'return_60',
  'rsi_14',
  'rsi_5',
  'stoch_k',
  'stoch_d',
  'mfi_14',
  'cci_20',
  'adx_14',
  'di_difference',
  'aroon_25',
  'macd_histogram',
  'ema_fast_gap',
  'ema_slow_gap',
  'ema_cross',
  'ema_200_gap',
  'band_position',
  'band_width',
  'atr_ratio',
  'sigma_ratio',
  'range_position',
  'body',
  'wick_balance',
  'volume_ratio',
  'obv_slope',
  'slow_rsi',
  'slow_trend',
  'hour_sin',
  'hour_cos',
] as const;

export const FEATURE_COUNT = FEATURE_NAMES.length;
