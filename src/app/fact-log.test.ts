import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Fact } from '../core/fact.ts';
import type { TradeRecord } from '../core/order.ts';
import { isOfOperator, logLineOf, screenLineOf } from './fact-log.ts';

const TIME = Date.UTC(2025, 0, 2);
const SCORE = { logLoss: 0.69, brier: 0.2, accuracy: 0.5, examples: 100 };
const TRADE: TradeRecord = {
  id: '12-1',
  symbol: 'BTC/USDT:USDT',
  side: 'short',
  entryTime: TIME - 60_000,
  exitTime: TIME,
  entryPrice: 60_000,
  exitPrice: 60_300.5,
  quantity: 0.12,
  leverage: 3,
  fees: 1_200_000,
  funding: 0,
  profit: -1_234_000_000,
  profitRatio: -0.0123,
  durationMs: 60_000,
  exitReason: 'stop_loss',
  strategy: 'momentum',
  models: { signal: 1, deep: 0 },
};
const CLOSED: Fact = { type: 'trade.closed', trade: TRADE };
const TRIPPED: Fact = {
  ...{ type: 'breaker.tripped', breaker: 'daily_loss', time: TIME, equity: 990_000_000_000 },
  until: TIME + 1,
};
const TRAINED: Fact<'model.trained'> = {
  type: 'model.trained',
  model: 'signal-model',
  time: TIME,
  adopted: true,
  version: 2,
  through: 640,
  challenger: SCORE,
  champion: null,
  baseRate: { ...SCORE, logLoss: 0.7 },
  blob: 'ab',
};
const RELEASED: Fact<'breaker.released'> = {
  ...{ type: 'breaker.released', breaker: 'max_drawdown', time: TIME },
};
const CANDLE: Fact = {
  ...{ type: 'candle.closed', symbol: 'BTC/USDT:USDT', time: TIME },
  ...{ open: 1, high: 1, low: 1, close: 1, volume: 1 },
};

describe('the log file', () => {
  it('keeps a trade with everything that is known of it, money in the quote currency', () => {
    const money = { fees: 0.012, funding: 0, profit: -12.34 };
    assert.deepEqual(logLineOf(CLOSED), { what: 'trade.closed', details: { ...TRADE, ...money } });
    assert.deepEqual(logLineOf(TRIPPED)?.details, {
      ...{ breaker: 'daily_loss', marketTime: TIME, equity: 9900, until: TIME + 1 },
    });
  });

  it('says of each fact when it was by the market, beside its own time', () => {
    const placed: Fact = {
      ...{ type: 'stop.withdrawn', id: '1-1.stop', symbol: 'BTC/USDT:USDT', revision: 1 },
      ...{ reason: 'replaced', time: TIME },
    };
    const details = logLineOf(placed)?.details ?? {};
    assert.deepEqual(['time' in details, 'marketTime' in details], [false, true]);
  });

  it('keeps breakers, days, trainings and orders that came to nothing, without the type twice', () => {
    const facts: (Fact & { time: number })[] = [
      TRAINED,
      { type: 'breaker.released', breaker: 'daily_loss', time: TIME },
      { type: 'order.rejected', id: '1-1', time: TIME, reason: 'too small' },
      { type: 'order.expired', id: '1-1', time: TIME },
      { type: 'kill-switch.set', on: true, time: TIME },
      { type: 'trading.paused', time: TIME, reason: 'BTC is frozen' },
      { type: 'flatten.ordered', time: TIME },
      { type: 'flatten.completed', time: TIME },
      { type: 'trading.resumed', time: TIME },
    ];
    for (const fact of facts) {
      const { type, time: marketTime, ...details } = fact;
      assert.deepEqual(logLineOf(fact), { what: type, details: { ...details, marketTime } });
    }
  });

  it('leaves out what only the journal needs', () => {
    const marked: Fact = { type: 'equity.marked', time: TIME, balance: 1, equity: 1, open: 0 };
    for (const fact of [CANDLE, marked]) assert.equal(logLineOf(fact), null);
  });
});

describe('the screen', () => {
  it('tells a trade in one line: what, at which price, result, why and by which strategy', () => {
    assert.equal(
      screenLineOf(CLOSED, 'btc'),
      'closed short 0.12 BTC/USDT:USDT at 60,300.5: -12.34 USDT (-1.23 %), stop_loss, momentum',
    );
  });

  it('tells what stops entries, and when they are allowed again', () => {
    assert.equal(
      screenLineOf(TRIPPED, 'btc'),
      'entries stopped: daily loss limit (equity 9,900.00) until 2025-01-02 00:00 UTC ' +
        '(or lift it: holdfast release-breaker daily_loss --dir btc)',
    );
    const drawdown = { ...TRIPPED, breaker: 'max_drawdown', until: null } as Fact;
    assert.match(
      screenLineOf(drawdown, 'btc') ?? '',
      /until you lift it: holdfast release-breaker max_drawdown --dir btc$/,
    );
    assert.equal(screenLineOf(RELEASED, 'btc'), 'maximum drawdown released');
  });

  it('tells what the operator did, who may watch a market that is too fast to be read', () => {
    const byHand: Fact = { ...RELEASED, by: 'operator' };
    assert.equal(screenLineOf(byHand, 'btc'), 'maximum drawdown released by the operator');
    const on: Fact = { type: 'kill-switch.set', on: true, time: TIME };
    assert.match(screenLineOf(on, 'btc') ?? '', /^kill switch is on: no new entries until .* off/);
    assert.equal(screenLineOf({ ...on, on: false }, 'btc'), 'kill switch is off');
    assert.deepEqual([on, byHand, RELEASED, TRIPPED].map(isOfOperator), [true, true, false, false]);
  });

  it('tells a pause with what lifts it, and a flatten from its order to its end', () => {
    const facts: Fact[] = [
      { type: 'trading.paused', time: TIME, reason: 'BTC is frozen' },
      { type: 'flatten.ordered', time: TIME },
      { type: 'flatten.completed', time: TIME },
      { type: 'trading.resumed', time: TIME },
    ];
    assert.deepEqual(
      facts.map(fact => screenLineOf(fact, 'btc')),
      [
        'trading is paused (BTC is frozen): no new entries until you lift it: ' +
          'holdfast resume --dir btc',
        'flatten: every position is closed at the market',
        'flatten: nothing is open any more',
        'trading is resumed',
      ],
    );
    assert.ok(facts.every(isOfOperator), 'however fast the market goes');
  });

  it('tells how a training went, adopted or not', () => {
    assert.equal(
      screenLineOf(TRAINED, 'btc'),
      'signal-model trained on examples up to 640: log-loss 0.6900 against 0.7000 of the base ' +
        'rate, adopted as version 2',
    );
    const kept = screenLineOf({ ...TRAINED, adopted: false, blob: null }, 'btc');
    assert.match(kept ?? '', /, not adopted$/);
    const none = { ...SCORE, examples: 0 };
    const nothing = screenLineOf(
      { ...TRAINED, adopted: false, blob: null, challenger: none },
      'btc',
    );
    assert.equal(nothing, 'signal-model not trained: too few new examples to decide');
  });

  it('says nothing of a candle', () => {
    assert.equal(screenLineOf(CANDLE, 'btc'), null);
  });
});
