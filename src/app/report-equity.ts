/**
 * Equity over time for a report: the curve, how far it is under water, the returns of the months.
 *
 * Promises: the last point is the equity now; where the curve was trimmed, the daily series stands
 * in for what is gone. Never: computes a ratio that metrics.ts has.
 */
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import { toQuote, type Units } from '../base/money.ts';
import { DAY_MS, utcDate, utcDay } from '../base/time.ts';
import type { AnalyticsState, DayPoint, EquityPoint } from '../trade/analytics-state.ts';
import type { EquityPointView, EquityView, YearReturns } from './report-view.ts';

/** `mark`: the equity now; null before the first candle. */
export function equityView(state: AnalyticsState, mark: EquityPoint | null): EquityView {
  const { curve, daily, startBalance, former } = state;
  const first = curve.at(0);
  const isTrimmed = curve.length >= RECORDS_KEPT_MAX && first !== undefined;
  const gone = isTrimmed ? daily.filter(({ day }) => day < utcDay(first.time)) : [];
  const points = [
    ...gone.map(({ day, equity }) => ({ time: (day + 1) * DAY_MS, equity })),
    ...curve.filter(({ time }) => mark === null || time < mark.time),
    ...(mark === null ? [] : [mark]),
  ];
  return {
    points: underWater(points, startBalance ?? 0),
    dailyUntil: gone.length > 0 && first !== undefined ? first.time : null,
    leavesOutImported: former !== undefined,
  };
}

function underWater(
  points: readonly Pick<EquityPoint, 'time' | 'equity'>[],
  start: Units,
): EquityPointView[] {
  let peak = start;
  return points.map(({ time, equity }) => {
    peak = Math.max(peak, equity);
    return [time, toQuote(equity), peak > 0 ? (peak - equity) / peak : 0];
  });
}

/** By the last equity of each month over that of the month before. */
export function returnsByMonth(state: AnalyticsState, mark: EquityPoint | null): YearReturns[] {
  const last = mark === null ? [] : [{ day: utcDay(mark.time), equity: mark.equity }];
  const ends = monthEnds([...state.daily, ...last]);
  const years = new Map<number, { months: (number | null)[]; before: Units; total: number }>();
  let before = state.startBalance ?? state.daily[0]?.equity ?? 0;
  for (const { year, month, equity } of ends) {
    const own = years.get(year) ?? { months: Array(12).fill(null), before, total: 0 };
    own.months[month] = growth(before, equity);
    own.total = growth(own.before, equity);
    years.set(year, own);
    before = equity;
  }
  return [...years].map(([year, { months, total }]) => ({ year, months, total }));
}

interface MonthEnd {
  readonly year: number;
  readonly month: number;
  readonly equity: Units;
}

function monthEnds(daily: readonly DayPoint[]): MonthEnd[] {
  const ends = new Map<string, MonthEnd>();
  for (const { day, equity } of daily) {
    const [year = '', month = ''] = utcDate(day * DAY_MS).split('-');
    ends.set(`${year}-${month}`, { year: Number(year), month: Number(month) - 1, equity });
  }
  return [...ends.values()];
}

const growth = (from: Units, to: Units): number => (from > 0 ? to / from - 1 : 0);
