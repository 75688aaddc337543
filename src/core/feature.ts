/**
 * The feature row's columns: what the market component fills and the learners read.
 *
 * Promises: names in column order; learned shapes migrate by these names (learn/feature-migration.ts).
 *
 * A release that adds, drops, moves or renames a feature: appends the former list to
 * FORMER_FEATURE_LISTS, names what it renamed in RENAMED_FEATURES, and raises the version of every
 * component whose file carries feature names (so that an older release refuses it).
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

/** The lists of former releases, oldest first. Facts written under one say its place here. */
export const FORMER_FEATURE_LISTS: readonly (readonly string[])[] = [];

/** The place of today's list, for facts; absent in a fact: 0. */
export const FEATURE_LIST = FORMER_FEATURE_LISTS.length;

/** Today's name, or the next one, by the former name. */
export const RENAMED_FEATURES: Readonly<Record<string, string>> = {};
