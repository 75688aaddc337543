/**
 * What the page knows and where it is, in node: changes, addresses, summaries.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { changed, EQUITY_ROWS_MAX, type Model, NEWS_MAX } from './page/model.ts';
import { csvUrl, filteredBy, hashOf, routeOf, sortedBy, tradesUrl } from './page/query.ts';
import { depthsOf, equitySummary, priceSummary, reliabilitySummary } from './page/summary.ts';
import type { Change, EquityRow, Status } from './view.ts';

const statusOf = (seq: number): Status => ({ seq }) as Status;

const MODEL: Model = {
  ...{ status: statusOf(7), positions: [], orders: [], marks: [] },
  equity: [[1, 10, 10]],
  candles: { A: [[1, 1, 1, 1, 1, 1]], B: [] },
  news: [{ seq: 7, time: null, text: 'first' }],
};

const change = (from: number, added: Partial<Change> = {}): Change => ({
  ...{ from, status: statusOf(from + 1), positions: [], orders: [], equity: [], candles: {} },
  ...{ marks: [], news: [], stale: [] },
  ...added,
});

describe('the model of the page', () => {
  it('a change is added to what is known, which itself stays as it was', () => {
    const before = structuredClone(MODEL);
    const news = [{ seq: 8, time: null, text: 'second' }];
    const next = changed(MODEL, change(7, { news, candles: { A: [[2, 1, 1, 1, 1, 1]], C: [] } }));
    assert.equal(next?.status.seq, 8);
    assert.deepEqual(
      next?.news.map(row => row.text),
      ['first', 'second'],
    );
    assert.equal(next?.candles['A']?.length, 2);
    assert.equal(next?.candles['B'], MODEL.candles['B'], 'what is not touched is the same list');
    assert.equal(next?.equity, MODEL.equity);
    assert.deepEqual(MODEL, before);
  });

  it('a change that does not follow is refused', () => {
    assert.equal(changed(MODEL, change(6)), null);
    assert.equal(changed(MODEL, change(8)), null);
  });

  it('a page that is open for a month stays as small as a fresh one', () => {
    const equity = Array.from({ length: EQUITY_ROWS_MAX }, (_, at): EquityRow => [at + 2, 1, 1]);
    const news = Array.from({ length: NEWS_MAX }, (_, at) => ({ seq: at, time: null, text: '' }));
    const next = changed(MODEL, change(7, { equity, news }));
    assert.equal(next?.equity.length, EQUITY_ROWS_MAX);
    assert.equal(next?.equity[0]?.[0], 2, 'the oldest went');
    assert.equal(next?.news.length, NEWS_MAX);
  });
});

describe('the address of the page', () => {
  it('a filter stands in it, and comes back from it', () => {
    const { trades } = routeOf('#/trades');
    const chosen = sortedBy(filteredBy(trades, 'symbol', 'BTC/USDT:USDT'), 'profit');
    assert.equal(hashOf(trades), '#/trades');
    assert.deepEqual(routeOf(hashOf(chosen)), { page: 'trades', trades: chosen });
    assert.equal(chosen.order, 'desc');
    assert.equal(sortedBy(chosen, 'profit').order, 'asc', 'once more turns it round');
    assert.equal(sortedBy({ ...chosen, offset: 50 }, 'fees').offset, 0);
  });

  it('the file has the filter of the table, and no pages', () => {
    const { trades } = routeOf('#/trades?side=short&offset=50');
    assert.equal(
      tradesUrl(trades),
      '/api/trades?sort=exitTime&order=desc&side=short&offset=50&limit=50',
    );
    assert.equal(csvUrl(trades), '/api/trades.csv?sort=exitTime&order=desc&side=short');
  });

  it('an address that nobody wrote leads somewhere', () => {
    for (const hash of ['', '#', '#/nowhere', '#/__proto__', '#/overview?x=1'])
      assert.equal(routeOf(hash).page, 'overview', hash);
    const { trades } = routeOf('#/trades?sort=constructor&order=up&offset=-3');
    assert.deepEqual([trades.sort, trades.order, trades.offset], ['exitTime', 'desc', 0]);
  });
});

describe('charts in words', () => {
  it('say first and last, highest and lowest', () => {
    const candles = [
      [0, 100, 104, 99, 102, 1],
      [60_000, 102, 110, 101, 105, 1],
    ] as const;
    assert.match(priceSummary('A', candles, 'USDT'), /closed at 105\.000 USDT, \+5\.00.% over 2/);
    assert.match(priceSummary('A', candles, 'USDT'), /highest 110\.000, lowest 99\.0000\.$/);
    assert.match(
      equitySummary(
        [
          [0, 5, 100],
          [1, 5, 90],
        ],
        'USDT',
      ),
      /from 100\.00 to 90\.00.USDT/,
    );
    assert.equal(equitySummary([], 'USDT'), 'No point of equity is here yet.');
  });

  it('depths are measured from the highest before them', () => {
    const rows = [100, 90, 110, 99].map((equity, at): EquityRow => [at, 0, equity]);
    assert.deepEqual(
      depthsOf(rows).map(depth => Number(depth.toFixed(9))),
      [0, -0.1, 0, -0.1],
    );
  });

  it('calibration is the mean distance of confidence and what came true', () => {
    const bins = [
      { confidence: 0.6, won: 5, forecasts: 10 },
      { confidence: 0.4, won: 4, forecasts: 10 },
    ];
    const text = reliabilitySummary(bins);
    assert.match(
      text,
      /^20 forecasts have come due, 10 to 10 in each of 2 bins\. .* 5\.0.% apart\.$/,
    );
    assert.match(
      reliabilitySummary(bins.slice(1)),
      /^10 forecasts have come due, all in one bin\. /,
    );
  });
});
