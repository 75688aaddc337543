import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { clientOf } from './client.ts';
import { TestExchange } from './exchange.ts';
import { alignTapes, type TapeCandle, tapeOf } from './tape.ts';

const START = 1_700_006_400_000;
const MINUTE = 60_000;
const BTC = 'BTC/USDT:USDT';

/** Candle k: 100 + k → 101 + k, with half a dollar around. */
const rising = (count: number): TapeCandle[] =>
  Array.from({ length: count }, (_, k) => ({
    time: START + k * MINUTE,
    open: 100 + k,
    high: 101.5 + k,
    low: 99.5 + k,
    close: 101 + k,
    volume: 4,
  }));

const opened: TestExchange[] = [];
const open = async (count = 600, history = 300) => {
  const exchange = await TestExchange.open({
    tapes: [tapeOf('BTC', rising(count)), tapeOf('ETH', rising(count))],
    startMs: START + history * MINUTE,
  });
  opened.push(exchange);
  return exchange;
};

describe('the test exchange, public part, as ccxt sees it', () => {
  after(() => Promise.all(opened.map(exchange => exchange.close())));

  it('markets have the contracts’ own rules', async () => {
    const client = await clientOf(await open());
    await client.loadMarkets();
    const market = client.market(BTC);
    assert.equal(market.id, 'XBTUSDTM');
    assert.equal(market.contractSize, 0.001);
    assert.deepEqual(market.precision, { ...market.precision, amount: 1, price: 0.1 });
    assert.equal(market.linear, true);
    assert.equal(market.taker, 0.0006);
    const tiers = await client.fetchMarketLeverageTiers(BTC);
    assert.equal(tiers[1]?.maintenanceMarginRate, 0.005);
    assert.equal(tiers[1]?.minNotional, 250_000);
  });

  it('tapes that begin at different times are cut to what they share', () => {
    const later = { ...tapeOf('ETH', rising(20).slice(5)) };
    const aligned = alignTapes([tapeOf('BTC', rising(20)), later], 10);
    assert.deepEqual(
      aligned.map(({ candles }) => [candles[0]?.time, candles.length]),
      [
        [START + 5 * MINUTE, 10],
        [START + 5 * MINUTE, 10],
      ],
    );
  });

  it('a minute that is missing on the tape is missing here', async () => {
    const gap = rising(30).filter((_, k) => k !== 12);
    const exchange = await TestExchange.open({
      tapes: [tapeOf('BTC', gap)],
      startMs: START + 20 * MINUTE,
    });
    opened.push(exchange);
    const client = await clientOf(exchange);
    const candles = await client.fetchOHLCV(BTC, '1m', START + 11 * MINUTE, 3);
    assert.deepEqual(
      candles.map(candle => (Number(candle[0]) - START) / MINUTE),
      [11, 13, 14],
    );
  });

  it('time and status are told', async () => {
    const exchange = await open();
    const client = await clientOf(exchange);
    assert.equal(await client.fetchTime(), START + 300 * MINUTE);
    exchange.advance();
    assert.equal(await client.fetchTime(), START + 301 * MINUTE);
    assert.equal((await client.fetchStatus()).status, 'ok');
  });

  it('candles are the tape’s, the last one unfinished', async () => {
    const exchange = await open();
    const client = await clientOf(exchange);
    exchange.advance();
    const candles = await client.fetchOHLCV(BTC, '1m', START + 298 * MINUTE, 10);
    assert.deepEqual(
      candles.map(candle => (Number(candle[0]) - START) / MINUTE),
      [298, 299, 300, 301],
    );
    assert.deepEqual(candles[2]?.slice(1), [400, 401.5, 399.5, 401, 4000]);
    assert.deepEqual(candles[3]?.slice(1), [401, 401, 401, 401, 1000]);
  });

  it('longer candles are joined from the tape’s, and pages are limited', async () => {
    const client = await clientOf(await open());
    const hours = await client.fetchOHLCV(BTC, '1h', START, 2);
    assert.deepEqual(hours[0], [START, 100, 160.5, 99.5, 160, 240_000]);
    assert.equal((await client.fetchOHLCV(BTC, '1m', START, 500)).length, 200);
  });

  it('a ticker stands one tick around the last trade', async () => {
    const client = await clientOf(await open());
    const ticker = await client.fetchTicker(BTC);
    assert.deepEqual([ticker.bid, ticker.last, ticker.ask], [399.9, 400, 400.1]);
  });

  it('candles are told while they are made, by WebSocket', async () => {
    const exchange = await open();
    const client = await clientOf(exchange);
    after(() => client.close());
    const seen: number[][] = [];
    const watch = async () => {
      const [candle] = await client.watchOHLCV(BTC, '1m', undefined, 1);
      seen.push([(Number(candle?.[0]) - START) / MINUTE, Number(candle?.[4])]);
    };
    const first = watch();
    while (exchange.push.topics.size === 0) await new Promise(setImmediate);
    exchange.advancePoint();
    await first;
    for (let point = 0; point < 4; point += 1) {
      const next = watch();
      exchange.advancePoint();
      await next;
    }
    assert.deepEqual(seen.at(-1), [301, 401]);
    assert.deepEqual(seen[0], [300, 400]);
    assert.equal(seen.length, 5);
  });
});
