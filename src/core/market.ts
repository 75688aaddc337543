/**
 * The market's nouns: candles, contract rules, and what the indicators say of a symbol.
 *
 * Promises: plain data, no behaviour. Prices are quote currency per base unit, volumes base units.
 */
import type { Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';

/** A closed candle. `time` is its open (UTC ms); it closes at `time + timeframe`. */
export interface Candle {
  readonly symbol: string;
  readonly time: Millis;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/**
 * A candle as a feed gives it. `late`: it closed so long ago that nothing may be decided on it any
 * more (history, an outage, a restart). On recorded markets no candle is late.
 */
export interface FedCandle extends Candle {
  readonly late?: true;
}

/** A maintenance tier: positions up to `notionalMax` need `rate` of their notional as margin. */
export interface MaintenanceTier {
  readonly notionalMax: Units;
  readonly rate: number;
}

/** Tiers that the settings put in the place of the contracts' own. */
export interface TierRule {
  /** The one contract they are for; null: every contract that has no rule of its own. */
  readonly symbol: string | null;
  /** As a contract has them. */
  readonly tiers: readonly MaintenanceTier[];
}

/** The rules of one linear perpetual contract. */
export interface Contract {
  readonly symbol: string;
  /** Smallest price change, quote currency. */
  readonly priceStep: number;
  /** Base units in one lot; quantities are whole lots. */
  readonly lotSize: number;
  /** The fewest lots of an entry; absent: one. */
  readonly lotsMin?: number;
  readonly notionalMin: Units;
  readonly leverageMax: number;
  /** Ascending; the last tier holds for everything above. */
  readonly tiers: readonly MaintenanceTier[];
}

/** The currency that a contract is settled in: `BTC/USDT:USDT` in USDT; empty: the name has none. */
export const quoteOf = (symbol: string): string => symbol.split(':')[1] ?? '';

export const REGIMES = ['trend_up', 'trend_down', 'range'] as const;
export type Regime = (typeof REGIMES)[number];

export const VOLATILITY_LEVELS = ['low', 'normal', 'high'] as const;
export type VolatilityLevel = (typeof VOLATILITY_LEVELS)[number];

/**
 * What the market component says of a symbol after its last candle. All are of closed candles.
 * Not to be used before `ready`.
 */
export interface Reading {
  /** True once every indicator has seen enough candles. */
  ready: boolean;
  /** Average true range, 14 candles (Wilder), quote currency. */
  atr: number;
  /** Exponentially weighted standard deviation of log returns, per candle. */
  sigma: number;
  regime: Regime;
  volatility: VolatilityLevel;
  emaFast: number;
  emaSlow: number;
  /** Bollinger bands, 20 candles, 2 standard deviations. */
  bandUpper: number;
  bandMiddle: number;
  bandLower: number;
  /** 0..100. */
  rsi: number;
  adx: number;
  plusDi: number;
  minusDi: number;
  macdHistogram: number;
  /** Rate of change over 10 candles, as a fraction. */
  roc: number;
  /** Highest high and lowest low of the 20 candles before the last one. */
  donchianHigh: number;
  donchianLow: number;
  /** Volume of the last candle over its 20-candle mean; 0 when the market is dead. */
  volumeRatio: number;
  /** Consecutive candles without volume. */
  quietCandles: number;
  /** The same readings one candle earlier: an entry is a crossing, not a state. */
  closeBefore: number;
  /** emaFast − emaSlow of the candle before. */
  emaGapBefore: number;
  rsiBefore: number;
  rocBefore: number;
}
