/**
 * A strategy's proposal, and the bracket that every proposal carries.
 *
 * Promises: a proposal's stop and expected move stand well above what entering and leaving cost,
 * and a dead market gets none. Never: sizes; that is risk's work.
 */
import type { Candle, Reading } from '../core/market.ts';
import type { Direction, Position } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';

export interface Proposal {
  readonly direction: Direction;
  /** 0..1: how clearly the pattern shows. */
  readonly strength: number;
  /** Distances in price from the close. */
  readonly stopDistance: number;
  readonly takeProfitDistance: number | null;
  readonly trailDistance: number | null;
  /** The position is left after this many candles. */
  readonly maxCandles: number;
}

/** A strategy remembers nothing: all it knows is the reading and the last closed candle. */
export interface Strategy {
  /** Share of `settings.maxHoldCandles` that its idea needs to come true. */
  readonly holdShare: number;
  propose(reading: Reading, candle: Candle, settings: Settings): Proposal | null;
  /** True when the idea that opened the position no longer holds. */
  exits(position: Position, reading: Reading, candle: Candle): boolean;
}

/** The least stop, in round-trip costs: a closer one pays the exchange more than it risks. */
export const STOP_COSTS_MIN = 2;
/** The least target, in round-trip costs. */
export const TARGET_COSTS_MIN = 2;
/** Below this share of the usual volume nobody is there to trade with. */
const VOLUME_RATIO_MIN = 0.05;

/** What entering and leaving at market cost, as a share of the price. */
export const roundTripCost = (settings: Settings): number =>
  2 * (Math.max(0, settings.takerFee) + settings.slippage);

/** A closer stop would be hit by the spread, or cost more than it risks. */
export const stopDistanceMin = (settings: Settings, price: number): number =>
  STOP_COSTS_MIN * roundTripCost(settings) * price;

/** Nothing is proposed before the indicators are warm or where nothing trades or moves. */
export const isTradable = (reading: Reading): boolean =>
  reading.ready &&
  reading.quietCandles === 0 &&
  reading.volumeRatio >= VOLUME_RATIO_MIN &&
  reading.atr > 0 &&
  reading.sigma > 0;

export const holdCandles = (settings: Settings, share: number): number =>
  Math.max(1, Math.round(settings.maxHoldCandles * share));

/** Distances in price; 0 where the settings want none. */
export interface Bracket {
  readonly stop: number;
  readonly target: number;
  readonly trail: number;
  readonly maxCandles: number;
}

/**
 * Stop, target and trail in ATRs (Wilder, "New concepts in technical trading systems", 1978).
 * Where ATR is small against costs all three are stretched by one factor until the stop reaches
 * STOP_COSTS_MIN round trips; null where the market would not move that far in the holding time
 * (a random walk's standard deviation, sigma × √candles).
 */
export function bracketOf(
  { reading, candle, settings }: { reading: Reading; candle: Candle; settings: Settings },
  holdShare: number,
): Bracket | null {
  const stopMin = stopDistanceMin(settings, candle.close);
  const natural = settings.stopAtr * reading.atr;
  if (natural <= 0) return null;
  const stretch = Math.max(1, stopMin / natural);
  const maxCandles = holdCandles(settings, holdShare);
  const stop = natural * stretch;
  const reach = reading.sigma * Math.sqrt(maxCandles) * candle.close;
  if (reach < stop || stop >= candle.close) return null;
  return {
    stop,
    target: settings.takeProfitAtr * reading.atr * stretch,
    trail: settings.trailAtr * reading.atr * stretch,
    maxCandles,
  };
}

/** A distance of 0 means none. */
export const distanceOrNone = (distance: number): number | null => (distance > 0 ? distance : null);

export const within01 = (value: number): number => Math.max(0, Math.min(1, value));
