import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { closed, configured, folded, marked, START } from '../../test/analytics-fixture.ts';
import { toUnits } from '../base/money.ts';
import { HOUR_MS } from '../base/time.ts';
import { metricsOf } from './metrics.ts';

const near = (actual: number | null, expected: number): void => {
  assert.ok(actual !== null, `${expected} expected`);
  assert.ok(Math.abs(actual - expected) < 1e-9 * Math.max(1, Math.abs(expected)), `${actual}`);
};

const TEN = [10, -5, 10, -5, 10, -5, 10, -5, 10, -10].map((profit, hour) =>
  closed(hour + 1, profit),
);
/** Equity at the end of each of four days: +10 %, −5 %, 0, +10 % of 1000. */
const FOUR_DAYS = [1100, 1045, 1045, 1149.5].map((equity, day) => marked(day * 24 + 12, equity));

describe('metrics', () => {
  it('are as computed by hand', () => {
    const metrics = metricsOf(folded([configured(1000), ...TEN, ...FOUR_DAYS]));
    // Daily returns 0.1, −0.05, 0, 0.1: mean 0.0375.
    const deviation = Math.sqrt((0.0625 ** 2 + 0.0875 ** 2 + 0.0375 ** 2 + 0.0625 ** 2) / 3);
    near(metrics.sharpe, (0.0375 / deviation) * Math.sqrt(365));
    near(metrics.sortino, (0.0375 / Math.sqrt(0.05 ** 2 / 4)) * Math.sqrt(365));
    near(metrics.cagr, 1.1495 ** (365 / 3) - 1);
    near(metrics.maxDrawdown, 0.05);
    near(metrics.maxDrawdownAmount, 55);
    near(metrics.calmar, (1.1495 ** (365 / 3) - 1) / 0.05);
    near(metrics.totalReturn, 0.1495);
    near(metrics.profitFactor, 50 / 30);
    near(metrics.expectancy, 2);
    near(metrics.winRate, 0.5);
    near(metrics.totalProfit, 20);
    near(metrics.exposure, 10 / 72);
    assert.equal(metrics.trades, 10);
    assert.equal(metrics.averageDurationMs, HOUR_MS);
    assert.deepEqual([metrics.bestTrade, metrics.worstTrade], [10, -10]);
    assert.deepEqual([metrics.winStreakMax, metrics.lossStreakMax], [1, 1]);
    assert.equal(metrics.days, 4);
    assert.equal(metrics.finalEquity, 1149.5);
  });

  it('count a day without a point as a day without a return', () => {
    const known = folded([configured(1000), ...TEN, ...FOUR_DAYS]);
    const holed = folded([configured(1000), ...TEN, ...FOUR_DAYS.toSpliced(2, 1)]);
    near(metricsOf(holed).sharpe, metricsOf(known).sharpe ?? 0);
    near(metricsOf(holed).sortino, metricsOf(known).sortino ?? 0);
  });

  it('below 10 trades are no ratios', () => {
    const metrics = metricsOf(folded([configured(1000), ...TEN.slice(1), ...FOUR_DAYS]));
    assert.equal(metrics.trades, 9);
    const { cagr, sharpe, sortino, calmar, profitFactor, expectancy } = metrics;
    assert.deepEqual(
      [cagr, sharpe, sortino, calmar, profitFactor, expectancy],
      [null, null, null, null, null, null],
    );
    near(metrics.totalReturn, 0.1495);
  });

  it('without a loss, a drawdown or a deviation are null, not infinite', () => {
    const wins = Array.from({ length: 12 }, (_, hour) => closed(hour + 1, 1));
    const flat = metricsOf(folded([configured(1000), ...wins, marked(1, 1000), marked(90, 1000)]));
    assert.deepEqual(
      [flat.profitFactor, flat.calmar, flat.sharpe, flat.sortino, flat.cagr, flat.winRate],
      [null, null, null, null, 0, 1],
    );
  });

  it('of nothing at all are zeros and nulls', () => {
    const metrics = metricsOf(folded([]));
    assert.equal(metrics.totalReturn, 0);
    assert.equal(metrics.winRate, null);
    assert.equal(metrics.finalEquity, 0);
  });

  it('of a lost account say −100 % a year', () => {
    const metrics = metricsOf(folded([configured(1000), ...TEN, marked(1, 1000), marked(60, 0)]));
    assert.equal(metrics.cagr, -1);
    assert.equal(metrics.maxDrawdown, 1);
  });

  it('do not extrapolate hours to a year', () => {
    const metrics = metricsOf(
      folded([configured(1000), ...TEN, marked(1, 1000), marked(12, 1100)]),
    );
    assert.equal(metrics.cagr, null);
  });

  it('can be marked to market without a point being kept', () => {
    const facts = [configured(1000), ...TEN, ...FOUR_DAYS];
    const state = folded(facts);
    const time = START + 96 * HOUR_MS;
    const equity = toUnits(574.75);
    const metrics = metricsOf(state, { time, balance: equity, equity });
    near(metrics.maxDrawdown, 0.5);
    assert.deepEqual(metrics, metricsOf(folded([...facts, marked(96, 574.75)])));
    assert.equal(state.curve.length, 4);
  });

  it('come from totals and the daily series, whatever was trimmed', () => {
    const state = folded([configured(1000), ...TEN, ...FOUR_DAYS]);
    const before = metricsOf(state);
    state.trades.splice(0, 8);
    state.curve.splice(0, 3);
    assert.deepEqual(metricsOf(state), before);
  });

  it('are finite or null whatever happened', () => {
    const point = fc.record({
      hour: fc.integer({ min: 0, max: 2000 }),
      equity: fc.integer({ min: -100, max: 1_000_000 }),
      profit: fc.integer({ min: -1000, max: 1000 }),
    });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), fc.nat(5000), (points, balance) => {
        const sorted = points.toSorted((a, b) => a.hour - b.hour);
        const state = folded([
          configured(balance),
          ...sorted.flatMap(({ hour, equity, profit }) => [
            closed(hour + 1, profit),
            marked(hour + 1, equity),
          ]),
        ]);
        for (const [name, value] of Object.entries(metricsOf(state)))
          assert.ok(value === null || (Number.isFinite(value) && !Object.is(value, -0)), name);
      }),
    );
  });
});
