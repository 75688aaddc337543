/**
 * What a file of the old bot holds besides, in layouts of many kinds: it is carried over, or told by
 * name.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pickled } from '../../test/fixtures/pickled.ts';
import { toUnits } from '../base/money.ts';
import { FEATURE_COLUMN } from '../core/feature.ts';
import { createNotes, type Finding } from './finding.ts';
import { readAttention } from './old-attention.ts';
import { balanceIn } from './old-balance.ts';
import { OLD_FILES } from './old-file.ts';
import { readQTable } from './old-q-table.ts';
import { riskFields, riskOf } from './old-risk.ts';
import { type OldState, readOldState } from './old-state.ts';
import type { PickleValue } from './pickle-value.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/python-bot');

function stateOf(folder: string): OldState {
  const path = join(FIXTURES, folder);
  const files = readdirSync(path).map(name => {
    const [part] = OLD_FILES.find(([, names]) => names.includes(name)) ?? assert.fail(name);
    return [part, { name, bytes: readFileSync(join(path, name)) }] as const;
  });
  return readOldState(Object.fromEntries(files), null);
}

const textOf = (findings: readonly Finding[], file: string, what: string): string =>
  findings
    .filter(one => one.file.startsWith(file) && one.what === what)
    .map(({ outcome, text }) => `${outcome}: ${text}`)
    .join('\n');

function riskFrom(said: object) {
  const notes = createNotes('risk');
  const fields = riskFields(pickled(said), notes);
  const balance = balanceIn(fields);
  const state = riskOf({ fields, trades: [], balance, notes });
  const told = (what: string): string => textOf(notes.findings, 'risk', what);
  return { state, balance, told };
}

describe('the bot’s own classes, pickled whole', () => {
  const old = stateOf('whole');
  const told = (file: string, what: string): string => textOf(old.findings, file, what);
  const risk = old.memory['risk-manager'] ?? assert.fail();

  it('leave the kill switch on, and say how to lift it', () => {
    assert.equal(risk.killSwitch, true);
    assert.match(
      told('risk', 'kill switch'),
      /^carried over: ON \(kill_switch_active true, is_trading_allowed false\): .* kill-switch off$/,
    );
  });

  it('have their open positions and cooldown told as what nobody watches over', () => {
    assert.match(
      told('risk', 'open positions'),
      /^not carried over: BTC\/USDT:USDT long 0\.01, ETH\/USDT:USDT short 2: .*close them/,
    );
    assert.match(told('risk', 'cooldown'), /^not carried over: cooldown_until 2025-03-01 12:00: /);
  });

  it('give the figures of the day from the dictionary that they stand in', () => {
    assert.deepEqual(
      [risk.tradingDate, risk.dailyStartBalance, risk.dailyLoss],
      ['2025-03-02', toUnits(1000), toUnits(5)],
    );
  });

  it('say of a streak what is left of it', () => {
    assert.equal(risk.lossStreak, 11);
    assert.match(told('risk', 'streaks'), /0 wins, 11 losses in a row; it says 0 and 20, of 14 /);
  });

  it('take no limit of their settings for a figure', () => {
    assert.equal(old.balance?.units, toUnits(997.3));
    assert.match(told('risk', 'other fields'), /^not carried over: config, /);
  });

  it('have everything else told by name', () => {
    assert.match(
      told('risk', 'other fields'),
      /kill_switch_reason by hand, daily_trades 3, trade_results, daily_stats\.trades 3: /,
    );
    assert.match(
      told('q_table', 'other fields'),
      /alpha 0\.1, gamma 0\.95, epsilon_decay 0\.99, episode 77, memory: /,
    );
    assert.match(told('attention', 'other fields'), /learning_rate 0\.01, steps 55: /);
    assert.match(told('analytics', 'other fields'), /metrics, started 2025-03-01 12:00: /);
    assert.equal(told('analytics', 'other fields of trades'), 'not carried over: confidence');
    assert.match(told('analytics', 'equity curve'), /1 points that lack a time or an amount/);
  });

  it('give their Q-table and weights', () => {
    const { q, visits } = old.memory['q-table'] ?? assert.fail();
    assert.equal(q['trend_down|normal'].breakout, 0.95);
    assert.equal(visits['trend_up|low'].momentum, 7);
    const { table } = old.memory.attention ?? assert.fail();
    const weight = (name: keyof typeof FEATURE_COLUMN) => table[FEATURE_COLUMN[name]] ?? 0;
    assert.ok(weight('rsi_14') > 1 && weight('adx_14') < 1);
  });
});

describe('dictionaries in dictionaries, with what numpy makes of numbers', () => {
  const old = stateOf('nested');
  const risk = old.memory['risk-manager'] ?? assert.fail();

  it('give figures from any depth', () => {
    assert.deepEqual([risk.totalTrades, risk.wins, risk.losses], [25, 14, 11]);
    assert.deepEqual([risk.killSwitch, risk.tradingDate], [true, '2025-03-02']);
    assert.equal(risk.dailyStartBalance, toUnits(1001));
  });

  it('have a percentage taken for one, and the balance from it called worked out', () => {
    assert.equal(old.balance?.units, toUnits(995));
    assert.match(
      textOf(old.findings, 'risk', 'balance'),
      /^defaulted: 995\.00, worked out: .*0\.50 %/,
    );
  });

  it('give a Q-table that is a matrix beside the names of its rows and columns', () => {
    const { q, rewards, epsilon } = old.memory['q-table'] ?? assert.fail();
    assert.equal(q['trend_down|normal'].breakout, 0.95);
    assert.deepEqual([rewards, epsilon], [90, 0.2]);
    assert.match(textOf(old.findings, 'q_table', 'other fields'), /agent\.hyper\.alpha 0\.1: /);
  });

  it('give the weights, and not the numbers beside them', () => {
    assert.ok(old.memory.attention !== undefined);
    assert.equal(textOf(old.findings, 'attention', 'weights of other features'), '');
    assert.match(textOf(old.findings, 'attention', 'other fields'), /learning_rate .*temperature/);
  });
});

describe('a risk file', () => {
  for (const [drawdown, rest] of [
    [{ drawdown_pct: 0.5 }, 995],
    [{ current_drawdown_percent: 12 }, 880],
    [{ drawdown: 0.12 }, 880],
    [{ drawdown: -12 }, 880],
  ] as const)
    it(`comes to a balance of ${rest} by ${JSON.stringify(drawdown)}`, () => {
      const { balance } = riskFrom({ peak: 1000, ...drawdown });
      assert.equal(balance?.units, toUnits(rest));
      assert.match(balance?.derived ?? '', /^its peak balance less a drawdown of /);
    });

  it('that says another drawdown than peak and balance come to is told so', () => {
    const { told } = riskFrom({ balance: 900, peak: 1000, drawdown_pct: 3 });
    assert.match(
      told('current drawdown'),
      /^defaulted: 10\.00 %: worked out of peak and balance, not the 3\.00 % that it says$/,
    );
  });

  it('of which two names say two things has the second told', () => {
    const { state, told } = riskFrom({ wins: 3, winning_trades: 4, losses: 1, losing_trades: 1 });
    assert.equal(state.wins, 3);
    assert.match(told('other fields'), /^not carried over: winning_trades 4: /);
  });

  it('without a date has the figures of its day told', () => {
    const { told } = riskFrom({ balance: 10, daily_loss: 2, daily_start_balance: 12 });
    assert.match(
      told('figures of the day'),
      /^not carried over: began at 12\.00, made -2\.00: no /,
    );
  });

  it('has last trades that say no profit counted', () => {
    const { state, told } = riskFrom({ last_10_trades: [1, true, { pnl: 2 }, 'won'] });
    assert.equal(state.last10Trades.length, 2);
    assert.match(told('last trades'), /not carried over: 2 that say no profit/);
  });

  for (const [positions, text] of [
    [3, /^not carried over: 3, which it does not name: /],
    [{ symbol: 'BTCUSDT', side: 'sell', size: 2 }, /: BTC\/USDT:USDT short 2: /],
    [[{ symbol: 'ETHUSDT' }, 'SOLUSDT'], /: ETH\/USDT:USDT, SOL\/USDT:USDT: /],
    [0, /^$/],
    [{}, /^$/],
  ] as const)
    it(`has its open positions told: ${JSON.stringify(positions)}`, () =>
      assert.match(riskFrom({ positions }).told('open positions'), text));

  it('has no name of it reach a terminal as a command', () =>
    assert.match(riskFrom({ 'a\x1b[2Jb': 1 }).told('other fields'), /a\?\[2Jb 1: /));
});

describe('a Q-table', () => {
  const read = (value: PickleValue) => {
    const notes = createNotes('q');
    return {
      state: readQTable(value, notes),
      told: (what: string) => textOf(notes.findings, 'q', what),
    };
  };

  it('that is the whole file has what stands beside its values told', () => {
    const { state, told } = read(
      pickled({ "('bull', 'low')": { trend: 1 }, epsilon: 0.5, alpha: 0.1, saved: 'today', x: {} }),
    );
    assert.equal(state.q['trend_up|low'].trend_following, 1);
    assert.equal(state.epsilon, 0.5);
    assert.match(told('other fields'), /^not carried over: alpha 0\.1, saved today: /);
    assert.equal(told('values of other names'), '');
  });

  it('has visits of other names, and an epsilon that is none, told', () => {
    const table = { bull_low: { trend: 1 } };
    const visits = { bull_low: { trend: 4 }, moon: { trend: 9 } };
    const { state, told } = read(pickled({ q_table: table, visits, epsilon: 5 }));
    assert.equal(state.rewards, 4);
    assert.match(told('visits of other names'), /moon trend$/);
    assert.match(told('other fields'), /epsilon 5: /);
  });

  it('without names of its strategies says so', () => {
    const { state, told } = read(
      pickled({ q_table: { bull_low: [1, 2, 3], bear_low: { trend: 1 } } }),
    );
    assert.equal(state.q['trend_down|low'].trend_following, 1);
    assert.match(told('values without names'), /bull_low: nothing says of which strategies/);
  });
});

describe('attention weights', () => {
  const read = (value: object) => {
    const notes = createNotes('w');
    const state = readAttention(pickled(value), [], notes);
    return { state, told: (what: string) => textOf(notes.findings, 'w', what) };
  };

  for (const value of [
    { weights: { rsi_14: 2, adx_14: 1 }, step: 5 },
    { step: 5, attention_weights: [2, 1], feature_names: ['rsi_14', 'adx_14'] },
    { rsi_14: 2, adx_14: 1, step: 5 },
    { model: { attention: { rsi_14: 2, adx_14: 1 } }, step: 5 },
  ])
    it(`are found whatever number stands beside them: ${JSON.stringify(value)}`, () => {
      const { state, told } = read(value);
      assert.match(told('weights'), /^carried over: 2 of /);
      const { table } = state ?? assert.fail();
      assert.ok((table[FEATURE_COLUMN.rsi_14] ?? 0) > (table[FEATURE_COLUMN.adx_14] ?? 0));
      assert.match(`${told('other fields')}${told('weights of other features')}`, /step/);
    });
});
