/**
 * The feature row's columns: what the market component fills and the learners read.
 *
 * Promises: names in column order; rows and what was learned of them migrate by these names
 * (feature-migration.ts).
 *
 * A release that adds, drops, moves or renames a feature: changes FEATURE_NAMES and fills the row
 * (trade/feature-row.ts); appends the former list to FORMER_FEATURE_LISTS; names what it renamed in
 * RENAMED_FEATURES; and raises the version of market, signal model, deep signal model and attention,
 * with an upgrade that changes nothing, so that an older release refuses their files. The Q-table
 * knows no features: its states are regimes and volatility levels.
 * test/contract/feature-list.test.ts does all of it on a copy of the source.
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

export type FeatureName = (typeof FEATURE_NAMES)[number];

/** The column of each. */
export const FEATURE_COLUMN = Object.fromEntries(
  FEATURE_NAMES.map((name, column) => [name, column]),
) as Readonly<Record<FeatureName, number>>;

/** The lists of former releases, oldest first. Facts written under one say its place here. */
const FORMER_FEATURE_LISTS: readonly (readonly string[])[] = [];

/** By the number that a fact says; the first is that of 0.1.0. */
export const FEATURE_LISTS: readonly (readonly string[])[] = [
  ...FORMER_FEATURE_LISTS,
  FEATURE_NAMES,
];

/** The number of today's list. */
export const FEATURE_LIST = FORMER_FEATURE_LISTS.length;

/** What a fact says that has a value per feature: its list, or nothing where that is the first. */
export const FEATURE_LIST_FIELD: { readonly featureList?: number } =
  FEATURE_LIST === 0 ? {} : { featureList: FEATURE_LIST };

/** Today's name, or the next one, by the former name. */
export const RENAMED_FEATURES: Readonly<Record<string, string>> = {};
