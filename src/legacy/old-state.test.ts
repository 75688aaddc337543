/**
 * The old bot's files as the memory of this one: what is carried over, defaulted and lost.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pickled } from '../../test/fixtures/pickled.ts';
import { canonicalText } from '../base/canonical.ts';
import { toUnits } from '../base/money.ts';
import { FEATURE_COLUMN, FEATURE_COUNT } from '../core/feature.ts';
import { attention } from '../learn/attention.ts';
import { qTable } from '../learn/q-table.ts';
import { analytics } from '../trade/analytics.ts';
import { portfolio } from '../trade/portfolio.ts';
import { riskManager } from '../trade/risk-manager.ts';
import type { Outcome } from './finding.ts';
import type { OldPart } from './old-file.ts';
import { type OldFile, type OldState, readOldState } from './old-state.ts';
import { readTrade } from './old-trade.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/python-bot');
const PARTS: Readonly<Record<string, OldPart>> = {
  'analytics_state.pkl': 'analytics',
  'risk_manager_state.pkl': 'risk-manager',
  'q_table.pkl': 'q-table',
  'attention_weights.npy': 'attention',
  'attention_weights.pkl': 'attention',
  'signal_model.pkl': 'signal-model',
};

function filesOf(folder: string): Partial<Record<OldPart, OldFile>> {
  const path = join(FIXTURES, folder);
  return Object.fromEntries(
    readdirSync(path).flatMap(name => {
      const part = PARTS[name];
      return part === undefined ? [] : [[part, { name, bytes: readFileSync(join(path, name)) }]];
    }),
  );
}

const COMPONENTS = {
  analytics,
  'risk-manager': riskManager,
  attention,
  portfolio,
  'q-table': qTable,
};

/** Every state keeps the rules of its part, and goes through its file unchanged. */
function sound({ memory }: OldState): void {
  for (const [id, component] of Object.entries(COMPONENTS)) {
    const state = memory[id as keyof typeof COMPONENTS] as never;
    if (state === undefined) continue;
    assert.equal(component.check?.(state) ?? null, null, id);
    const back = component.file.decode(component.file.encode(state));
    assert.equal(canonicalText(back), canonicalText(state), id);
  }
}

const saidOf = ({ findings }: OldState, outcome: Outcome): string[] =>
  findings.filter(one => one.outcome === outcome).map(({ file, what }) => `${file} ${what}`);

describe('a directory of plain dictionaries', () => {
  const old = readOldState(filesOf('plain'), null);

  it('gives states that keep every rule', () => sound(old));

  it('gives the trades, to the unit', () => {
    const { trades, totals } = old.memory.analytics ?? assert.fail();
    assert.equal(trades.length, 5);
    assert.deepEqual(trades[0], {
      ...{ id: 'python-1', symbol: 'BTC/USDT:USDT', side: 'long', leverage: 5 },
      ...{ entryPrice: 60_000, exitPrice: 60_600, quantity: 0.01, fees: 0, funding: 0 },
      ...{ profit: toUnits(5.4), profitRatio: 5.4 / 120 },
      entryTime: Date.parse('2025-03-01T10:30:00Z'),
      exitTime: Date.parse('2025-03-01T12:00:00Z'),
      durationMs: 90 * 60_000,
      ...{ exitReason: 'take_profit', strategy: 'trend_following' },
      models: { signal: 0, deep: 0 },
    });
    assert.equal(totals.grossProfit - totals.grossLoss, toUnits(-2.7));
  });

  it('gives the equity curve and the balance that it began with', () => {
    const { curve, startBalance, daily, exposure } = old.memory.analytics ?? assert.fail();
    assert.deepEqual(
      curve.map(({ equity }) => equity / 1e8),
      [1000, 1005.4, 989.5, 998.7, 978, 997.3],
    );
    assert.equal(curve[0]?.time, Date.parse('2025-02-28T12:00:00Z'));
    assert.equal(startBalance, toUnits(1000));
    assert.equal(daily.length, 3);
    assert.deepEqual(exposure.spans, [], 'what comes next may be of an earlier time');
  });

  it('gives the risk figures, to the unit', () => {
    const risk = old.memory['risk-manager'] ?? assert.fail();
    assert.deepEqual([risk.totalTrades, risk.wins, risk.losses], [25, 14, 11]);
    assert.deepEqual([risk.totalProfit, risk.totalLoss], [toUnits(140.5), toUnits(143.2)]);
    assert.deepEqual([risk.peakBalance, risk.equity], [toUnits(1015), toUnits(997.3)]);
    assert.equal(risk.currentDrawdown, toUnits(1015 - 997.3) / toUnits(1015));
    assert.deepEqual([risk.winStreak, risk.lossStreak], [1, 0]);
    assert.equal(risk.last10Trades.length, 10);
    assert.equal(risk.dailyStartBalance, toUnits(978));
    assert.equal(risk.tradingDate, '2025-03-02');
  });

  it('gives an account that is flat and worth what the old one was', () => {
    const account = old.memory.portfolio ?? assert.fail();
    assert.equal(account.balance, toUnits(997.3));
    assert.deepEqual(account.positions, {});
    assert.deepEqual(old.balance, { units: toUnits(997.3), derived: null });
  });

  it('gives the Q-table by regime, volatility and strategy', () => {
    const { q, visits, rewards, epsilon } = old.memory['q-table'] ?? assert.fail();
    assert.equal(q['trend_up|low'].trend_following, 0);
    assert.equal(q['trend_down|normal'].breakout, 0.95);
    assert.equal(q['range|high'].stay_out, 1.9);
    assert.equal(visits['range|high'].momentum, 2);
    assert.deepEqual([rewards, epsilon], [90, 0.125]);
  });

  it('gives attention weights by the names of the signal model', () => {
    const { table } = old.memory.attention ?? assert.fail();
    const weight = (name: keyof typeof FEATURE_COLUMN) => table[FEATURE_COLUMN[name]] ?? 0;
    assert.ok(weight('rsi_14') > weight('macd_histogram'));
    assert.ok(weight('macd_histogram') > weight('adx_14'));
    assert.ok(weight('rsi_14') > 1 && weight('adx_14') < 1);
    assert.equal(weight('return_1'), 1, 'one the old bot had not');
    const sum = table.subarray(0, FEATURE_COUNT).reduce((one, other) => one + other, 0);
    assert.ok(Math.abs(sum / FEATURE_COUNT - 1) < 1e-9);
  });

  it('says field by field what became of them', () => {
    assert.deepEqual(saidOf(old, 'not carried over'), [
      'analytics_state.pkl other fields',
      'q_table.pkl other fields',
      'signal_model.pkl model',
      'attention_weights.npy weights of other features',
    ]);
    assert.deepEqual(saidOf(old, 'defaulted'), [
      ...['fees', 'funding'].map(field => `analytics_state.pkl ${field} of trades`),
      'analytics_state.pkl zone of times',
      'attention_weights.npy weights of the others',
    ]);
    const model = old.findings.find(({ file }) => file === 'signal_model.pkl');
    assert.match(model?.text ?? '', /RandomForestClassifier.*version 7.*sklearn version 1\.2\.2/);
    assert.deepEqual(old.unreadable, []);
  });
});

describe('a directory of objects, written by joblib', () => {
  const old = readOldState(filesOf('objects'), null);

  it('gives states that keep every rule', () => sound(old));

  it('gives the same trades and curve as the plain one', () => {
    const plain = readOldState(filesOf('plain'), null);
    assert.deepEqual(old.memory.analytics, plain.memory.analytics);
    assert.ok(!saidOf(old, 'defaulted').includes('analytics_state.pkl zone of times'));
  });

  it('takes the totals that its risk file has not from the trades', () => {
    const risk = old.memory['risk-manager'] ?? assert.fail();
    assert.deepEqual([risk.totalTrades, risk.totalProfit], [25, toUnits(5.4 + 9.2 + 19.3)]);
    assert.deepEqual([risk.winStreak, risk.lossStreak], [0, 3]);
    assert.equal(risk.last10Trades.length, 5);
    assert.equal(risk.tradingDate, null);
  });

  it('scales a Q-table of larger rewards down as a whole', () => {
    const { q } = old.memory['q-table'] ?? assert.fail();
    const plain = readOldState(filesOf('plain'), null).memory['q-table'] ?? assert.fail();
    const scale = 3 / 24;
    assert.ok(Math.abs(q['range|low'].stay_out - 3) < 1e-12);
    for (const state of ['trend_down|high', 'range|normal'] as const)
      assert.ok(Math.abs(q[state].momentum - plain.q[state].momentum * 10 * scale) < 1e-12);
  });
});

describe('what is missing or broken', () => {
  it('costs its own file and no other', () => {
    const files = filesOf('plain');
    const whole = files['risk-manager'] ?? assert.fail();
    const cut = { ...whole, bytes: whole.bytes.subarray(0, 100) };
    const old = readOldState({ ...files, 'risk-manager': cut }, null);
    sound(old);
    assert.deepEqual(old.unreadable, ['risk_manager_state.pkl']);
    const said = old.findings.find(({ file }) => file === 'risk_manager_state.pkl');
    assert.match(said?.text ?? '', /^it cannot be read: a length of \d+ bytes/);
    assert.equal(old.memory['risk-manager']?.totalTrades, 5, 'from the history');
    const derived = 'the end of the equity curve';
    assert.deepEqual(old.balance, { units: toUnits(997.3), derived });
  });

  it('is a value, a reason or Malformed, whichever bytes are changed', () => {
    const folders = ['plain', 'whole', 'nested'].map(filesOf);
    const change = fc.record({ part: fc.nat(4), at: fc.nat(10_000), byte: fc.nat(255) });
    const changed = fc.array(change, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...folders), changed, (files, changes) => {
        const mutated = structuredClone(files);
        const parts = Object.keys(files) as OldPart[];
        for (const { part, at, byte } of changes) {
          const { bytes } = mutated[parts[part % parts.length] ?? 'q-table'] ?? assert.fail();
          bytes[at % bytes.length] = byte;
        }
        sound(readOldState(mutated, null));
      }),
      { numRuns: 700 },
    );
  });

  it('takes a switch whose bytes do not fit its type for none (seed −2086017742)', () => {
    const files = filesOf('nested');
    const risk = files['risk-manager'] ?? assert.fail();
    // dtype('i8') of a count of eight bytes becomes dtype('i1').
    const at = Buffer.from(risk.bytes).indexOf('i8') + 1;
    const bytes = Buffer.from(risk.bytes);
    bytes[at] = '1'.charCodeAt(0);
    sound(readOldState({ ...files, 'risk-manager': { ...risk, bytes } }, null));
  });

  it('leaves the start balance to the config where no file names a balance', () => {
    const files = filesOf('plain');
    const old = readOldState({ 'q-table': files['q-table'] ?? assert.fail() }, null);
    assert.equal(old.balance, null);
    assert.deepEqual(Object.keys(old.memory), ['q-table']);
  });

  it('leaves attention weights without names where they are', () => {
    const { attention: weights } = filesOf('plain');
    const files = { attention: weights ?? assert.fail() };
    const nameless = readOldState(files, null);
    assert.deepEqual(nameless.memory, {});
    assert.match(nameless.findings[0]?.text ?? '', /6 weights, .* --attention-features$/);
    const named = readOldState(files, ['rsi_14', 'adx_14', 'body', 'mfi_14', 'cci_20', 'aroon_25']);
    sound(named);
    assert.ok(named.memory.attention !== undefined);
  });

  it('is told of a trade, and nothing is made up of one that says nothing', () => {
    const time = { exit_time: '2025-03-01T12:00:00Z' };
    const read = (trade: object) => readTrade(pickled(trade), 1);
    assert.equal(read({ pnl: 5 }), 'no time of its exit');
    assert.equal(read(time), 'no profit, nor what it could be worked out from');
    assert.equal(read([]), 'not a dictionary or an object');
    const bare = read({ ...time, pnl: 5 });
    assert.ok(typeof bare !== 'string');
    assert.equal(bare.trade.profit, toUnits(5));
    assert.deepEqual(bare.defaulted, [
      ...['entry time', 'leverage', 'side', 'fees', 'funding', 'entry price', 'quantity'],
      ...['exit price', 'symbol', 'exit reason', 'strategy'],
    ]);
  });

  it('is worked out where the rest of a trade says it', () => {
    const read = (trade: object) => {
      const known = { exit_time: 1_740_830_400, leverage: 2, fee: 1, entryPrice: 100, qty: 3 };
      const old = readTrade(pickled({ ...known, ...trade }), 1);
      return typeof old === 'string' ? assert.fail(old) : old.trade;
    };
    assert.equal(read({ exitPrice: 110, side: 'BUY' }).profit, toUnits(29));
    assert.equal(read({ exitPrice: 110, side: 'sell' }).profit, toUnits(-31));
    assert.equal(read({ profit_pct: 10, side: 'long' }).profit, toUnits(15), '10 % of the margin');
    assert.equal(read({ exitPrice: 90, pnl: 29 }).side, 'short', 'it won while the price fell');
    assert.equal(read({ pnl: 29, side: 'long' }).exitPrice, 110);
    assert.equal(read({ pnl: 1, side: 1, duration_minutes: 10 }).durationMs, 600_000);
    const named = read({ pnl: 1, strategy: 'a\x1b[2J', symbol: 'b\x9b' });
    assert.deepEqual([named.strategy, named.symbol], ['a?[2J', 'b?'], 'a terminal shows them');
  });
});
