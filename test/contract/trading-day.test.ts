/**
 * The trading day of a market of several symbols: a candle belongs whole to the day it opened in.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DAY_MS, utcDate } from '../../src/base/time.ts';
import { equityOf } from '../../src/trade/portfolio.ts';
import { runPipeline, settingsWith, simulatedCandles } from '../fixtures/pipeline.ts';
import { walkFacts } from '../fixtures/walk-facts.ts';

const settings = settingsWith(
  { maxHoldCandles: 60, minConfidence: 0, lossStreakLimit: 0, dailyLossLimit: 0, maxDrawdown: 0 },
  { signalModel: false, deepSignalModel: false, attention: false, qTable: false },
);

describe('a trading day', () => {
  it('holds the last candle of every symbol, and starts with what that left', async () => {
    const run = await runPipeline({ candles: simulatedCandles(4 * 1440, 3), settings });
    let days = 0;
    let held = 0;
    walkFacts(run, ({ fact, step, world }) => {
      const candle = step.find(each => each.type === 'candle.closed');
      if (candle === undefined) return;
      const day = utcDate(candle.time);
      if (fact.type === 'candle.closed') assert.equal(world['risk-manager'].tradingDate, day);
      if (fact.type !== 'day.started') return;
      days += 1;
      assert.deepEqual([fact.date, fact.time % DAY_MS], [day, 0]);
      const { portfolio } = world;
      for (const { time } of Object.values(portfolio.marks)) assert.equal(time, fact.time);
      assert.equal(fact.balance, equityOf(portfolio));
      held += Object.keys(portfolio.positions).length;
    });
    assert.equal(days, 4);
    assert.ok(held > 0, 'a position was held over a midnight');
  });
});
