import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MINUTE_MS } from '../../base/time.ts';
import { candleOf, fetchCandles, type Row, type RowSource } from './candle-row.ts';
import type { Client } from './load.ts';

const START = Date.UTC(2025, 0, 1);
const SOURCE: RowSource = { symbol: 'BTC/USDT:USDT', timeframeMs: MINUTE_MS, volumeUnit: 1 };
const rowAt = (k: number, volume = 5): Row => [START + k * MINUTE_MS, 10, 12, 9, 11, volume];

/** An exchange with minutes 0 to 999, that gives so many at a time. */
const exchange = (pageRows: number, rows = Array.from({ length: 1000 }, (_, k) => rowAt(k))) => {
  const asked: number[] = [];
  const fetchOHLCV = async (_symbol: string, _timeframe: string, since = 0, limit = 0) => {
    asked.push((since - START) / MINUTE_MS);
    return rows
      .filter(([time]) => Number(time) >= since)
      .slice(0, Math.min(limit, pageRows)) as number[][];
  };
  return { asked, client: { fetchOHLCV } as unknown as Pick<Client, 'fetchOHLCV'> };
};
const span = (from: number, until: number) => ({
  from: START + from * MINUTE_MS,
  until: START + until * MINUTE_MS,
});
const minutesOf = async (client: Pick<Client, 'fetchOHLCV'>, from: number, until: number) => {
  const answer = await fetchCandles(client, SOURCE, span(from, until));
  assert.ok(answer.ok);
  return answer.value.map(({ time }) => (time - START) / MINUTE_MS);
};

describe('a row of ccxt', () => {
  it('is a candle, its volume in coins', () => {
    const candle = candleOf([START, 10, 12, 9, 11, 78_051], { ...SOURCE, volumeUnit: 0.001 });
    assert.deepEqual(candle, {
      ...{ symbol: SOURCE.symbol, time: START, open: 10, high: 12, low: 9, close: 11 },
      volume: 78.051,
    });
  });

  for (const [what, row] of [
    ['a number is missing', [START, 10, 12, 9, 11]],
    ['a number is none', [START, 10, undefined, 9, 11, 1]],
    ['the close is above the high', [START, 10, 12, 9, 13, 1]],
    ['a price is 0', [START, 0, 12, 0, 11, 1]],
    ['the volume is negative', [START, 10, 12, 9, 11, -1]],
    ['it does not open on the grid', [START + 1, 10, 12, 9, 11, 1]],
    ['it is infinite', [START, 10, Infinity, 9, 11, 1]],
  ] as const)
    it(`is none where ${what}`, () => {
      assert.equal(candleOf(row, SOURCE), null);
    });
});

describe('a span of candles', () => {
  it('is asked for again until an exchange with short pages has given it all', async () => {
    const { client, asked } = exchange(30);
    const minutes = await minutesOf(client, 100, 200);
    assert.deepEqual(
      minutes,
      Array.from({ length: 100 }, (_, k) => 100 + k),
    );
    assert.deepEqual(asked, [100, 130, 160, 190]);
  });

  it('ends where the exchange has no more, and holds nothing beside it', async () => {
    const { client } = exchange(500);
    assert.deepEqual(await minutesOf(client, 997, 1100), [997, 998, 999]);
    assert.deepEqual(await minutesOf(client, 1500, 1600), []);
  });

  it('each time is there once, the fuller of two, in order', async () => {
    const rows = [rowAt(2, 7), rowAt(1), rowAt(2, 5), rowAt(0), rowAt(2, 6)];
    const { client } = exchange(500, rows);
    const answer = await fetchCandles(client, SOURCE, span(0, 5));
    assert.ok(answer.ok);
    assert.deepEqual(
      answer.value.map(({ time, volume }) => [(time - START) / MINUTE_MS, volume]),
      [
        [0, 5],
        [1, 5],
        [2, 7],
      ],
    );
  });
});
