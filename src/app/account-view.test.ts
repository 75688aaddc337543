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
import { exitMarkOf, marksOfFill, marksOfTrade } from './chart-mark.ts';
import { learningOf } from './learning-view.ts';
import { recentCandles } from './recent-market.ts';
import { runSession } from './session.ts';

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

before(async () => {
  const { bot } = await runSession(
    sessionOptions(
      { until: { kind: 'candles', count: CANDLES } },
      {
        directory,
        watch: ({ facts }, now) => {
          for (const fact of facts) {
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

describe('the candles of the past', () => {
  const wish = (given: object = {}) => ({
    place: { directory, journalMirror: null, allowNetwork: false },
    symbols: ['BTC/USDT:USDT', 'ETH/USDT:USDT'],
    ...{ through: seq, candlesMax: 100, workMsMax: 10_000 },
    ...given,
  });
  const own = (symbol: string) => closed.filter(candle => candle.symbol === symbol);
  const timesOf = (candles: readonly Fact<'candle.closed'>[]) => candles.map(({ time }) => time);

  it('are the last ones of each symbol, oldest first', () => {
    for (const [symbol, candles] of recentCandles(wish())) {
      assert.equal(candles.length, 100);
      assert.deepEqual(timesOf(candles), timesOf(own(symbol).slice(-100)));
    }
  });

  it('end at the step that is asked for', () => {
    const [first] = recentCandles(wish({ through: seq - 10 })).values();
    assert.ok((first?.at(-1)?.time ?? 0) < (own('BTC/USDT:USDT').at(-1)?.time ?? 0));
  });

  it('are no more than the journal has, and none of a symbol that it does not', () => {
    const found = recentCandles(wish({ candlesMax: 9999, symbols: ['BTC/USDT:USDT', 'X'] }));
    assert.ok((found.get('BTC/USDT:USDT')?.length ?? 0) <= own('BTC/USDT:USDT').length);
    assert.ok((found.get('BTC/USDT:USDT')?.length ?? 0) > 100);
    assert.deepEqual(found.get('X'), []);
  });

  it('are none of an empty directory', () => {
    const place = {
      directory: join(directory, 'nothing'),
      journalMirror: null,
      allowNetwork: false,
    };
    assert.deepEqual([...recentCandles(wish({ place })).values()], [[], []]);
  });
});

it('quantities are in base units', () => {
  const [{ row } = assert.fail('nothing was held')] = held;
  const lotSize = world.portfolio.contracts[row.symbol]?.lotSize ?? 0;
  const lots = row.quantity / lotSize;
  assert.ok(Math.abs(lotsToBase(Math.round(lots), lotSize) - row.quantity) < 1e-12);
});
