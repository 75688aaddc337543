/**
 * The past of a market at the exchanges that were never tried: their documents' answers, and the
 * candles and rates that are made of them.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY } from '../../../test/exchange-answer.ts';
import { MARKETS, type MarketTold, type Minute, type Rate } from '../../../test/market-answer.ts';
import {
  type Answer,
  isAsked,
  type Sent,
  stubExchange,
  symbolOf,
} from '../../../test/stub-exchange.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../base/time.ts';
import { liveMarket } from './contract.ts';
import { candleHistory, fundingHistory, unfinishedSince } from './history.ts';

/** Lately: OKX has what is older elsewhere. */
const END = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
const MINUTES: readonly Minute[] = Array.from({ length: 450 }, (_, k) => ({
  ...{ time: END + (k - 449) * MINUTE_MS, open: 65_000.1 + k, high: 65_010.5 + k },
  ...{ low: 64_990.2 + k, close: 65_005.3 + k, volume: (125 + k) / 100 },
}));
const RATES: readonly Rate[] = Array.from({ length: 150 }, (_, k) => ({
  ...{ time: END + (k - 149) * 8 * HOUR_MS, rate: (100 + k) / 1_000_000 },
}));

async function marketAt(id: string, rates: readonly Rate[] = RATES) {
  const told = MARKETS[id] as MarketTold;
  const [timeAt, time] = told.time(END + MINUTE_MS + 1999);
  const answer = (sent: Sent): Answer => {
    if (isAsked(timeAt, sent)) return time;
    if (told.candlesAt.some(where => isAsked(where, sent))) return told.candles(MINUTES, sent);
    return isAsked(told.ratesAt, sent) ? told.rates(rates, sent) : (EMPTY[id] as Answer);
  };
  const { client, sent } = await stubExchange(id, answer);
  const said: string[] = [];
  const stop = new AbortController().signal;
  const history = { client, id, stop, tell: (_: string, line: string) => said.push(line) };
  const symbol = symbolOf(id);
  const { volumeUnit } = await liveMarket(client, id, client.market(symbol) as never);
  return { history, sent, said, source: { symbol, timeframeMs: MINUTE_MS, volumeUnit } };
}

async function allOf<T>(pages: AsyncIterable<{ readonly rows: readonly T[] }>): Promise<T[]> {
  const all: T[] = [];
  for await (const { rows } of pages) all.push(...rows);
  return all;
}

for (const id of Object.keys(MARKETS)) {
  const symbol = symbolOf(id);

  describe(`the past at ${id}`, () => {
    it('is candles to the digit, volumes in coins, over as many pages as it takes', async () => {
      const { history, source, said } = await marketAt(id);
      const span = { from: END - 440 * MINUTE_MS, until: END };
      const candles = await allOf(candleHistory(history, source, span));
      const wanted = MINUTES.filter(({ time }) => time >= span.from && time < span.until);
      assert.equal(candles.length, 440);
      assert.deepEqual(
        candles,
        wanted.map(minute => ({ symbol, ...minute })),
      );
      assert.deepEqual(said, []);
    });

    it('ends with the candle that has closed by the exchange’s clock', async () => {
      const { history } = await marketAt(id);
      assert.equal(await unfinishedSince(history, MINUTE_MS), END);
    });

    it('is funding rates with their times, however long ago', async () => {
      const late = id === 'hyperliquid' ? 31 : 0;
      const rates = RATES.map(({ time, rate }) => ({ time: time + late, rate }));
      const { history, said } = await marketAt(id, rates);
      const span = { from: END - 45 * DAY_MS, until: END };
      const found = await allOf(fundingHistory(history, symbol, span));
      assert.equal(found.length, 45 * 3);
      assert.deepEqual(
        found,
        rates.filter(({ time }) => time >= span.from && time < span.until),
      );
      assert.deepEqual(said, []);
    });
  });
}
