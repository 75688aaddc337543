/**
 * Metrics: the ratios people ask for, from what analytics remembers.
 *
 * Definitions (r: return of a UTC day on the day before, the first on the start balance; a day
 * without a point counts as 0, a year has 365 days):
 * - totalReturn   equity / start − 1
 * - cagr          (equity / start) ^ (365 days / time) − 1, from one day on; −1 at no equity
 * - sharpe        mean(r) / sample deviation(r) × √365
 * - sortino       mean(r) / √(Σ min(r, 0)² / n) × √365
 * - maxDrawdown   largest share lost from a peak, over every equity point; calmar = cagr / that
 * - profitFactor  profits of wins / losses of losses; expectancy: mean net profit of a trade
 * - exposure      time with a position that has been closed since / time
 *
 * Promises: every number is finite; a ratio that would be silly is null: cagr, sharpe, sortino,
 * calmar, profitFactor and expectancy below 10 trades, and any whose divisor is 0. Amounts are in
 * quote currency. Never: reads trimmed lists; all is from totals and the daily series.
 */
import { toQuote, type Units } from '../base/money.ts';
import { DAY_MS, type Millis, utcDay, YEAR_MS } from '../base/time.ts';
import type { AnalyticsState, DayPoint, EquityPoint } from './analytics-state.ts';

export interface Metrics {
  cagr: number | null;
  sharpe: number | null;
  sortino: number | null;
  calmar: number | null;
  /** A share, 0.25 for a quarter lost. */
  maxDrawdown: number;
  maxDrawdownAmount: number;
  profitFactor: number | null;
  expectancy: number | null;
  /** Share of trades with a profit; null before the first trade. */
  winRate: number | null;
  trades: number;
  wins: number;
  losses: number;
  totalReturn: number;
  /** Net, of closed trades. */
  totalProfit: number;
  bestTrade: number | null;
  worstTrade: number | null;
  winStreakMax: number;
  lossStreakMax: number;
  averageDurationMs: Millis | null;
  exposure: number;
  feesPaid: number;
  fundingPaid: number;
  startBalance: number;
  finalEquity: number;
  days: number;
}

/** Fewer trades than this tell nothing. */
export const RATIO_TRADES_MIN = 10;
const DAYS_PER_YEAR = 365;

/** `mark`: the equity right now, where it is newer than the last point. It is not kept. */
export function metricsOf(state: AnalyticsState, mark?: EquityPoint): Metrics {
  const { totals, paid } = state;
  const last = mark ?? state.curve.at(-1);
  const start = state.startBalance ?? state.curve.at(0)?.equity ?? 0;
  const equity = last?.equity ?? start;
  const elapsedMs = last === undefined ? 0 : last.time - (state.startedAt ?? last.time);
  const returns = dailyReturns(start, daysThrough(state.daily, mark));
  const drawdown = drawdownThrough(state, mark);
  const enough = totals.trades >= RATIO_TRADES_MIN;
  const cagr = enough ? growthPerYear(start, equity, elapsedMs) : null;
  const profit = totals.grossProfit - totals.grossLoss;
  return {
    cagr,
    sharpe: enough ? annualised(returns.mean, returns.deviation) : null,
    sortino: enough ? annualised(returns.mean, returns.downside) : null,
    calmar: cagr === null ? null : ratio(cagr, drawdown.share),
    maxDrawdown: drawdown.share,
    maxDrawdownAmount: toQuote(drawdown.units),
    profitFactor: enough ? ratio(totals.grossProfit, totals.grossLoss) : null,
    expectancy: enough ? ratio(toQuote(profit), totals.trades) : null,
    winRate: ratio(totals.wins, totals.trades),
    trades: totals.trades,
    wins: totals.wins,
    losses: totals.losses,
    totalReturn: ratio(equity - start, start) ?? 0,
    totalProfit: toQuote(profit),
    bestTrade: totals.best === null ? null : toQuote(totals.best),
    worstTrade: totals.worst === null ? null : toQuote(totals.worst),
    winStreakMax: totals.winStreakMax,
    lossStreakMax: totals.lossStreakMax,
    averageDurationMs: ratio(totals.durationMs, totals.trades),
    exposure: exposureOf(state, elapsedMs),
    feesPaid: toQuote(paid.makerFees + paid.takerFees),
    fundingPaid: toQuote(paid.funding),
    startBalance: toQuote(start),
    finalEquity: toQuote(equity),
    days: returns.days,
  };
}

/** Null rather than a division by nothing. */
function ratio(amount: number, by: number): number | null {
  const quotient = amount / by;
  return by !== 0 && Number.isFinite(quotient) ? quotient + 0 : null;
}

/** Below a day any growth extrapolates to nonsense. */
function growthPerYear(start: Units, equity: Units, elapsedMs: Millis): number | null {
  if (start <= 0 || elapsedMs < DAY_MS) return null;
  if (equity <= 0) return -1;
  const growth = Math.expm1(Math.log(equity / start) * (YEAR_MS / elapsedMs));
  return Number.isFinite(growth) ? growth + 0 : null;
}

interface DailyReturns {
  readonly days: number;
  readonly mean: number;
  /** Sample standard deviation; 0 below two days. */
  readonly deviation: number;
  /** Root mean square of the days' losses. */
  readonly downside: number;
}

function dailyReturns(start: Units, daily: readonly DayPoint[]): DailyReturns {
  const returns: number[] = [];
  const first = daily.at(0);
  const last = daily.at(-1);
  if (first === undefined || last === undefined)
    return { days: 0, mean: 0, deviation: 0, downside: 0 };
  let before = start;
  for (const { equity } of daily) {
    returns.push(before > 0 ? equity / before - 1 : 0);
    before = equity;
  }
  // Days without a point have the return 0: they only add to the count.
  const days = last.day - first.day + 1;
  const quiet = days - returns.length;
  const mean = returns.reduce((sum, value) => sum + value, 0) / days;
  const squares = returns.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const losses = returns.reduce((sum, value) => sum + Math.min(value, 0) * Math.min(value, 0), 0);
  return {
    days,
    mean,
    deviation: days < 2 ? 0 : Math.sqrt((squares + quiet * mean * mean) / (days - 1)),
    downside: Math.sqrt(losses / days),
  };
}

/** Deviations this small are the rounding of equal returns. */
const DEVIATION_MIN = 1e-12;

export const annualised = (mean: number, deviation: number): number | null =>
  deviation < DEVIATION_MIN ? null : ratio(mean * Math.sqrt(DAYS_PER_YEAR), deviation);

function daysThrough(
  daily: readonly DayPoint[],
  mark: EquityPoint | undefined,
): readonly DayPoint[] {
  if (mark === undefined) return daily;
  const point = { day: utcDay(mark.time), equity: mark.equity };
  return [...(daily.at(-1)?.day === point.day ? daily.slice(0, -1) : daily), point];
}

function drawdownThrough(
  { drawdown, startBalance }: AnalyticsState,
  mark: EquityPoint | undefined,
): { readonly units: Units; readonly share: number } {
  const { maxUnits, maxShare } = drawdown;
  if (mark === undefined) return { units: maxUnits, share: maxShare };
  const peak = drawdown.peak ?? startBalance ?? mark.equity;
  const fall = Math.max(0, peak - mark.equity);
  return {
    units: Math.max(maxUnits, fall),
    share: peak > 0 ? Math.max(maxShare, fall / peak) : maxShare,
  };
}

function exposureOf({ exposure }: AnalyticsState, elapsedMs: Millis): number {
  let covered = exposure.settledMs;
  for (const [from, to] of exposure.spans) covered += to - from;
  return Math.min(1, ratio(covered, elapsedMs) ?? 0);
}
