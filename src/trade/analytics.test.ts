import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { closed, configured, folded, marked, START } from '../../test/analytics-fixture.ts';
import { canonicalText } from '../base/canonical.ts';
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import { toUnits } from '../base/money.ts';
import { HOUR_MS } from '../base/time.ts';
import type { Encoded } from '../core/component.ts';
import type { Fact } from '../core/fact.ts';
import { analytics } from './analytics.ts';
import type { AnalyticsState } from './analytics-state.ts';

const throughFile = (state: AnalyticsState): AnalyticsState =>
  analytics.file.decode(JSON.parse(JSON.stringify(analytics.file.encode(state))) as Encoded);

const filled = (fee: number, liquidity: 'maker' | 'taker'): Fact => ({
  type: 'order.filled',
  id: '1-0',
  symbol: 'BTC/USDT:USDT',
  side: 'buy',
  price: 100,
  lots: 1,
  fee: toUnits(fee),
  liquidity,
  time: START,
  exitReason: null,
});

const settled = (amount: number): Fact => ({
  type: 'funding.settled',
  symbol: 'BTC/USDT:USDT',
  time: START,
  rate: 0.0001,
  amount: toUnits(amount),
});

/** A year of trades and hourly points, told by three numbers each. */
const facts = fc
  .array(fc.record({ kind: fc.nat(4), amount: fc.integer({ min: -500, max: 500 }) }), {
    maxLength: 120,
  })
  .map(list => [
    configured(10_000),
    ...list.map(({ kind, amount }, hour): Fact => {
      if (kind === 0) return filled(Math.abs(amount) / 100, hour % 2 === 0 ? 'maker' : 'taker');
      if (kind === 1) return settled(amount / 100);
      if (kind === 2) return marked(hour * 5, 10_000 + amount);
      const symbol = `S${Math.abs(amount) % 3}/USDT:USDT`;
      return closed(hour * 5, amount / 7, { symbol, strategy: `s${kind}` });
    }),
  ]);

describe('analytics', () => {
  it('adds up what was traded', () => {
    const state = folded([
      configured(1000),
      ...[10, 20, -5, -5, -5, 7].map((profit, hour) => closed(hour + 1, profit)),
    ]);
    assert.deepEqual(state.totals, {
      trades: 6,
      wins: 3,
      losses: 3,
      grossProfit: toUnits(37),
      grossLoss: toUnits(15),
      best: toUnits(20),
      worst: toUnits(-5),
      fees: toUnits(3),
      funding: toUnits(-1.5),
      durationMs: 6 * HOUR_MS,
      winStreak: 1,
      lossStreak: 0,
      winStreakMax: 2,
      lossStreakMax: 3,
    });
    const { stop_loss } = state.byExitReason;
    const { breakout } = state.byStrategy;
    assert.equal(stop_loss?.profit, toUnits(-15));
    assert.equal(breakout?.trades, 6);
    assert.equal(state.bySymbol['BTC/USDT:USDT']?.wins, 3);
    assert.equal(analytics.check?.(state), null);
  });

  it('counts the account’s fees and funding as they are paid, positions still open included', () => {
    const state = folded([filled(2, 'taker'), filled(-0.5, 'maker'), settled(3), settled(-1)]);
    assert.deepEqual(state.paid, {
      makerFees: toUnits(-0.5),
      takerFees: toUnits(2),
      funding: toUnits(2),
    });
  });

  it('measures drawdown from the start balance and every peak', () => {
    const state = folded([
      configured(1000),
      ...[900, 1100, 880, 1050, 1200, 970].map((equity, hour) => marked(hour, equity)),
    ]);
    assert.equal(state.drawdown.peak, toUnits(1200));
    assert.equal(state.drawdown.maxUnits, toUnits(230));
    assert.equal(state.drawdown.maxShare, 0.2);
  });

  describe('that was imported', () => {
    const imported = (): AnalyticsState => ({
      ...folded([configured(1000), closed(50, 5), marked(50, 1005), marked(90, 1200)]),
      ...{ curveImported: true, traded: true },
    });
    const seen = (state: AnalyticsState, hour: number, equity: number): AnalyticsState => {
      const fact = marked(hour, equity);
      analytics.on['equity.marked']?.(state, fact as Fact<'equity.marked'>, undefined);
      return state;
    };

    it('goes on with the curve where this market is later', () => {
      const state = seen(imported(), 100, 1100);
      assert.equal(state.curve.length, 3);
      assert.equal(state.startBalance, toUnits(1000));
      assert.equal(state.drawdown.maxUnits, toUnits(100));
      assert.equal(state.former, undefined);
      assert.equal(analytics.check?.(state), null);
    });

    it('stands aside, and is kept, where this market begins earlier', () => {
      const state = seen(seen(imported(), 10, 1200), 11, 1190);
      assert.deepEqual(
        state.former?.curve.map(({ equity }) => equity),
        [toUnits(1005), toUnits(1200)],
      );
      assert.equal(state.curve.length, 2);
      assert.equal(state.startBalance, toUnits(1200), 'what the account was worth');
      assert.equal(state.drawdown.peak, toUnits(1200));
      assert.equal(state.totals.trades, 1);
      assert.equal(analytics.check?.(state), null);
      assert.deepEqual(throughFile(state), state);
    });
  });

  it('keeps one point a UTC day: the last', () => {
    const state = folded([marked(1, 10), marked(23, 11), marked(24, 12), marked(80, 13)]);
    assert.deepEqual(
      state.daily.map(({ day, equity }) => [day - START / (24 * HOUR_MS), equity]),
      [
        [0, toUnits(11)],
        [1, toUnits(12)],
        [3, toUnits(13)],
      ],
    );
  });

  it('keeps the last 10,000 trades and points, and totals of all', () => {
    const count = RECORDS_KEPT_MAX + 50;
    const state = folded(
      Array.from({ length: count }, (_, hour) => [
        closed(hour + 1, 1),
        marked(hour + 1, 500),
      ]).flat(),
    );
    assert.equal(state.trades.length, RECORDS_KEPT_MAX);
    assert.equal(state.curve.length, RECORDS_KEPT_MAX);
    assert.equal(state.trades[0]?.id, '51-0');
    assert.equal(state.trades.at(-1)?.id, `${count}-0`);
    assert.equal(state.totals.trades, count);
    assert.equal(state.totals.grossProfit, toUnits(count));
    assert.equal(state.daily.length, Math.ceil((count + 1) / 24));
    assert.equal(analytics.check?.(state), null);
    assert.equal(canonicalText(throughFile(state)), canonicalText(state));
  });

  it('counts time in the market once where trades overlap', () => {
    const span = (from: number, to: number): Fact =>
      closed(to, 1, { entryTime: START + from * HOUR_MS, exitTime: START + to * HOUR_MS });
    const covered = (list: readonly Fact[]) => {
      const { settledMs, spans } = folded(list).exposure;
      return (settledMs + spans.reduce((sum, [from, to]) => sum + to - from, 0)) / HOUR_MS;
    };
    assert.equal(covered([span(2, 4), span(5, 6), span(0, 10), span(12, 13)]), 11);
    assert.equal(covered(Array.from({ length: 200 }, (_, at) => span(2 * at, 2 * at + 1))), 200);
  });

  it('knows a key of any spelling', () => {
    const state = folded([closed(1, 1, { strategy: '__proto__' }), closed(2, 1)]);
    assert.deepEqual(Object.keys(state.byStrategy).sort(), ['__proto__', 'breakout']);
    assert.equal(analytics.check?.(state), null);
  });

  it('goes on from its file exactly as it would have without, at any cut', () => {
    fc.assert(
      fc.property(facts, fc.nat(), (list, seed) => {
        const cut = seed % (list.length + 1);
        const resumed = folded(list.slice(cut), throughFile(folded(list.slice(0, cut))));
        const whole = folded(list);
        assert.equal(canonicalText(resumed), canonicalText(whole));
        assert.equal(analytics.check?.(whole), null);
      }),
    );
  });

  it('gives a file content that does not change when the state goes on', () => {
    const state = folded([configured(10), closed(1, 2), marked(1, 12)]);
    const content = analytics.file.encode(state);
    const before = JSON.stringify(content);
    folded([closed(2, 2), marked(2, 14), filled(1, 'maker')], state);
    assert.equal(JSON.stringify(content), before);
  });

  it('takes back nothing but a state', () => {
    const good = JSON.stringify(
      analytics.file.encode(folded([configured(9), closed(1, 2), marked(1, 11)])),
    );
    for (const [from, to, message] of [
      ['"side":"long"', '"side":"up"', /trades\[0\] is not valid \(side\)/],
      ['"quantity":1.5', '"quantity":null', /quantity/],
      ['"quantity":1.5', '"quantity":1.5,"odd":1', /a field of no meaning/],
      ['"quantity":1.5', '"quantity":1.5,"risk":0', /trades\[0\] is not valid \(risk\)/],
      ['"deep":0', '"deep":0.5', /models/],
      ['"wins":1', '"wins":-1', /totals is not valid/],
      ['"daily":[', '"daily":[7,', /daily\[0\]/],
      ['"curve":[', '"curve":7,"x":[', /curve is not a list/],
      ['"spans":[[', '"spans":[[1],[', /exposure/],
      ['"startBalance":900000000', '"startBalance":"9"', /startBalance/],
      ['"peak":', '"top":', /drawdown/],
    ] as const) {
      const bad = good.replace(from, to);
      assert.notEqual(bad, good, `${from} is there`);
      assert.throws(() => analytics.file.decode(JSON.parse(bad) as Encoded), message);
    }
  });

  it('reads trades that know their risk and, from a file of 0.1.0, trades that do not', () => {
    const state = folded([closed(1, 2), closed(2, 3, { risk: toUnits(4) }), marked(2, 15)]);
    assert.deepEqual(
      throughFile(state).trades.map(({ risk }) => risk),
      [undefined, toUnits(4)],
    );
    const old = analytics.file.encode(folded([closed(1, 2), marked(2, 15)]));
    assert.equal(analytics.upgrades?.[2]?.(old), old);
  });

  it('checks that its parts agree', () => {
    const broken = (change: (state: AnalyticsState) => void): string => {
      const state = folded([
        configured(10),
        closed(1, 2),
        closed(2, -1),
        marked(1, 12),
        marked(30, 9),
      ]);
      assert.equal(analytics.check?.(state), null);
      change(state);
      return analytics.check?.(state) ?? 'nothing found';
    };
    assert.match(
      broken(state => {
        state.totals.wins += 1;
      }),
      /wins and losses/,
    );
    assert.match(
      broken(state => {
        state.trades.pop();
      }),
      /1 trades kept of 2/,
    );
    assert.match(
      broken(state => {
        state.curve.reverse();
      }),
      /backwards/,
    );
    assert.match(
      broken(state => {
        state.daily.pop();
      }),
      /the last day/,
    );
    assert.match(
      broken(state => {
        state.drawdown.peak = 1;
      }),
      /above its peak/,
    );
    assert.match(
      broken(state => {
        state.totals.grossProfit += 1;
      }),
      /misses profit/,
    );
    assert.match(
      broken(state => {
        state.bySymbol = {};
      }),
      /misses trades/,
    );
  });
});
