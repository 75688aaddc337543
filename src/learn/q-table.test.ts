import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { canonicalText, impurity } from '../base/canonical.ts';
import { Rng, seedRng } from '../base/rng.ts';
import type { Binding, Fact } from '../core/fact.ts';
import { createFold } from '../core/fold.ts';
import { REGIMES, VOLATILITY_LEVELS } from '../core/market.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import {
  ACTIONS,
  choiceExpired,
  chooseAction,
  FIXED_ACTION,
  type QTableState,
  qTable,
  waitingChoice,
} from './q-table.ts';

const SYMBOL = 'BTC/USDT:USDT';
const DICE = seedRng(1);

function table() {
  const state = qTable.initial();
  return { state, fold: createFold([qTable], { 'q-table': state }) };
}

const reload = (state: QTableState): QTableState => {
  const content = qTable.file.encode(state);
  assert.ok(content.format === 'json');
  return qTable.file.decode({ format: 'json', value: JSON.parse(JSON.stringify(content.value)) });
};

const chosen = (changes: Partial<Fact<'strategy.chosen'>> = {}): Fact => ({
  type: 'strategy.chosen',
  symbol: SYMBOL,
  time: 60_000,
  regime: 'trend_up',
  volatility: 'normal',
  action: 'momentum',
  explored: false,
  rng: DICE,
  ...changes,
});

const rewarded = (changes: Partial<Fact<'reward.observed'>> = {}): Fact => ({
  type: 'reward.observed',
  symbol: SYMBOL,
  time: 120_000,
  reward: 1,
  candles: 2,
  nextRegime: 'range',
  nextVolatility: 'low',
  ...changes,
});

const candle = (symbol: string): Fact => ({
  type: 'candle.closed',
  symbol,
  time: 0,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: 1,
});

const filled = (changes: Partial<Fact<'order.filled'>> = {}): Fact => ({
  type: 'order.filled',
  id: '1-0',
  symbol: SYMBOL,
  side: 'buy',
  price: 1,
  lots: 1,
  fee: 0,
  liquidity: 'taker',
  time: 0,
  exitReason: null,
  ...changes,
});

const withLearning = (changes: Partial<Settings['learning']>): Settings => ({
  ...DEFAULT_SETTINGS,
  learning: { ...DEFAULT_SETTINGS.learning, ...changes },
});

describe('the Q-table', () => {
  it('updates by hand: α 0.1, γ 0.995 over two candles, the best next value in', () => {
    const { state, fold } = table();
    state.q['range|low'].breakout = 2;
    state.q['trend_up|normal'].momentum = 0.5;
    fold(chosen());
    fold(rewarded());
    const expected = 0.5 + 0.1 * (1 + 0.995 * 0.995 * 2 - 0.5);
    assert.ok(Math.abs(state.q['trend_up|normal'].momentum - expected) < 1e-12);
    assert.equal(state.visits['trend_up|normal'].momentum, 1);
    assert.equal(waitingChoice(state, SYMBOL), null);
  });

  it('lets epsilon decay by each reward, down to its least', () => {
    const { state, fold } = table();
    const settings = withLearning({ epsilonStart: 0.5, epsilonDecay: 0.5, epsilonMin: 0.1 });
    fold({ type: 'config.changed', settings });
    const seen = [state.epsilon];
    for (let round = 0; round < 4; round += 1) {
      fold(chosen());
      fold(rewarded());
      seen.push(state.epsilon);
    }
    assert.deepEqual(seen, [0.5, 0.25, 0.125, 0.1, 0.1]);
  });

  it('keeps its epsilon when the settings change after it has learned', () => {
    const { state, fold } = table();
    fold(chosen());
    fold(rewarded());
    const before = state.epsilon;
    fold({ type: 'config.changed', settings: withLearning({ epsilonStart: 0.9, alpha: 0.5 }) });
    assert.equal(state.epsilon, before);
    assert.equal(state.parameters.alpha, 0.5);
  });

  it('counts the candles of the waiting symbol alone, until a choice without trade expires', () => {
    const { state, fold } = table();
    const settings = withLearning({ choiceCandles: 3 });
    fold(chosen());
    for (const symbol of [SYMBOL, 'ETH/USDT:USDT', SYMBOL]) fold(candle(symbol));
    assert.equal(state.waiting[SYMBOL]?.candles, 2);
    assert.equal(choiceExpired(state, SYMBOL, settings), false);
    fold(candle(SYMBOL));
    assert.equal(choiceExpired(state, SYMBOL, settings), true);
    assert.equal(choiceExpired(state, 'ETH/USDT:USDT', settings), false);
    fold(filled());
    assert.equal(choiceExpired(state, SYMBOL, settings), false, 'its trade is open');
  });

  it('remembers the waiting choice through a save, and learns from its reward all the same', () => {
    const run = (saved: boolean) => {
      const first = table();
      first.fold(chosen({ explored: true }));
      first.fold(candle(SYMBOL));
      first.fold(filled());
      const state = saved ? reload(first.state) : first.state;
      assert.deepEqual(
        { ...waitingChoice(state, SYMBOL) },
        {
          state: 'trend_up|normal',
          action: 'momentum',
          time: 60_000,
          explored: true,
          candles: 1,
          tradeOpen: true,
        },
      );
      const fold = createFold([qTable], { 'q-table': state });
      fold(candle(SYMBOL));
      fold(rewarded());
      return canonicalText(state);
    };
    assert.equal(run(true), run(false));
  });

  it('comes back from its file bit for bit after any history', () => {
    const facts = fc.array(
      fc.oneof(
        fc.record({
          symbol: fc.constantFrom('A', 'B', '__proto__', '7'),
          regime: fc.constantFrom(...REGIMES),
          volatility: fc.constantFrom(...VOLATILITY_LEVELS),
          action: fc.constantFrom(...ACTIONS),
        }),
        fc.record({
          symbol: fc.constantFrom('A', 'B', '__proto__', '7'),
          reward: fc.double({ min: -3, max: 3, noNaN: true }).map(value => value + 0),
          candles: fc.nat(300),
        }),
      ),
    );
    fc.assert(
      fc.property(facts, list => {
        const { state, fold } = table();
        for (const entry of list) fold('action' in entry ? chosen(entry) : rewarded(entry));
        assert.equal(impurity(state), null);
        assert.equal(qTable.check!(state), null);
        assert.equal(canonicalText(reload(state)), canonicalText(state));
      }),
      { numRuns: 50 },
    );
  });

  it('lets a new directory start with nothing waiting, but with what was learned', () => {
    const { state, fold } = table();
    fold(chosen());
    fold(rewarded());
    fold(chosen());
    const learned = canonicalText(state.q);
    fold({ type: 'directory.bound', ...({} as Binding), rng: DICE });
    assert.equal(waitingChoice(state, SYMBOL), null);
    assert.equal(canonicalText(state.q), learned);
  });

  it('refuses a file with an action it does not know', () => {
    const content = qTable.file.encode(qTable.initial());
    assert.ok(content.format === 'json');
    const value = JSON.parse(JSON.stringify(content.value));
    value.q['range|low'].martingale = 1;
    assert.throws(
      () => qTable.file.decode({ format: 'json', value }),
      /q\.range\|low\.martingale is unknown/,
    );
  });
});

describe('choosing an action', () => {
  const choose = (state: QTableState, rng: Rng, settings: Settings = DEFAULT_SETTINGS) =>
    chooseAction({ state, regime: 'range', volatility: 'high', rng, settings });

  it('takes the best one when it does not explore', () => {
    const { state } = table();
    state.epsilon = 0;
    state.q['range|high'].breakout = 0.1;
    for (let seed = 0; seed < 20; seed += 1)
      assert.deepEqual(choose(state, new Rng(seedRng(seed))), {
        action: 'breakout',
        explored: false,
      });
  });

  it('breaks ties by the dice, so that every action of an empty table is tried', () => {
    const { state } = table();
    state.epsilon = 0;
    const rng = new Rng(seedRng(2));
    const seen = new Set(Array.from({ length: 100 }, () => choose(state, rng).action));
    assert.deepEqual([...seen].sort(), [...ACTIONS].sort());
  });

  it('calls an action that only the dice picked out of equals explored: it is a trial', () => {
    const { state } = table();
    state.epsilon = 0;
    const rng = new Rng(seedRng(2));
    for (let round = 0; round < 20; round += 1) assert.equal(choose(state, rng).explored, true);
    state.q['range|high'].momentum = 0.001;
    assert.deepEqual(choose(state, rng), { action: 'momentum', explored: false });
  });

  it('explores about as often as epsilon says, and says so', () => {
    const { state } = table();
    state.epsilon = 0.3;
    state.q['range|high'].breakout = 1;
    const rng = new Rng(seedRng(3));
    const choices = Array.from({ length: 2000 }, () => choose(state, rng));
    const explored = choices.filter(choice => choice.explored).length;
    assert.ok(explored > 540 && explored < 660, `${explored}`);
  });

  it('is fixed per regime and rolls no dice when the Q-table is off', () => {
    const rng = new Rng(seedRng(4));
    const before = rng.state;
    const { action, explored } = choose(table().state, rng, withLearning({ qTable: false }));
    assert.deepEqual([action, explored], [FIXED_ACTION.range, false]);
    assert.deepEqual(rng.state, before);
  });
});
