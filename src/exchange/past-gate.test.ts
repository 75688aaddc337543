import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { allCandles, rows, tapeFolder } from '../../test/tape-fixture.ts';
import { createPast, extendPast, pastText } from '../base/past-hash.ts';
import { MINUTE_MS } from '../base/time.ts';
import type { Bookmark } from '../core/exchange.ts';
import type { Candle } from '../core/market.ts';
import { tapeFeed } from './tape.ts';

const START = Date.UTC(2024, 0, 1);
const BTC = 'BINANCE-BTC-USDT-1m-PERP.csv';
const ETH = 'BINANCE-ETH-USDT-1m.csv.gz';
const minutes = (count: number, from = 0): string[] =>
  rows({ start: START + from * MINUTE_MS, count, stepMs: MINUTE_MS });

const refusal = (message: RegExp) => ({ message, exitCode: 64 });

function bookmarkAfter(candles: readonly Candle[]): Bookmark {
  const past = createPast();
  for (const candle of candles) extendPast(past, candle);
  const time = candles.at(-1)?.time ?? 0;
  return { since: 0, time, candles: candles.length, pastHash: pastText(past) };
}

describe('going on with a tape', () => {
  it('gives exactly what follows the bookmark, at every cut', async context => {
    const folder = tapeFolder(context);
    const files = [folder.write(BTC, minutes(40)), folder.write(ETH, minutes(40, 5))];
    for (const timeframeMs of [MINUTE_MS, 5 * MINUTE_MS]) {
      const whole = await allCandles(await tapeFeed({ files, timeframeMs }));
      for (let cut = 0; cut <= whole.length; cut += 1) {
        const past = Map.groupBy(whole.slice(0, cut), candle => candle.symbol);
        const after = Object.fromEntries(
          [...past].map(([symbol, candles]) => [symbol, bookmarkAfter(candles)]),
        );
        const feed = await tapeFeed({ files, timeframeMs });
        assert.deepEqual(await allCandles(feed, after), whole.slice(cut), `cut at ${cut}`);
      }
    }
  });

  it('refuses a past that is not the remembered one, and a tape that ends before it', async context => {
    const folder = tapeFolder(context);
    const lines = minutes(20);
    const whole = await allCandles(await tapeFeed({ files: [folder.write(BTC, lines)] }));
    const after = { 'BTC/USDT:USDT': bookmarkAfter(whole.slice(0, 10)) };
    const resume = async (changed: readonly string[]) =>
      allCandles(await tapeFeed({ files: [folder.write(BTC, changed)] }), after);

    assert.equal((await resume(minutes(25))).length, 15);
    assert.equal((await resume(lines.slice(0, 10))).length, 0);
    const notOurs = refusal(/the past of .* up to 2024-01-01 00:09 is not the one/);
    await assert.rejects(resume(lines.with(4, `${lines[4]}1`)), notOurs);
    await assert.rejects(resume(lines.toSpliced(4, 1)), notOurs);
    await assert.rejects(resume(lines.toSpliced(9, 1)), notOurs);
    await assert.rejects(resume(lines.slice(0, 9)), refusal(/ends at 2024-01-01 00:08, before/));
  });
});

describe('a tape that goes on behind the others', () => {
  const START_OF_REST = 10;
  const after = {
    'BTC/USDT:USDT': 30,
    'ETH/USDT:USDT': START_OF_REST,
  };

  async function resume(folder: ReturnType<typeof tapeFolder>, eth: readonly string[]) {
    const files = [folder.write(BTC, minutes(40)), folder.write(ETH, eth)];
    const whole = await allCandles(await tapeFeed({ files }));
    const bookmarks = Object.fromEntries(
      Object.entries(after).map(([symbol, count]) => [
        symbol,
        bookmarkAfter(whole.filter(candle => candle.symbol === symbol).slice(0, count)),
      ]),
    );
    return allCandles(await tapeFeed({ files }), bookmarks);
  }

  it('is refused: market time never runs backwards', async context => {
    const behind = /ETH.* goes on at 2024-01-01 00:10, before 2024-01-01 00:29/;
    await assert.rejects(resume(tapeFolder(context), minutes(40)), refusal(behind));
  });

  it('is taken where it leaves out what the others had without it, to the minute', async context => {
    const gap = [...minutes(START_OF_REST), ...minutes(11, 29)];
    const candles = await resume(tapeFolder(context), gap);
    assert.equal(candles.length, 10 + 11);
    assert.ok(candles.every(({ time }) => time >= START + 29 * MINUTE_MS));
  });
});
