/**
 * The bot as a real process at the exchanges that were never tried: that it says so, and that real
 * orders are refused there until the config takes that. Bybit is played by a server of this file.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { EXIT } from '../../src/base/fault.ts';
import { MINUTE_MS } from '../../src/base/time.ts';
import { EXCHANGES } from '../../src/exchange/ccxt/load.ts';
import { TOLD, type Told } from '../exchange-answer.ts';
import { runBot, startBot } from '../lifecycle/bot-process.ts';
import { assertRefusal } from '../lifecycle/refusal.ts';
import { workFolder, writeConfig } from '../lifecycle/work-folder.ts';
import { MARKETS, type MarketTold, type Minute } from '../market-answer.ts';
import { type Answer, isAsked, type Sent } from '../stub-exchange.ts';

const folder = workFolder('unverified');
const UNVERIFIED = Object.keys(EXCHANGES).filter(id => EXCHANGES[id]?.verified === false);
const KEY_ENV = {
  HOLDFAST__EXCHANGE__KEY: 'a-key',
  HOLDFAST__EXCHANGE__SECRET: 'a-secret',
};

const INSTRUMENT = {
  ...{ symbol: 'BTCUSDT', contractType: 'LinearPerpetual', status: 'Trading', baseCoin: 'BTC' },
  ...{ quoteCoin: 'USDT', settleCoin: 'USDT', launchTime: '1585526400000', deliveryTime: '0' },
  leverageFilter: { minLeverage: '1', maxLeverage: '100', leverageStep: '0.01' },
  priceFilter: { minPrice: '0.10', maxPrice: '1999999.80', tickSize: '0.10' },
  lotSizeFilter: { minOrderQty: '0.001', qtyStep: '0.001', minNotionalValue: '5' },
};
const KEY_RIGHTS = {
  ...{ retCode: 0, retMsg: '' },
  result: { userID: 24600000, readOnly: 0, permissions: { ContractTrade: ['Order'], Wallet: [] } },
};

/** A still market, up to the minute that is being made. */
function minutes({ query }: Sent): Minute[] {
  const since = Number(query['start']);
  const count = Math.min(Number(query['limit']), Math.ceil((Date.now() - since) / MINUTE_MS));
  return Array.from({ length: Math.max(0, count) }, (_, k) => ({
    ...{ time: since + k * MINUTE_MS, open: 65_000, high: 65_001, low: 64_999, close: 65_000 },
    volume: 12.5,
  }));
}

function answer(sent: Sent): Answer {
  const market = MARKETS['bybit'] as MarketTold;
  const [timeAt, time] = market.time(Date.now());
  if (isAsked(timeAt, sent)) return time;
  if (isAsked('/query-api', sent)) return KEY_RIGHTS;
  if (market.candlesAt.some(where => isAsked(where, sent)))
    return market.candles(minutes(sent), sent);
  const [walletAt, wallet] = (TOLD['bybit'] as Told).wallet;
  if (isAsked(walletAt, sent)) return wallet;
  const { category, status } = sent.query;
  const isListed = isAsked('/instruments-info', sent) && category === 'linear' && !status;
  const list = isListed ? [INSTRUMENT] : [];
  return { retCode: 0, retMsg: 'OK', result: { category, list } };
}

const paths: string[] = [];
const server = createServer(({ method = '', url = '', headers }, response) => {
  const { pathname: path, searchParams, host } = new URL(url, 'http://127.0.0.1');
  paths.push(path);
  const query = Object.fromEntries(searchParams);
  const own = headers as Record<string, string>;
  const told = answer({ method, host, path, query, body: null, headers: own });
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(told));
});
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
after(() => server.close());
const URL_ENV = {
  HOLDFAST_TEST_EXCHANGE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
};

const command = (id: string, name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--dir', join(folder, name)],
  ...['--exchange', id, '--pairs', 'BTC/USDT:USDT', ...more],
];
const wish = (exchange: object): string[] => [
  '--live',
  '--config',
  writeConfig(folder, { live: true, exchange }),
];
const LABEL = /bybit is unverified: Holdfast was not tried on it yet, see docs\/LIVE\.md/g;

describe('an exchange that was never tried', () => {
  it('is traded on paper, and the bot says once that it is unverified', async () => {
    const bot = startBot(command('bybit', 'paper'), URL_ENV);
    await bot.says(/^ready/m);
    bot.send('SIGTERM');
    const { code, stdout, stderr } = await bot.end();
    assert.equal(code, EXIT.ok, stderr);
    assert.equal(`${stdout}${stderr}`.match(LABEL)?.length, 1, stdout + stderr);
  });

  for (const id of UNVERIFIED)
    it(`is no place for real orders by itself: ${id}`, async () => {
      const asked = paths.length;
      const args = command(id, `refused-${id}`, ...wish({}));
      const ending = await runBot(args, { ...URL_ENV, ...KEY_ENV });
      assertRefusal(ending, {
        code: EXIT.config,
        names: new RegExp(
          `never tried on ${id} with real orders — set .*"accept_unverified": true`,
        ),
      });
      assert.equal(paths.length, asked, 'it was asked something');
      assert.ok(!existsSync(join(folder, `refused-${id}`)));
    });

  it('trades real money where the config takes that, and is labelled all the same', async () => {
    const args = command('bybit', 'accepted', ...wish({ accept_unverified: true }));
    const bot = startBot(args, { ...URL_ENV, ...KEY_ENV });
    await bot.says(/the account holds 1,000\.12/);
    bot.send('SIGTERM');
    const { code, stdout, stderr } = await bot.end();
    assert.equal(code, EXIT.ok, stderr);
    assert.match(stdout, /bybit \(LIVE: real orders, real money\)/);
    assert.equal(`${stdout}${stderr}`.match(LABEL)?.length, 1, stdout + stderr);
    assert.ok(!paths.some(path => path.endsWith('/order/create')));
  });
});
