/**
 * The strategies by name: what the Q-table chooses from.
 *
 * Promises: pure functions of the reading and the last closed candle; staying out proposes nothing.
 * Never: remembers anything; what a position needs to be left stands in the position.
 */
import type { Candle, Reading } from '../core/market.ts';
import type { Position } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';
import { breakout } from './strategy-breakout.ts';
import { meanReversion } from './strategy-mean-reversion.ts';
import { momentum } from './strategy-momentum.ts';
import { holdCandles, type Proposal, type Strategy } from './strategy-proposal.ts';
import { trendFollowing } from './strategy-trend-following.ts';

const stayOut: Strategy = { holdShare: 1, propose: () => null, exits: () => false };

const STRATEGIES: ReadonlyMap<string, Strategy> = new Map([
  ['trend_following', trendFollowing],
  ['mean_reversion', meanReversion],
  ['breakout', breakout],
  ['momentum', momentum],
  ['stay_out', stayOut],
]);

export const STRATEGY_NAMES: readonly string[] = [...STRATEGIES.keys()];
/** Those that ever propose anything. */
export const PROPOSING = STRATEGY_NAMES.filter(name => STRATEGIES.get(name) !== stayOut);

/** A position may carry a name of another release: it keeps its stop and its time limit. */
const strategyOf = (name: string): Strategy => STRATEGIES.get(name) ?? stayOut;

export interface Scene {
  readonly reading: Reading;
  readonly candle: Candle;
  readonly settings: Settings;
}

/** The entry that a strategy proposes at the close of the candle, or null. */
export const propose = (name: string, { reading, candle, settings }: Scene): Proposal | null =>
  strategyOf(name).propose(reading, candle, settings);

/** True when the idea of the strategy that opened the position no longer holds. */
export const exitSignal = (position: Position, reading: Reading, candle: Candle): boolean =>
  reading.ready && strategyOf(position.strategy).exits(position, reading, candle);

/** Candles after which a position of the strategy is left. */
export const holdCandlesMax = (name: string, settings: Settings): number =>
  holdCandles(settings, strategyOf(name).holdShare);
