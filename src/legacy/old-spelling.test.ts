/**
 * The old bot's fields in whatever spelling, shape and size they come.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pickled } from '../../test/fixtures/pickled.ts';
import { toUnits } from '../base/money.ts';
import { analytics } from '../trade/analytics.ts';
import { riskManager } from '../trade/risk-manager.ts';
import { createNotes } from './finding.ts';
import { analyticsOf, readAnalytics } from './old-analytics.ts';
import { balanceIn } from './old-balance.ts';
import { readQTable } from './old-q-table.ts';
import { riskFields, riskOf } from './old-risk.ts';
import { symbolOf } from './old-symbol.ts';
import type { PickleValue } from './pickle-value.ts';

describe('other spellings', () => {
  for (const [theirs, ours] of [
    ['BTCUSDT', 'BTC/USDT:USDT'],
    ['BTC/USDT', 'BTC/USDT:USDT'],
    ['ETH-USDT-SWAP', 'ETH/USDT:USDT'],
    ['sol_usdc', 'SOL/USDC:USDC'],
    ['BTCUSDT_PERP', 'BTC/USDT:USDT'],
    ['BTC/USDT:USDT', 'BTC/USDT:USDT'],
    ['GOLD', 'GOLD'],
  ] as const)
    it(`of a symbol are understood: ${theirs}`, () => assert.equal(symbolOf(theirs), ours));

  for (const [what, table] of [
    ['nested by regime and volatility', { bull: { low_vol: { trend: 1 } } }],
    ['one text as key', { bull_low: { trend_following: 1 } }],
    ['a tuple made a text', { "('trending_up', 'low')": { TrendFollowing: 1 } }],
    ['all in one key', { 'uptrend|low|trend_following': 1 }],
  ] as const)
    it(`of a Q-table are understood: ${what}`, () => {
      const { q } = readQTable(pickled({ q_table: table }), createNotes('q'));
      assert.equal(q['trend_up|low'].trend_following, 1);
      assert.equal(q['trend_up|high'].trend_following, 0);
      assert.equal(q['range|low'].trend_following, 0);
    });

  it('of a Q-table that are not understood are named', () => {
    const notes = createNotes('q');
    readQTable(pickled({ q_table: { bull: { scalping: 1 }, 3: { momentum: 1 } } }), notes);
    const lost = notes.findings.filter(({ outcome }) => outcome === 'not carried over');
    assert.match(lost.map(({ text }) => text).join(), /3 momentum, bull scalping/);
  });

  it('of an equity curve are understood', () => {
    const curveOf = (state: object) =>
      readAnalytics(pickled(state), createNotes('a')).points.map(({ time, equity }) => [
        time,
        equity,
      ]);
    const ms = Date.parse('2025-03-01T00:00:00Z');
    const wanted = [[ms, toUnits(10)]];
    assert.deepEqual(curveOf({ equity_curve: [[ms / 1000, 10]] }), wanted);
    assert.deepEqual(curveOf({ equityCurve: [{ timestamp: ms, balance: 10 }] }), wanted);
    assert.deepEqual(curveOf({ balance_history: { '2025-03-01': 10 } }), wanted);
    assert.deepEqual(curveOf({ equity_curve: [10], timestamps: ['2025-03-01T00:00:00'] }), wanted);
    assert.deepEqual(curveOf({ data: { equity_curve: [[`${ms}`, '10']] } }), wanted);
    assert.deepEqual(curveOf({ equity_curve: [10, 11] }), []);
  });
});

describe('a file made to take for ever', () => {
  const dictionary = (...entries: (readonly [PickleValue, PickleValue])[]): PickleValue => ({
    kind: 'dict',
    entries,
  });

  it('that holds itself without a name is left', () => {
    const entries: [PickleValue, PickleValue][] = [];
    const itself: PickleValue = { kind: 'dict', entries };
    entries.push(['', itself], ['q_table', itself]);
    readQTable(itself, createNotes('q'));
    readAnalytics(itself, createNotes('a'));
    riskFields(itself, createNotes('r'));
  });

  it('that holds one dictionary many times over, level by level, is left', () => {
    let level: PickleValue = dictionary();
    for (let depth = 0; depth < 12; depth += 1) {
      const inner = level;
      level = dictionary(...Array.from({ length: 300 }, (_, at) => [`k${at}`, inner] as const));
    }
    readQTable(dictionary(['q_table', level]), createNotes('q'));
    readAnalytics(level, createNotes('a'));
  });

  it('that names one large value a hundred thousand times is read once', () => {
    const wide = dictionary(
      ...Array.from({ length: 50_000 }, (_, at) => [`field${at}`, 1] as const),
    );
    const numbers: PickleValue = {
      ...{ kind: 'raw-array', descr: '<f8', shape: [100_000], columnMajor: false },
      bytes: new Uint8Array(800_000),
    };
    const many = (value: PickleValue): PickleValue => ({
      kind: 'list',
      items: new Array<PickleValue>(100_000).fill(value),
    });
    const notes = createNotes('a');
    const state = dictionary(['trades', many(wide)], ['equity_curve', many(numbers)]);
    assert.deepEqual(readAnalytics(state, notes).trades, []);
  });
});

describe('whatever a file says', () => {
  it('a trade of more than a number can say is left, also where nothing was won', () => {
    const [percent, price, quantity] = [0, 1e300, 179_769_313.486_231_6];
    const trade = { pnl_percent: percent, entry_price: price, exit_time: 631_152_000, quantity };
    assert.deepEqual(readAnalytics(pickled({ trades: [trade] }), createNotes('a')).trades, []);
  });

  const anything = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.string(),
    fc.constantFrom(null, true, 'long', '2025-03-01', 1e300, -1e15, 0),
  );
  const risk = fc.dictionary(
    fc.constantFrom(
      ...[
        'total_trades',
        'wins',
        'losses',
        'total_profit',
        'total_loss',
        'peak_balance',
        'balance',
      ],
      ...['drawdown', 'win_streak', 'loss_streak', 'streak', 'daily_loss', 'trading_date'],
      ...['daily_start_balance', 'last_10_trades'],
    ),
    fc.oneof(anything, fc.array(anything, { maxLength: 12 })),
  );

  it('the risk manager keeps its rules', () => {
    fc.assert(
      fc.property(risk, said => {
        const notes = createNotes('r');
        const fields = riskFields(pickled(said), notes);
        const state = riskOf({ fields, trades: [], balance: balanceIn(fields), notes });
        assert.equal(riskManager.check?.(state) ?? null, null);
        riskManager.file.decode(riskManager.file.encode(state));
      }),
      { numRuns: 2000 },
    );
  });

  it('analytics keeps its rules', () => {
    const trade = fc.dictionary(
      fc.constantFrom(
        ...['symbol', 'side', 'entry_price', 'exit_price', 'quantity', 'leverage', 'pnl', 'fee'],
        ...['entry_time', 'exit_time', 'pnl_percent', 'duration', 'strategy', 'exit_reason'],
      ),
      anything,
    );
    const state = fc.record({
      trades: fc.array(trade, { maxLength: 15 }),
      equity_curve: fc.array(fc.tuple(anything, anything), { maxLength: 15 }),
    });
    fc.assert(
      fc.property(state, said => {
        const notes = createNotes('a');
        const history = readAnalytics(pickled(said), notes);
        for (const balance of [null, toUnits(5)]) {
          const kept = analyticsOf(history, balance);
          assert.equal(analytics.check?.(kept) ?? null, null);
          analytics.file.decode(JSON.parse(JSON.stringify(analytics.file.encode(kept))));
        }
      }),
      { numRuns: 2000 },
    );
  });
});
