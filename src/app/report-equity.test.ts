import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configured, folded } from '../../test/analytics-fixture.ts';
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import { toUnits } from '../base/money.ts';
import { DAY_MS, HOUR_MS, type Millis } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import { type AnalyticsState, initialAnalytics } from '../trade/analytics-state.ts';
import { metricsOf } from '../trade/metrics.ts';
import { equityView, returnsByMonth } from './report-equity.ts';

const BEGIN = Date.UTC(2024, 10, 20);

const lived = (marks: readonly (readonly [time: Millis, equity: number])[]): AnalyticsState =>
  folded([
    configured(1000),
    ...marks.map(([time, quote]): Fact => {
      const equity = toUnits(quote);
      return { type: 'equity.marked', time, equity, balance: equity, open: 0 };
    }),
  ]);

describe('the equity of a report', () => {
  it('is under water by as much as the metrics say', () => {
    const state = lived([
      [BEGIN, 1000],
      [BEGIN + HOUR_MS, 1200],
      [BEGIN + 2 * HOUR_MS, 900],
      [BEGIN + 3 * HOUR_MS, 1100],
    ]);
    const { points, dailyUntil } = equityView(state, null);
    assert.equal(dailyUntil, null);
    assert.deepEqual(points.at(-1), [BEGIN + 3 * HOUR_MS, 1100, 100 / 1200]);
    const deepest = Math.max(...points.map(([, , drawdown]) => drawdown));
    assert.equal(deepest, metricsOf(state).maxDrawdown);
  });

  it('ends with the equity now', () => {
    const state = lived([[BEGIN, 1000]]);
    const mark = { time: BEGIN + HOUR_MS, balance: toUnits(1000), equity: toUnits(950) };
    assert.deepEqual(equityView(state, mark).points.at(-1), [BEGIN + HOUR_MS, 950, 0.05]);
  });

  it('has one point a day of what was trimmed, and says until when', () => {
    const marks = Array.from({ length: RECORDS_KEPT_MAX + 48 }, (_, hour) => [
      BEGIN + hour * HOUR_MS,
      1000 + (hour % 7),
    ]) as [number, number][];
    const { points, dailyUntil } = equityView(lived(marks), null);
    assert.equal(dailyUntil, BEGIN + 2 * DAY_MS);
    assert.equal(points.length, RECORDS_KEPT_MAX + 2);
    assert.deepEqual(points[0]?.slice(0, 2), [BEGIN + DAY_MS, 1000 + (23 % 7)]);
  });
});

describe('returns by month', () => {
  const state = lived([
    [BEGIN, 1000],
    [Date.UTC(2024, 10, 30, 23), 1100],
    [Date.UTC(2024, 11, 31, 23), 990],
    [Date.UTC(2025, 1, 10), 1485],
  ]);

  it('are each on the month before, and none where nothing was marked', () => {
    const years = returnsByMonth(state, null);
    assert.deepEqual(
      years.map(({ year }) => year),
      [2024, 2025],
    );
    const [first, second] = years;
    assert.deepEqual(first?.months.slice(10).map(rounded), [0.1, -0.1]);
    assert.deepEqual(second?.months.slice(0, 3).map(rounded), [null, 0.5, null]);
  });

  it('compound to the total return', () => {
    const mark = { time: Date.UTC(2025, 1, 10, 5), balance: 0, equity: toUnits(1500) };
    const growth = returnsByMonth(state, mark)
      .flatMap(({ months }) => months)
      .reduce((product: number, share) => product * (1 + (share ?? 0)), 1);
    assert.equal(rounded(growth - 1), rounded(metricsOf(state, mark).totalReturn));
    const [, last] = returnsByMonth(state, mark);
    assert.equal(rounded(last?.total ?? 0), rounded(1500 / 990 - 1));
  });

  it('are none before the first day', () => {
    assert.deepEqual(returnsByMonth(initialAnalytics(), null), []);
  });
});

const rounded = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 1e9) / 1e9;
