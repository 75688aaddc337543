/**
 * Sizing factors: how far past results shrink or stretch the risk of the next trade.
 *
 * Promises: each factor is finite, positive and bounded as its formula says. Never: zero, so that
 * no factor alone ends a multi-year tape silently; that is the breakers' work, and they are told.
 */
import type { Settings } from '../core/settings.ts';
import type { RiskState } from './risk-state.ts';

export interface SizingFactors {
  /** 0.25..1: see `drawdownFactor`. */
  readonly drawdownFactor: number;
  /** 0.4..1.15: see `streakFactor`. */
  readonly streakFactor: number;
  /** 0.75..1.25: see `performanceFactor`. */
  readonly performanceFactor: number;
  /** Largest share of equity to stake: see `kellyShare`. */
  readonly kelly: number;
}

/** What is left of the risk when the drawdown reaches its limit. */
const DRAWDOWN_FACTOR_MIN = 0.25;
/** Fewer trades say nothing about an edge (design, section 7). */
const KELLY_TRADES_MIN = 30;
const PERFORMANCE_TRADES_MIN = 5;
const PERFORMANCE_SWING = 0.25;
/** By losses in a row, then by wins in a row; the last one holds for longer streaks. */
const AFTER_LOSSES = [1, 0.8, 0.6, 0.5, 0.4] as const;
const AFTER_WINS = [1, 1, 1.05, 1.1, 1.15] as const;

export const sizingFactors = (state: RiskState, settings: Settings): SizingFactors => ({
  drawdownFactor: drawdownFactor(state, settings),
  streakFactor: streakFactor(state),
  performanceFactor: performanceFactor(state),
  kelly: kellyShare(state, settings),
});

/**
 * 1 − 0.75 × drawdown / limit: linear from 1 at the peak to 0.25 at the limit and beyond.
 * After Grossman and Zhou, "Optimal investment strategies for controlling drawdowns" (1993): risk
 * in proportion to the distance from the limit; the floor of 0.25 is ours.
 */
export function drawdownFactor(state: RiskState, settings: Settings): number {
  if (settings.maxDrawdown <= 0) return 1;
  const used = Math.min(1, state.currentDrawdown / settings.maxDrawdown);
  return 1 - (1 - DRAWDOWN_FACTOR_MIN) * used;
}

/**
 * 0.8, 0.6, 0.5, 0.4 after one to four losses in a row; 1.05 to 1.15 after two to four wins.
 * Anti-martingale sizing as in Tharp, "Trade your way to financial freedom" (1998); the steps are
 * ours, steeper down than up.
 */
export function streakFactor(state: RiskState): number {
  const steps = state.lossStreak > 0 ? AFTER_LOSSES : AFTER_WINS;
  const streak = state.lossStreak > 0 ? state.lossStreak : state.winStreak;
  return steps[Math.min(streak, steps.length - 1)] ?? 1;
}

/**
 * 1 + 0.25 × Σ ratio / Σ |ratio| over the last 10 trades, from 5 trades on.
 * The quotient is Kaufman's efficiency ratio ("Smarter trading", 1995) with its sign, of trade
 * results instead of prices: +1 when all won, −1 when all lost, near 0 when they cancel.
 */
export function performanceFactor(state: RiskState): number {
  if (state.last10Trades.length < PERFORMANCE_TRADES_MIN) return 1;
  let net = 0;
  let gross = 0;
  for (const { ratio } of state.last10Trades) {
    net += ratio;
    gross += Math.abs(ratio);
  }
  return gross > 0 ? 1 + PERFORMANCE_SWING * (net / gross) : 1;
}

/**
 * f = W − (1 − W) / R with win rate W and R = average win / average loss, held between the floor
 * and the cap. Kelly, "A new interpretation of information rate" (1956); for trading Thorp (1997).
 * The stake of a futures position is its isolated margin, the most it can lose. Below 30 trades the
 * cap holds; the floor keeps a negative f from ending a multi-year tape without a word.
 */
export function kellyShare(state: RiskState, settings: Settings): number {
  if (state.totalTrades < KELLY_TRADES_MIN) return settings.kellyCap;
  const floor = Math.min(settings.kellyFloor, settings.kellyCap);
  if (state.wins === 0) return floor;
  if (state.losses === 0) return settings.kellyCap;
  const winRate = state.wins / state.totalTrades;
  const payoff = state.totalProfit / state.wins / (state.totalLoss / state.losses);
  return Math.max(floor, Math.min(settings.kellyCap, winRate - (1 - winRate) / payoff));
}
