/**
 * The bot as a real process on live market data: killed at random, resumed, compared with a twin
 * that was never killed.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Candle } from '../../src/core/market.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { type Bot, startBot } from '../lifecycle/bot-process.ts';
import { digest, remembered, stepOf } from '../lifecycle/memory.ts';
import { workFolder, writeConfig } from '../lifecycle/work-folder.ts';
import { dice } from './dice.ts';
import { TestExchange } from './exchange.ts';
import { tapeOf } from './tape.ts';

const MINUTE_MS = 60_000;
const START_AT = 800;
const MINUTES = 60;
const folder = workFolder('live');
const config = writeConfig(folder, {
  // Too little for any entry, so that none can be held back as late: the twins must be equal.
  ...{ dry_run_wallet: 10, risk: { per_trade: 0.0001 } },
  learning: { cusum_sigmas: 0.1, example_minutes: 0, barrier_sigmas: 1, barrier_candles: 20 },
  fees: { taker: 0.0006 },
});

const market = createSimulatedMarket(11);
const candles: Candle[] = [];
for (let minute = 0; minute < START_AT + MINUTES + 5; minute += 1) market.next(candles);
const first = (candles[0] as Candle).time;

const opened: TestExchange[] = [];
after(() => Promise.all(opened.map(exchange => exchange.close())));

async function exchangeAtStart(): Promise<TestExchange> {
  const exchange = await TestExchange.open({
    tapes: ['BTC', 'ETH'].map(coin =>
      tapeOf(
        coin,
        candles
          .filter(({ symbol }) => symbol.startsWith(coin))
          .map(candle => ({ ...candle, volume: Math.ceil(candle.volume) })),
      ),
    ),
    startMs: first + START_AT * MINUTE_MS + 5000,
  });
  opened.push(exchange);
  return exchange;
}

const start = (exchange: TestExchange, name: string, ...more: string[]): Bot =>
  startBot(
    [
      ...['trade', '--no-web', '--config', config, '--dir', join(folder, name)],
      ...['--exchange', 'kucoinfutures', '--pairs', 'BTC/USDT:USDT,ETH/USDT:USDT', ...more],
    ],
    { HOLDFAST_TEST_EXCHANGE_URL: exchange.url },
  );

/** Its streams are open, and it remembers where it began: the market may go on. */
async function isFollowing(bot: Bot, exchange: TestExchange, name: string): Promise<void> {
  await bot.until('both streams', () => exchange.push.topics.size === 2);
  await bot.until('its first candles', () => stepOf(join(folder, name)) > 2);
}

async function kill(bot: Bot, exchange: TestExchange): Promise<void> {
  bot.send('SIGKILL');
  await bot.end();
  while (exchange.push.topics.size > 0) await breath(1);
}

const breath = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** To the end of the minutes, a point every few milliseconds, with what `onMinute` does between. */
async function walk(exchange: TestExchange, onMinute: (minute: number) => Promise<void>) {
  const end = first + (START_AT + MINUTES) * MINUTE_MS;
  while (exchange.market.nowMs < end) {
    const minute = Math.floor((exchange.market.nowMs - first) / MINUTE_MS);
    exchange.advancePoint();
    await breath(10);
    if (Math.floor((exchange.market.nowMs - first) / MINUTE_MS) > minute) await onMinute(minute);
  }
  // What closed last is believed a little later.
  exchange.advanceTo(end + 3000);
}

describe('trading on live market data', () => {
  const twin = 'twin';

  it('follows the market, and stops when it is told to', async () => {
    const exchange = await exchangeAtStart();
    const bot = start(exchange, twin);
    await isFollowing(bot, exchange, twin);
    await bot.says(/warming up on \d+ candles a pair/);
    await walk(exchange, async () => {});
    await bot.until('the last minute', () => lastMinute(twin) === START_AT + MINUTES - 1);
    bot.send('SIGINT');
    const { code, stdout, stderr } = await bot.end();
    assert.equal(code, 0, stderr);
    assert.match(stdout, /SIGINT: saving and stopping[\s\S]*saved risk manager[\s\S]*State hash/);
  });

  it('killed again and again it ends with the hash of its twin', async () => {
    const exchange = await exchangeAtStart();
    let bot = start(exchange, 'killed');
    await isFollowing(bot, exchange, 'killed');
    let kills = 0;
    await walk(exchange, async minute => {
      if (minute % 15 !== 7) return;
      await breath(20 * dice(5, minute));
      await kill(bot, exchange);
      kills += 1;
      // It misses a few minutes.
      for (let point = 0; point < 12; point += 1) exchange.advancePoint();
      bot = start(exchange, 'killed');
      await isFollowing(bot, exchange, 'killed');
    });
    assert.ok(kills >= 3);
    await bot.until('the last minute', () => lastMinute('killed') === START_AT + MINUTES - 1);
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);
    const [killed, unhurt] = [digest(join(folder, 'killed')), digest(join(folder, twin))];
    assert.ok(killed.candles > 1000);
    assert.deepEqual(killed, unhurt);
  });
});

const lastMinute = (name: string): number => {
  const { lastCandleTime } = remembered(join(folder, name)).states.run;
  return lastCandleTime === null ? -1 : (lastCandleTime - first) / MINUTE_MS;
};
