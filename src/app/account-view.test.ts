/**
 * What a dashboard is told of an account, held against the world it was read off.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { lotsToBase, toQuote } from '../base/money.ts';
import type { Fact } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import { equityOf } from '../trade/portfolio.ts';
import {
  accountFigures,
  equityRowsOf,
  gaugesOf,
  lampsOf,
  ordersOf,
  positionsOf,
  tradeCountsOf,
  tradesOf,
} from './account-view.ts';
import type { BotParts } from './bot.ts';
import { exitMarkOf, marksOfFill, marksOfPosition, marksOfTrade } from './chart-mark.ts';
import { screenLineOf } from './fact-log.ts';
import { learningOf } from './learning-view.ts';
import { type PastNews, recentPast } from './recent-past.ts';
import { runSession } from './session.ts';
import { marketTimeOf } from './view.ts';

type World = BotParts['world'];
const CANDLES = 3000;
const directory = mkdtempSync(join(tmpdir(), 'holdfast-view-'));
after(() => rmSync(directory, { recursive: true }));

let world: World;
let seq = 0;
const closed: Fact<'candle.closed'>[] = [];
/** The world's positions, as they were first seen, and what was shown of them then. */
const held: { row: ReturnType<typeof positionsOf>[number]; equity: number; figure: number }[] = [];
const entered: ReturnType<typeof marksOfFill> = [];
const told: PastNews[] = [];

before(async () => {
  const { bot } = await runSession(
    sessionOptions(
      { until: { kind: 'candles', count: CANDLES } },
      {
        directory,
        watch: ({ facts, seq: step }, now) => {
          for (const fact of facts) {
            const text = screenLineOf(fact, directory);
            const time = fact.type === 'trade.closed' ? fact.trade.exitTime : marketTimeOf(now);
            if (text !== null) told.push({ seq: step, time, text });
            if (fact.type === 'candle.closed') closed.push(fact);
            if (fact.type === 'order.filled') entered.push(...marksOfFill(now, fact));
          }
          const [row] = positionsOf(now);
          const equity = toQuote(equityOf(now.portfolio));
          if (row !== undefined) held.push({ row, equity, figure: accountFigures(now).equity });
          if (row !== undefined) assert.ok(ordersOf(now).some(order => order.reduceOnly));
        },
      },
    ),
  );
  world = bot.world;
  seq = bot.store.seq;
});

describe('the account as it is shown', () => {
  it('is the one that is remembered, in quote currency', () => {
    const figures = accountFigures(world);
    const { totals } = world.analytics;
    assert.ok(totals.trades > 5, 'there is something to be seen');
    assert.equal(figures.closedTrades, totals.trades);
    assert.equal(figures.balance, toQuote(world.portfolio.balance));
    assert.equal(figures.winRate, totals.wins / totals.trades);
    assert.equal(figures.candles, CANDLES);
    assert.equal(figures.quote, 'USDT');
    for (const { equity, figure } of held) assert.equal(figure, equity);
  });

  it('has a stop behind every position, on the losing side of its price or trailed', () => {
    assert.ok(held.length > 10);
    for (const { row } of held) {
      assert.ok(row.quantity > 0 && row.entryPrice > 0 && row.margin > 0);
      assert.ok(row.stop !== null, `${row.symbol} without a stop`);
      const isLong = row.side === 'long';
      assert.ok(isLong ? row.liquidationPrice < row.stop : row.liquidationPrice > row.stop);
    }
  });

  it('lists the trades and the curve that are kept, and counts all of them', () => {
    const rows = tradesOf(world);
    assert.equal(rows.length, world.analytics.trades.length);
    assert.equal(rows.at(-1)?.profit, toQuote(world.analytics.trades.at(-1)?.profit ?? 0));
    assert.equal(equityRowsOf(world).length, world.analytics.curve.length);
    const { tradesBySymbol, tradesByReason } = tradeCountsOf(world);
    for (const counts of [tradesBySymbol, tradesByReason])
      assert.equal(
        Object.values(counts).reduce((sum, count) => sum + count, 0),
        world.analytics.totals.trades,
      );
  });

  it('shows a lamp for each thing that holds entries back, with what lifts it', () => {
    const risk = { ...world['risk-manager'], killSwitch: true, paused: { since: 0 } };
    const lamps = lampsOf({ ...world, 'risk-manager': risk }, 'my bots');
    const ids = lamps.filter(({ on }) => on).map(({ id }) => id);
    assert.ok(ids.includes('kill_switch') && ids.includes('paused'));
    const pause = lamps.find(({ id }) => id === 'paused');
    assert.match(pause?.text ?? '', /until you lift it: holdfast resume --dir 'my bots'$/);
    assert.equal(lamps.length, 6);
  });

  it('has a gauge that is full where the breaker trips', () => {
    const { settings } = world.run;
    const [day] = gaugesOf({
      ...world,
      'risk-manager': {
        ...world['risk-manager'],
        dailyStartBalance: 1_000_000,
        dailyRealised: -1_000_000 * settings.dailyLossLimit,
      },
    });
    assert.equal(day?.limit, settings.dailyLossLimit);
    assert.ok((day?.value ?? 0) >= settings.dailyLossLimit);
  });
});

describe('marks', () => {
  it('of a position that is open are those of the fill that began it', () => {
    assert.ok(held.length > 0);
    for (const { row } of held) {
      const [entry, stop] = marksOfPosition(row);
      const seen = entered.find(
        ({ kind, time, symbol }) =>
          [kind, time, symbol].join() === ['entry', row.openedAt, row.symbol].join(),
      );
      assert.equal(entry?.text, seen?.text);
      assert.deepEqual([entry?.side, entry?.price], [row.side, row.entryPrice]);
      assert.deepEqual(
        [stop?.kind, stop?.price],
        row.stop === null ? [undefined, undefined] : ['stop', row.stop],
      );
    }
  });

  it('of a trade that is over are those that it gave while it ran', () => {
    const { trades } = world.analytics;
    for (const trade of trades) {
      const [entry, ...later] = marksOfTrade(trade);
      assert.equal(entry?.kind, 'entry');
      assert.deepEqual(later.at(-1), exitMarkOf(trade));
      const seen = entered.find(
        ({ kind, time, symbol }) =>
          kind === 'entry' && time === trade.entryTime && symbol === trade.symbol,
      );
      if (seen === undefined) continue;
      assert.equal(entry?.text, seen.text);
      const stop = later.find(({ kind }) => kind === 'stop');
      const seenStop = entered[entered.indexOf(seen) + 1];
      if (stop === undefined || seenStop?.kind !== 'stop') continue;
      assert.ok(
        Math.abs(stop.price / seenStop.price - 1) < 1e-6,
        `${stop.price} ${seenStop.price}`,
      );
    }
    assert.ok(entered.filter(({ kind }) => kind === 'stop').length > 3);
  });
});

describe('what was learned, as it is shown', () => {
  it('has a column for each feature and a row for each state of the Q-table', () => {
    const { features, attention, qTable, versions, experts } = learningOf(world);
    assert.deepEqual(features, FEATURE_NAMES);
    assert.equal(attention.length, FEATURE_NAMES.length);
    const visits = qTable.rows.flatMap(row => row.visits).reduce((sum, count) => sum + count, 0);
    assert.equal(visits, world['q-table'].rewards);
    assert.ok(qTable.rows.every(row => row.values.length === qTable.actions.length));
    assert.ok(Array.isArray(versions) && experts.length === 5);
  });
});

describe('the past that a page begins with', () => {
  const wish = (given: object = {}) => ({
    place: { directory, journalMirror: null, allowNetwork: false },
    symbols: ['BTC/USDT:USDT', 'ETH/USDT:USDT'],
    ...{ timeframeMs: world.run.settings.timeframeMs, through: seq },
    ...{ candlesMax: 100, newsMax: 1000, workMsMax: 10_000 },
    ...given,
  });
  const own = (symbol: string) => closed.filter(candle => candle.symbol === symbol);
  const timesOf = (candles: readonly Fact<'candle.closed'>[]) => candles.map(({ time }) => time);

  const candlesOf = (given: object = {}) => recentPast(wish(given)).candles;

  it('has the last candles of each symbol, oldest first', () => {
    for (const [symbol, candles] of candlesOf()) {
      assert.equal(candles.length, 100);
      assert.deepEqual(timesOf(candles), timesOf(own(symbol).slice(-100)));
    }
  });

  it('ends at the step that is asked for', () => {
    const [first] = candlesOf({ through: seq - 10 }).values();
    assert.ok((first?.at(-1)?.time ?? 0) < (own('BTC/USDT:USDT').at(-1)?.time ?? 0));
  });

  it('has no more candles than the journal, and none of a symbol that it does not', () => {
    const found = candlesOf({ candlesMax: 9999, symbols: ['BTC/USDT:USDT', 'X'] });
    assert.ok((found.get('BTC/USDT:USDT')?.length ?? 0) <= own('BTC/USDT:USDT').length);
    assert.ok((found.get('BTC/USDT:USDT')?.length ?? 0) > 100);
    assert.deepEqual(found.get('X'), []);
  });

  it('has the news word for word as they were told, as far as is asked for', () => {
    assert.ok(told.length > 5, 'there is something to be told');
    const { news } = recentPast(wish({ candlesMax: 9999 }));
    assert.ok(news.length > 5);
    assert.deepEqual(news, told.slice(-news.length));
    assert.deepEqual(recentPast(wish({ candlesMax: 9999, newsMax: 3 })).news, told.slice(-3));
    const [latest] = told.slice(-1);
    const { news: before } = recentPast(
      wish({ candlesMax: 9999, through: (latest?.seq ?? 0) - 1 }),
    );
    assert.deepEqual(
      before.at(-1),
      told.filter(({ seq: step }) => step < (latest?.seq ?? 0)).at(-1),
    );
  });

  it('is nothing of an empty directory', () => {
    const place = {
      directory: join(directory, 'nothing'),
      journalMirror: null,
      allowNetwork: false,
    };
    const { candles, news } = recentPast(wish({ place }));
    assert.deepEqual([...candles.values(), news], [[], [], []]);
  });
});

it('quantities are in base units', () => {
  const [{ row } = assert.fail('nothing was held')] = held;
  const lotSize = world.portfolio.contracts[row.symbol]?.lotSize ?? 0;
  const lots = row.quantity / lotSize;
  assert.ok(Math.abs(lotsToBase(Math.round(lots), lotSize) - row.quantity) < 1e-12);
});
