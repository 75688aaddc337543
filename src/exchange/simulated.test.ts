import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPast, extendPast, pastText } from '../base/past-hash.ts';
import { DAY_MS, MINUTE_MS } from '../base/time.ts';
import type { Bookmark } from '../core/exchange.ts';
import type { Candle } from '../core/market.ts';
import { simulatedFeed } from './simulated.ts';
import { createSimulatedMarket, SIMULATED_START } from './simulated-market.ts';

async function take(
  count: number,
  options: {
    seed: number;
    timeframeMs?: number;
    after?: Readonly<Record<string, Bookmark>>;
  },
): Promise<Candle[]> {
  const { after = {}, ...market } = options;
  const feed = simulatedFeed(market);
  const candles: Candle[] = [];
  for await (const batch of feed.candles(after)) {
    candles.push(...batch);
    if (candles.length >= count) break;
  }
  await feed.close();
  return candles.slice(0, count);
}

const generate = (seed: number, minutes: number): Candle[] => {
  const market = createSimulatedMarket(seed);
  const candles: Candle[] = [];
  for (let minute = 0; minute < minutes; minute += 1) market.next(candles);
  return candles;
};

function bookmarks(candles: readonly Candle[]): Record<string, Bookmark> {
  const after: Record<string, Bookmark> = {};
  for (const [symbol, own] of Map.groupBy(candles, candle => candle.symbol)) {
    const past = createPast();
    for (const candle of own) extendPast(past, candle);
    const time = own.at(-1)?.time ?? 0;
    after[symbol] = { since: 0, time, candles: own.length, pastHash: pastText(past) };
  }
  return after;
}

const logReturns = (candles: readonly Candle[]): number[] =>
  candles.map(({ open, close }) => Math.log(close / open));
const meanSquare = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number * number, 0) / numbers.length;
const correlation = (one: readonly number[], other: readonly number[]): number => {
  const product = one.reduce((sum, number, index) => sum + number * (other[index] ?? 0), 0);
  return product / one.length / Math.sqrt(meanSquare(one) * meanSquare(other));
};

describe('the simulated market', () => {
  it('is the same for a seed and another for another', async () => {
    const first = await take(3000, { seed: 5 });
    assert.deepEqual(first, await take(3000, { seed: 5 }));
    assert.deepEqual(first, generate(5, 1500));
    assert.notDeepEqual(first, await take(3000, { seed: 6 }));
  });

  it('starts at its prices and gives each symbol a candle a minute, in order', () => {
    const candles = generate(1, 500);
    assert.deepEqual(
      candles.slice(0, 2).map(({ symbol, open }) => [symbol, open]),
      [
        ['BTC/USDT:USDT', 60_000],
        ['ETH/USDT:USDT', 3_000],
      ],
    );
    candles.forEach(({ time }, index) => {
      assert.equal(time, SIMULATED_START + Math.floor(index / 2) * MINUTE_MS);
    });
  });

  it('has candles that can be: on price steps, open at the close before, inside high..low', () => {
    const { contracts } = simulatedFeed({ seed: 1 });
    for (const { symbol, priceStep } of contracts) {
      const own = generate(3, 20_000).filter(candle => candle.symbol === symbol);
      const decimals = priceStep === 0.1 ? 1 : 2;
      own.forEach(({ open, high, low, close, volume }, index) => {
        assert.ok(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close));
        assert.ok(Number.isFinite(volume) && volume >= 0);
        if (index > 0) assert.equal(open, own[index - 1]?.close);
        for (const price of [open, high, low, close])
          assert.equal(price, Number(price.toFixed(decimals)));
      });
    }
  });

  it('moves like a market: fat tails, clustered volatility, two symbols that go together', () => {
    const candles = generate(42, 60 * 1440);
    const [btc, eth] = ['BTC/USDT:USDT', 'ETH/USDT:USDT'].map(symbol =>
      logReturns(candles.filter(candle => candle.symbol === symbol)),
    ) as [number[], number[]];
    const squares = btc.map(value => value * value);
    const mean = meanSquare(btc);
    assert.ok(meanSquare(squares) / (mean * mean) > 6, 'kurtosis');
    const turbulence = squares.map(square => square - mean);
    assert.ok(correlation(turbulence.slice(10), turbulence.slice(0, -10)) > 0.05, 'clusters');
    assert.ok(Math.abs(correlation(btc.slice(1), btc.slice(0, -1))) < 0.1, 'no easy money');
    const together = correlation(btc, eth);
    assert.ok(together > 0.6 && together < 0.95, `correlation ${together}`);
    const perYear = Math.sqrt(mean * 525_600);
    assert.ok(perYear > 0.2 && perYear < 1, `volatility ${perYear} a year`);
  });

  it('stays within sane prices for years', () => {
    const market = createSimulatedMarket(9);
    const candles: Candle[] = [];
    for (let minute = 0; minute < (2 * 365 * DAY_MS) / MINUTE_MS; minute += 1) {
      candles.length = 0;
      market.next(candles);
      const close = candles[0]?.close ?? 0;
      assert.ok(close > 3_000 && close < 1_200_000, `${close} in minute ${minute}`);
    }
  });

  it('goes on exactly after a bookmark, also between the symbols of a minute', async () => {
    for (const timeframeMs of [MINUTE_MS, 5 * MINUTE_MS]) {
      const whole = await take(6000, { seed: 8, timeframeMs });
      for (const cut of [0, 1, 2, 2047, 2048, 2049, 4501]) {
        const after = bookmarks(whole.slice(0, cut));
        const rest = await take(6000 - cut, { seed: 8, timeframeMs, after });
        assert.deepEqual(rest, whole.slice(cut), `cut at ${cut}`);
      }
    }
  });

  it('of another seed is not the remembered market', async () => {
    const after = bookmarks(await take(100, { seed: 8 }));
    await assert.rejects(
      take(10, { seed: 9, after }),
      /the past of the simulated market of --seed 9 .* is not the one this directory remembers/,
    );
  });

  it('has no end, and no candles of parts of a minute', () => {
    assert.equal(simulatedFeed({ seed: 1 }).remaining, null);
    assert.throws(() => simulatedFeed({ seed: 1, timeframeMs: 30_000 }), /1m candles/);
  });
});
