import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import {
  candleClosed,
  equityMarked,
  exampleLabelled,
  exampleOpened,
  orderFilled,
  SYMBOL,
  tradeClosed,
} from '../../test/fixtures/told-fact.ts';
import { toUnits } from '../base/money.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import type { Fact, Label } from '../core/fact.ts';
import { JUDGED } from '../learn/ensemble-state.ts';
import type { World } from '../policy/world.ts';
import { equityOf } from '../trade/portfolio.ts';
import { evaluate, openEvaluation } from './evaluation.ts';
import { createEvaluator, type Evaluator } from './evaluator.ts';
import { runSession } from './session.ts';
import { hashesOf, metricsNow } from './view.ts';
import {
  type Cut,
  type ForecastScore,
  type Segment,
  type WalkForward,
  walkForward,
} from './walk-forward.ts';
import { walkForwardText } from './walk-forward-text.ts';

const START = Date.UTC(2024, 0, 30);
const SEED = 5;

/** Two hundred days of equity, a trade and a forecast each, the 50th without any. */
function longEvaluation() {
  const evaluation = openEvaluation({
    equity: toUnits(1000),
    symbols: [SYMBOL],
    timeframeMs: HOUR_MS,
    cost: 0.002,
  });
  const tell = (fact: Fact): void => evaluate(evaluation, fact);
  for (let day = 0; day < 200; day += 1) {
    if (day === 50) continue;
    const time = START + day * DAY_MS + HOUR_MS;
    const price = 100 + day;
    tell(candleClosed({ time }, price, price + 1));
    tell(orderFilled(time, toUnits(0.5)));
    tell(tradeClosed(time));
    const label = (day % 3) as Label;
    const confidence = label === 1 ? 0.36 : 0.62;
    tell(exampleOpened(day, time, { signal: [0.2, 0.5, 0.3], confidence }));
    tell(exampleLabelled(day, label, { return: label === 1 ? 0.008 : -0.012 }));
    const equity = 1000 + 40 * Math.sin(day / 5) + day / 4;
    tell(equityMarked(time + HOUR_MS, toUnits(equity)));
  }
  return evaluation;
}

const reportOf = (cut: Cut): WalkForward => walkForward(longEvaluation(), { cut, seed: SEED });

const near = (actual: number | null, expected: number | null, what: string): void =>
  assert.ok(
    actual !== null && expected !== null && Math.abs(actual - expected) < 1e-9,
    `${what}: ${actual} ≠ ${expected}`,
  );

/** What must hold of any report: the segments make the whole. */
function assertAddsUp({ segments, overall }: WalkForward): void {
  assert.ok(overall !== null);
  const sum = (of: (segment: Segment) => number): number =>
    segments.reduce((total, segment) => total + of(segment), 0);
  const compound = (of: (segment: Segment) => number): number =>
    segments.reduce((growth, segment) => growth * (1 + of(segment)), 1) - 1;
  for (const name of ['days', 'trades', 'feesPaid', 'fundingPaid'] as const)
    near(
      sum(segment => segment[name]),
      overall[name],
      name,
    );
  near(
    compound(segment => segment.totalReturn),
    overall.totalReturn,
    'return',
  );
  near(
    compound(segment => segment.buyAndHold.totalReturn),
    overall.buyAndHold.totalReturn,
    'hold',
  );
  assert.ok(overall.maxDrawdown >= Math.max(...segments.map(({ maxDrawdown }) => maxDrawdown)));
  for (const name of JUDGED) {
    const score: ForecastScore | undefined = overall.forecasts[name];
    if (score === undefined) continue;
    const parts = segments.flatMap(({ forecasts }) => forecasts[name] ?? []);
    const total = (of: (part: (typeof parts)[number]) => number): number =>
      parts.reduce((all, part) => all + of(part), 0);
    assert.equal(
      total(part => part.examples),
      score.examples,
    );
    for (const figure of ['logLoss', 'brier', 'baseLogLoss', 'baseBrier', 'gain'] as const)
      near(total(part => part[figure] * part.examples) / score.examples, score[figure], figure);
  }
}

/** A run that ends with a position whose worth no equity point has marked yet. */
async function runInto(evaluator: Evaluator | null): Promise<World> {
  const stop = new AbortController();
  const { bot } = await runSession(
    sessionOptions(
      {
        stop: stop.signal,
        until: { kind: 'candles', count: 40_000 },
        onReady: ({ bot: ready }) => evaluator?.begin(ready),
      },
      {
        watch(step, { run, portfolio, analytics }) {
          evaluator?.watch(step);
          const marked = analytics.curve.at(-1)?.equity ?? equityOf(portfolio);
          if (run.candles > 12_000 && equityOf(portfolio) !== marked) stop.abort();
        },
      },
    ),
  );
  assert.ok(stop.signal.aborted);
  return bot.world;
}

describe('the walk-forward report', () => {
  it('cuts at calendar months, and the segments add up to the whole', () => {
    const report = reportOf({ kind: 'months' });
    assert.deepEqual(report.segments.map(({ from, to }) => `${from} ${to}`).slice(0, 3), [
      '2024-01-30 2024-01-31',
      '2024-02-01 2024-02-29',
      '2024-03-01 2024-03-31',
    ]);
    assert.equal(report.segments.at(-1)?.to, '2024-08-16');
    assertAddsUp(report);
  });

  it('cuts into equal parts, and never into more than there are days', () => {
    const report = reportOf({ kind: 'parts', count: 7 });
    const lengths = report.segments.map(({ days }) => days);
    assert.deepEqual(lengths, [28, 29, 28, 29, 28, 29, 29]);
    assertAddsUp(report);
    assert.equal(reportOf({ kind: 'parts', count: 999 }).segments.length, 200);
  });

  it('counts the days on which nothing was told as returns of 0', () => {
    const { daily } = reportOf({ kind: 'months' });
    assert.equal(daily?.from, '2024-01-30');
    assert.equal(daily?.returns.length, 200);
    assert.equal(daily?.returns[50], 0);
    assert.notEqual(daily?.returns[49], 0);
    assert.deepEqual(daily?.forecasts.signal?.examples.slice(49, 52), [1, 0, 1]);
  });

  it('holds the confidence against what came true, in bins', () => {
    const { reliability } = reportOf({ kind: 'months' });
    assert.ok(reliability !== null);
    assert.equal(reliability.examples, 199);
    const [low, high, ...more] = reliability.bins;
    assert.deepEqual(more, []);
    assert.deepEqual([low?.from, low?.to, high?.from, high?.to], [0.35, 0.4, 0.6, 0.65]);
    near(low?.predicted ?? null, 0.36, 'predicted');
    near(high?.predicted ?? null, 0.62, 'predicted');
    // Longs that reached the barrier above won; all else of the fixture did not.
    assert.deepEqual([low?.examples, low?.observed, high?.observed], [67, 1, 0]);
    near(reliability.expectedCalibrationError, (67 * 0.64 + 132 * 0.62) / 199, 'error');
    const text = walkForwardText(reportOf({ kind: 'months' }));
    assert.match(text, /^ *35 % to 40 % +36\.0 % +100\.0 % +67 {2}█{24}$/m);
    assert.match(text, /^expected calibration error 62\.7 %$/m);
  });

  it('gives no Sharpe below ten trades and no interval below twenty days', () => {
    const { segments } = reportOf({ kind: 'parts', count: 25 });
    assert.ok(
      segments.every(({ sharpe, totalReturnInterval }) => (sharpe ?? totalReturnInterval) === null),
    );
    const { overall } = reportOf({ kind: 'months' });
    const { sharpe, sharpeInterval, totalReturnInterval } = overall as Segment;
    assert.ok(sharpe !== null && sharpeInterval !== null && totalReturnInterval !== null);
    assert.ok(sharpeInterval.low < sharpe && sharpe < sharpeInterval.high);
  });

  it('is the same for the same seed, intervals included', () => {
    assert.deepEqual(reportOf({ kind: 'months' }), reportOf({ kind: 'months' }));
  });

  it('says what metrics say of a real run, and changes nothing of it', async () => {
    const evaluator = createEvaluator();
    const watched = await runInto(evaluator);
    const report = evaluator.report(watched, { kind: 'parts', count: 4 });
    assertAddsUp(report);
    const metrics = metricsNow(watched);
    const { overall, daily } = report;
    assert.ok(overall !== null && metrics.trades >= 10);
    assert.equal(overall.trades, metrics.trades);
    for (const name of ['totalReturn', 'sharpe', 'maxDrawdown', 'feesPaid', 'fundingPaid'] as const)
      near(overall[name], metrics[name], name);
    assert.equal(daily?.returns.length, metrics.days);
    const hold = evaluator.hold();
    assert.ok(hold?.isWhole);
    for (const name of ['totalReturn', 'sharpe', 'maxDrawdown'] as const)
      near(hold[name], overall.buyAndHold[name], name);
    near(hold.points.at(-1)?.[1] ?? 0, metrics.startBalance * (1 + hold.totalReturn), 'worth');
    assert.equal(hold.points.length, metrics.days + 1);
    assert.equal(hashesOf(watched).all, hashesOf(await runInto(null)).all);
  });

  it('shows every segment and the whole, or that there is nothing to show', () => {
    const report = reportOf({ kind: 'months' });
    const text = walkForwardText(report);
    for (const { from } of report.segments) assert.match(text, new RegExp(`^${from} to `, 'm'));
    assert.match(text, /^all {2,}\+\d/m);
    assert.match(text, /^signal +199 /m);
    const nothing = { equity: 1, symbols: [], timeframeMs: 1, cost: 0 };
    const none = walkForward(openEvaluation(nothing), { cut: { kind: 'months' }, seed: 1 });
    assert.match(walkForwardText(none), /nothing was traded/);
  });
});
