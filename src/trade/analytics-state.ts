/**
 * What analytics remembers: recent trades, the equity curve, and totals that trimming never
 * touches.
 *
 * Promises: plain data, all money in units; lists bounded by RECORDS_KEPT_MAX (the daily series
 * grows by one point a day). Never: derived ratios; those are in metrics.ts.
 */
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import type { Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { TradeRecord } from '../core/order.ts';

export interface EquityPoint {
  readonly time: Millis;
  readonly balance: Units;
  readonly equity: Units;
}

/** The last equity marked on a UTC day. */
export interface DayPoint {
  /** Whole days since 1970. */
  readonly day: number;
  equity: Units;
}

/** Totals of a group of trades. */
export interface Tally {
  trades: number;
  wins: number;
  profit: Units;
  fees: Units;
  funding: Units;
}

export interface Totals {
  trades: number;
  /** Profit above 0; every other trade is a loss. */
  wins: number;
  losses: number;
  /** Sums of the profits of wins, and of the losses of losses (positive). */
  grossProfit: Units;
  grossLoss: Units;
  /** Net profit of the best and the worst trade; null before the first. */
  best: Units | null;
  worst: Units | null;
  /** Of closed trades. */
  fees: Units;
  funding: Units;
  durationMs: Millis;
  /** Wins or losses in a row: now and at most. */
  winStreak: number;
  lossStreak: number;
  winStreakMax: number;
  lossStreakMax: number;
}

/** Fees and funding of the account, open positions included; positive is paid. */
export interface Paid {
  makerFees: Units;
  takerFees: Units;
  funding: Units;
}

/** Time covered by at least one closed trade. Spans are apart and ascending. */
export interface Exposure {
  /** Of the spans that are no longer kept. */
  settledMs: Millis;
  spans: [from: Millis, to: Millis][];
}

export interface Drawdown {
  /** Highest equity so far; null before the first. */
  peak: Units | null;
  /** Largest fall below a peak, as money and as a share of that peak. */
  maxUnits: Units;
  maxShare: number;
}

/** An equity curve of another market's time. */
export interface FormerCurve {
  readonly curve: readonly EquityPoint[];
  readonly daily: readonly DayPoint[];
}

export interface AnalyticsState {
  startBalance: Units | null;
  /** True from the first fill on: until then a changed start balance is a fresh start. */
  traded: boolean;
  /** Times of the first and the last equity point. */
  startedAt: Millis | null;
  trades: TradeRecord[];
  curve: EquityPoint[];
  daily: DayPoint[];
  totals: Totals;
  paid: Paid;
  exposure: Exposure;
  drawdown: Drawdown;
  bySymbol: Record<string, Tally>;
  byStrategy: Record<string, Tally>;
  byExitReason: Record<string, Tally>;
  /**
   * True from an import on until this directory marks a point of its own: the curve's last point is
   * then of another bot's market, and says nothing of the time here.
   */
  curveImported?: boolean;
  /** An imported curve that ends later than the market here began: it cannot be gone on with. */
  former?: FormerCurve;
}

/** The last point that this directory's own market marked. */
export const lastMarked = (state: AnalyticsState): EquityPoint | undefined =>
  state.curveImported === true ? undefined : state.curve.at(-1);

/** Spans kept apart: a trade that closes later may still join them. */
export const SPANS_KEPT_MAX = 64;

export const initialAnalytics = (): AnalyticsState => ({
  startBalance: null,
  traded: false,
  startedAt: null,
  trades: [],
  curve: [],
  daily: [],
  totals: {
    trades: 0,
    wins: 0,
    losses: 0,
    grossProfit: 0,
    grossLoss: 0,
    best: null,
    worst: null,
    fees: 0,
    funding: 0,
    durationMs: 0,
    winStreak: 0,
    lossStreak: 0,
    winStreakMax: 0,
    lossStreakMax: 0,
  },
  paid: { makerFees: 0, takerFees: 0, funding: 0 },
  exposure: { settledMs: 0, spans: [] },
  drawdown: { peak: null, maxUnits: 0, maxShare: 0 },
  bySymbol: emptyTallies(),
  byStrategy: emptyTallies(),
  byExitReason: emptyTallies(),
});

/** Without a prototype: a key of any spelling is a key. */
export const emptyTallies = (): Record<string, Tally> =>
  Object.create(null) as Record<string, Tally>;

/** The broken invariant in words, or null. */
export function checkAnalytics(state: AnalyticsState): string | null {
  const { totals, trades, curve, daily, drawdown } = state;
  if (totals.wins + totals.losses !== totals.trades) return 'wins and losses are not all trades';
  if (trades.length !== Math.min(totals.trades, RECORDS_KEPT_MAX))
    return `${trades.length} trades kept of ${totals.trades}`;
  if (curve.length > RECORDS_KEPT_MAX) return `${curve.length} equity points kept`;
  if (totals.winStreak > 0 && totals.lossStreak > 0) return 'both a win and a loss streak';
  if (totals.winStreak > totals.winStreakMax || totals.lossStreak > totals.lossStreakMax)
    return 'a streak is longer than the longest';
  if ((curve.length === 0) !== (daily.length === 0)) return 'equity curve and days disagree';
  if ((curve.length === 0) !== (drawdown.peak === null)) return 'equity curve and peak disagree';
  if (
    !ascending(
      curve.map(point => point.time),
      false,
    )
  )
    return 'equity points run backwards';
  if (
    !ascending(
      daily.map(point => point.day),
      true,
    )
  )
    return 'days run backwards';
  if (!ascending(state.exposure.spans.flat(), false)) return 'exposure spans run backwards';
  const last = curve.at(-1);
  if (last !== undefined && last.equity > (drawdown.peak ?? 0)) return 'equity is above its peak';
  if (last !== undefined && last.equity !== daily.at(-1)?.equity)
    return 'the last day does not end with the last equity point';
  return checkTallies(state);
}

function checkTallies({
  totals,
  bySymbol,
  byStrategy,
  byExitReason,
}: AnalyticsState): string | null {
  const profit = totals.grossProfit - totals.grossLoss;
  for (const group of [bySymbol, byStrategy, byExitReason]) {
    const tallies = Object.values(group);
    const sum = (of: (tally: Tally) => number): number =>
      tallies.reduce((total, tally) => total + of(tally), 0);
    if (sum(tally => tally.trades) !== totals.trades) return 'a group misses trades';
    if (sum(tally => tally.profit) !== profit) return 'a group misses profit';
  }
  return null;
}

function ascending(numbers: readonly number[], strictly: boolean): boolean {
  for (let index = 1; index < numbers.length; index += 1) {
    const step = (numbers[index] as number) - (numbers[index - 1] as number);
    if (step < 0 || (strictly && step === 0)) return false;
  }
  return true;
}
