/**
 * The nouns of the Q-table: actions, market states, and a number for each pair of them.
 *
 * Promises: fixed order, so that files and texts never differ by it.
 */
import { REGIMES, type Regime, VOLATILITY_LEVELS, type VolatilityLevel } from '../core/market.ts';

export const ACTIONS = [
  'trend_following',
  'mean_reversion',
  'breakout',
  'momentum',
  'stay_out',
] as const;
export type Action = (typeof ACTIONS)[number];

export type MarketState = `${Regime}|${VolatilityLevel}`;

export const MARKET_STATES: readonly MarketState[] = REGIMES.flatMap(regime =>
  VOLATILITY_LEVELS.map((level): MarketState => `${regime}|${level}`),
);

/** A number per action, in the order of ACTIONS. */
export type PerAction = Record<Action, number>;
export type PerState = Record<MarketState, PerAction>;

const zeroPerAction = (): PerAction => ({
  trend_following: 0,
  mean_reversion: 0,
  breakout: 0,
  momentum: 0,
  stay_out: 0,
});

export const zeroPerState = (): PerState =>
  Object.fromEntries(MARKET_STATES.map(name => [name, zeroPerAction()])) as PerState;
