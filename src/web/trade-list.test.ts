import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tradeWith } from '../../test/web-fixture.ts';
import { csvOf, pageOf, questionOf, type TradeQuestion } from './trade-list.ts';

const TRADES = [
  tradeWith({ id: 'a', exitTime: 1, profit: 5, symbol: 'BTC/USDT:USDT' }),
  tradeWith({ id: 'b', exitTime: 2, profit: -3, symbol: 'ETH/USDT:USDT', side: 'short' }),
  tradeWith({ id: 'c', exitTime: 3, profit: -3, exitReason: 'stop_loss' }),
  tradeWith({ id: 'd', exitTime: 4, profit: 10, strategy: 'breakout' }),
];

function asked(query: Record<string, string> = {}): TradeQuestion {
  const question = questionOf(query);
  assert.ok(typeof question !== 'string', String(question));
  return question;
}

const idsOf = (query: Record<string, string>): string =>
  pageOf(TRADES, asked(query))
    .rows.map(({ id }) => id)
    .join('');

describe('the list of trades', () => {
  it('begins with the newest', () => {
    assert.equal(idsOf({}), 'dcba');
  });

  it('is filtered by everything that can be chosen', () => {
    assert.equal(idsOf({ symbol: 'ETH/USDT:USDT' }), 'b');
    assert.equal(idsOf({ side: 'short' }), 'b');
    assert.equal(idsOf({ strategy: 'breakout' }), 'd');
    assert.equal(idsOf({ reason: 'stop_loss' }), 'c');
    assert.equal(idsOf({ symbol: 'BTC/USDT:USDT', strategy: 'momentum' }), 'ca');
  });

  it('is sorted by number as numbers, and equals stand by time', () => {
    assert.equal(idsOf({ sort: 'profit', order: 'desc' }), 'dacb');
    assert.equal(idsOf({ sort: 'profit', order: 'asc' }), 'bcad');
  });

  it('is cut into pages, and tells what there is beside', () => {
    const page = pageOf(TRADES, asked({ offset: '1', limit: '2' }));
    assert.deepEqual(
      page.rows.map(({ id }) => id),
      ['c', 'b'],
    );
    const { found, kept, symbols, strategies, reasons } = page;
    assert.deepEqual({ found, kept }, { found: 4, kept: 4 });
    assert.deepEqual(symbols, ['BTC/USDT:USDT', 'ETH/USDT:USDT']);
    assert.deepEqual(strategies, ['breakout', 'momentum']);
    assert.deepEqual(reasons, ['stop_loss', 'take_profit']);
  });

  for (const query of [
    { sort: '__proto__' },
    { order: 'sideways' },
    { offset: '-1' },
    { offset: '1e99' },
    { limit: '501' },
    { limit: 'all' },
  ])
    it(`refuses ${JSON.stringify(query)} in words`, () => {
      assert.equal(typeof questionOf(query), 'string');
    });

  it('leaves what is asked for twice as if it were not', () => {
    assert.equal(asked().symbol, '');
    assert.deepEqual(questionOf({ symbol: ['a', 'b'] }), asked());
  });
});

describe('the trades as CSV', () => {
  it('holds every row that the filter leaves, whatever the page', () => {
    const lines = csvOf(TRADES, asked({ limit: '1', symbol: 'BTC/USDT:USDT' })).split('\r\n');
    assert.equal(lines.length, 1 + 3 + 1);
    assert.match(lines[0] ?? '', /^id,symbol,side,entryTime,.*,strategy$/);
    assert.match(lines[1] ?? '', /^d,BTC\/USDT:USDT,long,/);
  });

  it('makes no formula of a text, and leaves numbers numbers', () => {
    const evil = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', 'a,"b"'].map(strategy =>
      tradeWith({ strategy, profit: -12.5 }),
    );
    const cells = csvOf(evil, asked({ sort: 'entryTime', order: 'asc' }));
    for (const cell of ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", '"a,""b"""'])
      assert.ok(cells.includes(`,${cell}\r\n`), cell);
    assert.ok(cells.includes(',-12.5,'));
  });
});
