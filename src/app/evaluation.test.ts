import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  candleClosed,
  equityMarked,
  exampleLabelled,
  exampleOpened,
  orderFilled,
  tradeClosed,
} from '../../test/fixtures/told-fact.ts';
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import { type Evaluation, evaluate, openEvaluation } from './evaluation.ts';

const DAY = 20_000;
const at = (day: number, hour = 1): number => (DAY + day) * DAY_MS + hour * HOUR_MS;
const COST = 0.002;
const SYMBOLS = ['A', 'B'];

const evaluationOf = (facts: readonly Fact[]): Evaluation => {
  const evaluation = openEvaluation({
    equity: 1000,
    symbols: SYMBOLS,
    timeframeMs: HOUR_MS,
    cost: COST,
  });
  for (const fact of facts) evaluate(evaluation, fact);
  return evaluation;
};

describe('the evaluation', () => {
  it('keeps one record a day: the last equity, the extremes, and the largest fall in it', () => {
    const { days } = evaluationOf([
      equityMarked(at(0), 1000),
      equityMarked(at(0, 2), 1200),
      equityMarked(at(0, 3), 900),
      equityMarked(at(1), 950),
    ]);
    assert.deepEqual(
      days.map(({ day, equity, high, low, fall }) => ({ day, equity, high, low, fall })),
      [
        { day: DAY, equity: 900, high: 1200, low: 900, fall: 0.25 },
        { day: DAY + 1, equity: 950, high: 950, low: 900, fall: 0 },
      ],
    );
  });

  it('counts trades and fees for the day they fell on, late settlements for the last day', () => {
    const { days } = evaluationOf([
      orderFilled(at(0), 5),
      orderFilled(at(2), 7),
      { type: 'funding.settled', symbol: 'A', time: at(1), rate: 0.0001, amount: 3 },
      tradeClosed(at(2, 2)),
    ]);
    assert.deepEqual(
      days.map(({ day, fees, funding, trades }) => [day - DAY, fees, funding, trades]),
      [
        [0, 5, 0, 0],
        [2, 7, 3, 1],
      ],
    );
  });

  it('holds equal parts of each symbol from its first open, and cash until then', () => {
    const { days } = evaluationOf([
      candleClosed({ symbol: 'A', time: at(0) }, 100, 110),
      candleClosed({ symbol: 'A', time: at(1) }, 110, 120),
      candleClosed({ symbol: 'B', time: at(2) }, 50, 25),
    ]);
    assert.deepEqual(
      days.map(({ hold }) => hold),
      [(1.1 + 1) / 2, (1.2 + 1) / 2, (1.2 + 0.5) / 2],
    );
  });

  it('counts the candle that closes at midnight for the day that begins', () => {
    const { days } = evaluationOf([candleClosed({ symbol: 'A', time: at(0, 23) }, 100, 101)]);
    assert.deepEqual(
      days.map(({ day }) => day - DAY),
      [1],
    );
  });

  it('scores a forecast on its label, against the class frequencies known when it was made', () => {
    const { days } = evaluationOf([
      exampleOpened(1, at(0), {}),
      exampleLabelled(1, 1),
      // What no strategy proposed says nothing of what they propose.
      exampleOpened(9, at(0)),
      exampleLabelled(9, 0, { proposed: false }),
      exampleOpened(2, at(0, 2), { signal: [0.2, 0.5, 0.3] }),
      exampleOpened(3, at(0, 3), { signal: [0.1, 0.1, 0.8], deep: [0.3, 0.3, 0.4] }),
      // What comes due later is not known to the base rate of the forecasts above.
      exampleLabelled(3, 2),
      exampleLabelled(2, 1),
    ]);
    // One imagined example of each class, and the first label: 1, 2, 1 of 4.
    const near = (actual: number | undefined, expected: number) =>
      assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-12, `${actual} ≠ ${expected}`);
    const signal = days[0]?.forecasts.signal;
    assert.equal(signal?.examples, 2);
    near(signal?.logLoss, -Math.log(0.5) - Math.log(0.8));
    near(signal?.brier, 0.04 + 0.25 + 0.09 + 0.01 + 0.01 + 0.04);
    near(signal?.baseLogLoss, -Math.log(0.5) - Math.log(0.25));
    near(signal?.baseBrier, 0.0625 + 0.25 + 0.0625 + 0.0625 + 0.25 + 0.5625);
    const deep = days[0]?.forecasts.deep;
    assert.equal(deep?.examples, 1);
    near(deep?.baseLogLoss, -Math.log(0.25));
  });

  it('scores all who said something: learners, the strategy itself, and the pool', () => {
    const vote = [0.2, 0.5, 0.3] as const;
    const everyone = { own: vote, signal: vote, deep: vote, attention: vote, pooled: vote };
    const { days } = evaluationOf([exampleOpened(1, at(0), everyone), exampleLabelled(1, 1)]);
    const { forecasts } = days[0]!;
    assert.deepEqual(Object.keys(forecasts), ['strategy', 'signal', 'deep', 'attention', 'pool']);
    for (const { examples, logLoss } of Object.values(forecasts))
      assert.deepEqual([examples, logLoss], [1, -Math.log(0.5)]);
    const silent = evaluationOf([exampleOpened(1, at(0), {}), exampleLabelled(1, 1)]);
    assert.deepEqual(silent.days[0]?.forecasts, {});
  });

  it('counts a forecast for the day on which it was made', () => {
    const { days } = evaluationOf([
      equityMarked(at(0), 1000),
      exampleOpened(1, at(0, 2), { signal: [0.2, 0.5, 0.3] }),
      equityMarked(at(1), 1000),
      exampleLabelled(1, 0),
    ]);
    assert.deepEqual(
      days.map(({ forecasts }) => forecasts.signal?.examples ?? 0),
      [1, 0],
    );
  });

  it('forgets a forecast whose label is void, and holds no more than are open', () => {
    const evaluation = evaluationOf([
      exampleOpened(1, at(0), { signal: [0.2, 0.5, 0.3] }),
      { type: 'example.voided', id: 1, symbol: 'A', time: at(0) },
      exampleOpened(2, at(0), { signal: [0.2, 0.5, 0.3] }),
      exampleLabelled(2, 1),
      exampleOpened(3, at(0), { signal: [0.2, 0.5, 0.3] }),
    ]);
    assert.deepEqual([...evaluation.waiting.keys()], [3]);
    assert.equal(evaluation.days[0]?.forecasts.signal?.examples, 1);
  });
});
