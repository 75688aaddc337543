/**
 * The live feed on ccxt's own client, against the test exchange: real sockets, virtual time.
 */
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Candle, FedCandle } from '../../src/core/market.ts';
import { connect } from '../../src/exchange/ccxt/connect.ts';
import { type LiveFeed, liveFeed } from '../../src/exchange/ccxt/feed.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { TestExchange } from './exchange.ts';
import { tapeOf } from './tape.ts';

const MINUTE_MS = 60_000;
const HISTORY = 20;
const PAIRS = ['BTC/USDT:USDT', 'ETH/USDT:USDT'];
const COUNT = 200;
const START_AT = 100;

/** Whole lots and steps, so that the exchange's candles are the tape's to the last digit. */
const rounded = (candle: Candle): Candle => ({
  ...candle,
  volume: Math.ceil(candle.volume),
});

const market = createSimulatedMarket(7);
const candles: Candle[] = [];
for (let minute = 0; minute < COUNT; minute += 1) market.next(candles);
const tape = candles.map(rounded);
const first = (tape[0] as Candle).time;
const minuteOf = ({ time }: Candle): number => (time - first) / MINUTE_MS;

/** The minute that is being made; a little time has to pass until the one before it is believed. */
const minuteNow = (exchange: TestExchange): number =>
  Math.floor((exchange.market.nowMs - 3000 - first) / MINUTE_MS);

interface Following {
  readonly exchange: TestExchange;
  readonly got: FedCandle[];
  readonly told: string[];
  /** To the end of minute k and into the next, and until the feed has given what there is. */
  to(k: number): Promise<void>;
  until(what: string, isSo: () => boolean): Promise<void>;
}

async function following(
  t: TestContext,
  missing: (candle: Candle) => boolean = () => false,
): Promise<Following> {
  const exchange = await TestExchange.open({
    tapes: ['BTC', 'ETH'].map(coin =>
      tapeOf(
        coin,
        tape.filter(candle => candle.symbol.startsWith(coin) && !missing(candle)),
      ),
    ),
    startMs: first + START_AT * MINUTE_MS,
  });
  const stop = new AbortController();
  const told: string[] = [];
  const tell = (level: string, line: string): number => told.push(`${level}: ${line}`);
  const { client, markets } = await connect({
    ...{ id: 'kucoinfutures', pairs: PAIRS, timeframeMs: MINUTE_MS, stop: stop.signal, tell },
    env: { HOLDFAST_TEST_EXCHANGE_URL: exchange.url },
  });
  const feed: LiveFeed = liveFeed({
    ...{ client, id: 'kucoinfutures', markets, timeframeMs: MINUTE_MS },
    ...{ historyCandles: HISTORY, stop: stop.signal, tell },
  });
  const got: FedCandle[] = [];
  const reading = (async () => {
    for await (const batch of feed.candles({})) got.push(...batch);
  })();
  t.after(async () => {
    stop.abort();
    await reading;
    await feed.close();
    await exchange.close();
  });
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    const giveUpAt = performance.now() + 60_000;
    while (!isSo()) {
      if (performance.now() > giveUpAt) throw new Error(`never saw ${what}: ${told.join('; ')}`);
      await new Promise(resolve => setTimeout(resolve, 2));
    }
  };
  return {
    ...{ exchange, got, told, until },
    async to(k) {
      while (minuteNow(exchange) < k) {
        exchange.advancePoint();
        const before = minuteNow(exchange) - 1;
        await until(`minute ${before}`, () => got.some(one => minuteOf(one) >= before));
      }
    },
  };
}

/** A line each, so that a difference can be read. */
const text = (list: readonly Candle[]): string =>
  list
    .map(({ symbol, time, open, high, low, close, volume }) =>
      [symbol.slice(0, 3), (time - first) / MINUTE_MS, open, high, low, close, volume].join(' '),
    )
    .join('\n');

/** The tape from where the feed's history begins, in the order of the feed. */
const wanted = (untilMinute: number): Candle[] =>
  tape.filter(one => minuteOf(one) >= START_AT - HISTORY && minuteOf(one) <= untilMinute);

describe('the live feed against the test exchange', () => {
  it('gives the tape: its past, and each candle as it closes', async t => {
    const { got, to, until, exchange } = await following(t);
    await until(
      'the past',
      () => got.length === 2 * (HISTORY - 0) - 0 || got.length >= 2 * (HISTORY - 1),
    );
    await until('two streams', () => exchange.push.topics.size === 2);
    await to(130);
    assert.equal(text(got), text(wanted(129)));
    const fresh = got.filter(candle => candle.late === undefined);
    assert.ok(fresh.length >= 2 * 25, `${fresh.length} were in time`);
  });

  it('sockets that are cut lose nothing', async t => {
    const { got, to, until, exchange, told } = await following(t);
    await until('two streams', () => exchange.push.topics.size === 2);
    for (const k of [110, 120, 130]) {
      await to(k);
      exchange.push.cut();
      await until('the cut', () => exchange.push.topics.size === 0);
      await until('two streams again', () => exchange.push.topics.size === 2);
    }
    await to(140);
    assert.equal(text(got), text(wanted(139)));
    assert.match(told.join('; '), /stream of candles broke/);
  });
});
