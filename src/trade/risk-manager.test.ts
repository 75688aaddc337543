import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { trade } from '../../test/policy-fixture.ts';
import { canonicalText } from '../base/canonical.ts';
import { toUnits } from '../base/money.ts';
import { DAY_MS, HOUR_MS, utcDate } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { riskManager } from './risk-manager.ts';
import type { RiskState } from './risk-state.ts';

const START = Date.UTC(2024, 7, 5);
const settings = DEFAULT_SETTINGS;

function folded(facts: readonly Fact[], state = riskManager.initial()): RiskState {
  const fold = createFold([riskManager], { 'risk-manager': state });
  for (const fact of facts) fold(fact);
  return state;
}

/** Saved and loaded again as a restart does. */
const restarted = (state: RiskState): RiskState => {
  const saved = JSON.stringify(riskManager.file.encode(state));
  return riskManager.file.decode(JSON.parse(saved));
};

const configured: Fact = { type: 'config.changed', settings };
const filled = { type: 'order.filled' } as Fact;
const closed = (quote: number): Fact => ({ type: 'trade.closed', trade: trade(toUnits(quote)) });
const marked = (quote: number, time = START): Fact => ({
  type: 'equity.marked',
  time,
  balance: toUnits(quote),
  equity: toUnits(quote),
  open: 0,
});
const dayStarted = (quote: number, time = START): Fact => ({
  type: 'day.started',
  date: utcDate(time),
  time,
  balance: toUnits(quote),
});

describe('risk manager', () => {
  it('counts trades, profits and losses, and break-even in the total alone', () => {
    const state = folded([configured, closed(30), closed(-10), closed(-5), closed(0)]);
    assert.equal(state.totalTrades, 4);
    assert.equal(state.wins, 1);
    assert.equal(state.losses, 2);
    assert.equal(state.totalProfit, toUnits(30));
    assert.equal(state.totalLoss, toUnits(15));
    assert.equal(state.winStreak, 0);
    assert.equal(state.lossStreak, 2);
    assert.equal(riskManager.check?.(state), null);
  });

  it('keeps the last ten trades, oldest first', () => {
    const state = folded(Array.from({ length: 13 }, (_, index) => closed(index + 1)));
    assert.deepEqual(
      state.last10Trades.map(one => one.profit / 1e8),
      [4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    );
  });

  it('follows the peak, the drawdown and its all-time maximum', () => {
    const state = folded([configured, marked(12_000), marked(9000), marked(10_800)]);
    assert.equal(state.peakBalance, toUnits(12_000));
    assert.equal(state.currentDrawdown, 0.1);
    assert.equal(state.maxDrawdown, 0.25);
  });

  it('takes the larger of what trades and what equity lost today', () => {
    const state = folded([configured, dayStarted(10_000), closed(-50)]);
    assert.equal(state.dailyLoss, toUnits(50));
    assert.equal(folded([marked(9900)], state).dailyLoss, toUnits(100));
    assert.equal(folded([marked(10_100), closed(80)], state).dailyLoss, 0);
  });

  it('starts the day afresh and nothing else', () => {
    const before = folded([configured, dayStarted(10_000), closed(-50), marked(9950)]);
    const state = folded([dayStarted(9950, START + DAY_MS + 5 * HOUR_MS)], restarted(before));
    assert.equal(state.tradingDate, '2024-08-06');
    assert.equal(state.dayEndsAt, START + 2 * DAY_MS);
    assert.equal(state.dailyLoss, 0);
    assert.equal(state.dailyStartBalance, toUnits(9950));
    assert.equal(state.lossStreak, 1);
    assert.equal(state.totalLoss, toUnits(50));
    assert.equal(state.maxDrawdown, before.maxDrawdown);
    assert.equal(riskManager.check?.(state), null);
  });

  it('takes a changed start balance as a fresh start only until the first fill', () => {
    const smaller: Fact = {
      type: 'config.changed',
      settings: { ...settings, startBalance: toUnits(5000) },
    };
    const fresh = folded([configured, dayStarted(10_000), smaller]);
    assert.equal(fresh.peakBalance, toUnits(5000));
    assert.equal(fresh.currentDrawdown, 0);
    assert.equal(fresh.dailyLoss, 0);
    const traded = folded([configured, dayStarted(10_000), filled, smaller]);
    assert.equal(traded.peakBalance, toUnits(10_000));
  });

  it('restarts the peak at a release of the drawdown breaker, and remembers how long it held', () => {
    const state = folded([
      configured,
      marked(8000),
      { type: 'breaker.tripped', breaker: 'max_drawdown', time: 1000, equity: 1, until: 5000 },
      marked(7900),
      { type: 'breaker.released', breaker: 'max_drawdown', time: 5500 },
    ]);
    assert.equal(state.breakers.max_drawdown, null);
    assert.equal(state.latchedMs.max_drawdown, 4500);
    assert.equal(state.peakBalance, toUnits(7900));
    assert.equal(state.currentDrawdown, 0);
    assert.equal(state.maxDrawdown, 0.21);
  });

  it('counts losses for the next cooldown from the last one on, the streak stays true', () => {
    const state = folded([
      ...Array.from({ length: 4 }, () => closed(-1)),
      { type: 'breaker.tripped', breaker: 'loss_streak', time: 0, equity: 1, until: 10 },
      { type: 'breaker.released', breaker: 'loss_streak', time: 10 },
      closed(-1),
    ]);
    assert.equal(state.cooldownLosses, 1);
    assert.equal(state.lossStreak, 5);
    assert.equal(folded([closed(1)], state).lossStreak, 0);
  });

  const facts: fc.Arbitrary<Fact> = fc.oneof(
    fc.integer({ min: -500, max: 500 }).map(closed),
    fc.integer({ min: 1, max: 20_000 }).map(quote => marked(quote)),
    fc
      .tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 0, max: 900 }))
      .map(([quote, hours]) => dayStarted(quote, START + hours * HOUR_MS)),
    fc.boolean().map((on): Fact => ({ type: 'kill-switch.set', on, time: START })),
    fc
      .tuple(
        fc.constantFrom('daily_loss', 'max_drawdown', 'loss_streak'),
        fc.boolean(),
        fc.constantFrom({}, { by: 'operator' } as const),
      )
      .map(
        ([breaker, trips, byHand]): Fact =>
          trips
            ? { type: 'breaker.tripped', breaker, time: START, equity: 7, until: START + 9 }
            : { type: 'breaker.released', breaker, time: START + 12, ...byHand },
      ),
    fc.constant(filled),
    fc.constantFrom<Fact>(
      { type: 'trading.paused', time: START },
      { type: 'trading.paused', time: START, reason: 'BTC is frozen' },
      { type: 'trading.resumed', time: START },
      { type: 'flatten.completed', time: START },
    ),
  );

  it('[restart] resets none of it: folding, saving, loading and folding on equals folding on', () => {
    fc.assert(
      fc.property(fc.array(facts), fc.array(facts), (before, after) => {
        const whole = folded([configured, ...before, ...after]);
        const halves = folded(after, restarted(folded([configured, ...before])));
        assert.equal(canonicalText(halves), canonicalText(whole));
        assert.equal(riskManager.check?.(whole), null);
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  it('keeps a flatten until it is done, the pause until it is lifted', () => {
    const state = folded([
      { type: 'trading.paused', time: START },
      { type: 'flatten.ordered', time: START + 1 },
    ]);
    assert.deepEqual(restarted(state), state);
    assert.deepEqual([state.paused, state.flattening], [{ since: START }, START + 1]);
    folded([{ type: 'flatten.completed', time: START + 2 }], state);
    assert.deepEqual([state.paused, 'flattening' in state], [{ since: START }, false]);
    folded([{ type: 'trading.resumed', time: START + 3 }], state);
    assert.deepEqual(state, folded([]), 'as if it had never been');
  });

  it('reads a file of before there was a pause', () => {
    const state = folded([configured, closed(5)]);
    const { upgrades, file } = riskManager;
    const lifted = [2, 3].reduce((old, to) => upgrades?.[to]?.(old) ?? old, file.encode(state));
    assert.deepEqual(file.decode(lifted), state);
    assert.equal('paused' in state, false);
  });

  it('encodes a copy, so that a file written later holds the state of its own step', () => {
    const state = folded([configured, closed(5)]);
    const encoded = riskManager.file.encode(state);
    const text = JSON.stringify(encoded);
    folded([closed(7), dayStarted(1)], state);
    assert.equal(JSON.stringify(encoded), text);
  });

  const broken = (change: Record<string, unknown>) => () =>
    riskManager.file.decode({ format: 'json', value: { ...riskManager.initial(), ...change } });

  it('refuses a file that is not its state, naming the field', () => {
    assert.throws(broken({ wins: 'many' }), /\.wins is not a whole number/);
    assert.throws(broken({ wins: -1 }), /\.wins is not zero or more/);
    assert.throws(broken({ equity: 0.5 }), /\.equity is not a whole number/);
    assert.throws(broken({ maxDrawdown: null }), /\.maxDrawdown is not a finite number/);
    assert.throws(broken({ tradingDate: undefined }), /\.tradingDate is not a text/);
    assert.throws(broken({ mood: 'good' }), /\.mood is unknown/);
    assert.throws(broken({ breakers: { daily_loss: null } }), /\.breakers\.max_drawdown/);
    const eleven = Array(11).fill({ time: 0, symbol: 'a', profit: 0, ratio: 0 });
    assert.throws(broken({ last10Trades: eleven }), /at most 10 long/);
  });

  it('names each invariant that does not hold', () => {
    const rule = (change: Partial<RiskState>) =>
      riskManager.check?.({ ...riskManager.initial(), ...change });
    assert.match(rule({ wins: 1 }) ?? '', /more wins/);
    assert.match(
      rule({ totalTrades: 2, wins: 1, losses: 1, winStreak: 1, lossStreak: 1 }) ?? '',
      /at once/,
    );
    assert.match(rule({ flattening: START }) ?? '', /not paused/);
    assert.match(rule({ equity: 5 }) ?? '', /above its own peak/);
    assert.match(rule({ currentDrawdown: 0.2 }) ?? '', /drawdown outside/);
    assert.match(rule({ tradingDate: '2024-08-05', dayEndsAt: START }) ?? '', /midnight/);
    assert.match(rule({ dayEndsAt: START }) ?? '', /without a date/);
    assert.match(rule({ totalTrades: 1 }) ?? '', /recent trades/);
    assert.equal(rule({ totalTrades: 25, unlistedTrades: 25 }), null, 'imported by their totals');
    assert.match(rule({ lossStreak: 1 }) ?? '', /streak longer/);
    assert.match(rule({ cooldownLosses: 1 }) ?? '', /cool down/);
  });
});
