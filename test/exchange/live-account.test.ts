/**
 * The bot as a real process with an account at the test exchange: what it refuses, and that a
 * position of another hand is behind a stop through a kill, until it is flattened.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { EXIT } from '../../src/base/fault.ts';
import { type Bot, MAIN, startBot } from '../lifecycle/bot-process.ts';
import { assertRefusal } from '../lifecycle/refusal.ts';
import { workFolder, writeConfig } from '../lifecycle/work-folder.ts';
import { KEYS } from './client.ts';
import { TestExchange } from './exchange.ts';
import { START, still, XBT } from './fixture.ts';

const HISTORY = 400;
const MINUTE_MS = 60_000;
const folder = workFolder('live-account');
const allowed = writeConfig(folder, { live: true, learning: { signal_model: false } });
const opened: TestExchange[] = [];
after(() => Promise.all(opened.map(exchange => exchange.close())));

async function exchangeAtStart(): Promise<TestExchange> {
  const exchange = await TestExchange.open({
    tapes: [still(100, HISTORY + 60)],
    startMs: START + HISTORY * MINUTE_MS,
  });
  opened.push(exchange);
  exchange.run(1);
  return exchange;
}

const KEY_ENV = {
  HOLDFAST__EXCHANGE__KEY: String(KEYS.apiKey),
  HOLDFAST__EXCHANGE__SECRET: String(KEYS.secret),
  HOLDFAST__EXCHANGE__PASSWORD: String(KEYS.password),
};

interface Start {
  readonly config?: string | null;
  readonly env?: Readonly<Record<string, string>>;
}

const start = (exchange: TestExchange, name: string, more: Start = {}): Bot =>
  startBot(
    [
      ...['trade', '--no-web', '--live', '--dir', join(folder, name)],
      ...(more.config === null ? [] : ['--config', more.config ?? allowed]),
      ...['--exchange', 'kucoinfutures', '--pairs', 'BTC/USDT:USDT'],
    ],
    { HOLDFAST_TEST_EXCHANGE_URL: exchange.url, ...(more.env ?? KEY_ENV) },
  );

/** Runs a command on the directory of a bot that runs. */
const tell = (name: string, ...command: string[]) =>
  spawnSync(process.execPath, [MAIN, ...command, '--dir', join(folder, name)], {
    encoding: 'utf8',
  });

async function assertRefused(
  names: RegExp,
  more: Start,
  change: (exchange: TestExchange) => void = () => {},
): Promise<void> {
  const exchange = await exchangeAtStart();
  change(exchange);
  const name = `refused-${opened.length}`;
  const ending = await start(exchange, name, more).end();
  assertRefusal(ending, { code: EXIT.config, names });
  assert.equal(exchange.books().fills.length, 0);
  assert.ok(!existsSync(join(folder, name)));
}

const mayWithdraw = ({ hand }: TestExchange): void =>
  hand.permit(['General', 'Futures', 'Transfer']);

describe('real orders are refused', () => {
  it('where the config does not allow them', () =>
    assertRefused(/set "live": true/, { config: null }));

  it('without the keys of an account', () =>
    assertRefused(/HOLDFAST__EXCHANGE__KEY and /, { env: {} }));

  it('with a key that may withdraw', () =>
    assertRefused(/may withdraw.* — .*"allow_withdrawal": true/, {}, mayWithdraw));

  it('with a key that may not trade', () =>
    assertRefused(/may not trade/, {}, ({ hand }) => hand.permit(['General'])));
});

describe('real orders may leave', () => {
  it('with a key that may withdraw, where the config takes it', async () => {
    const exchange = await exchangeAtStart();
    mayWithdraw(exchange);
    const taken = { live: true, exchange: { allow_withdrawal: true } };
    const bot = start(exchange, 'taken', { config: writeConfig(folder, taken, 'taken.json') });
    await bot.says(/the account holds 10,?000/);
    bot.send('SIGTERM');
    const { code, stderr } = await bot.end();
    assert.equal(code, EXIT.ok, stderr);
  });
});

const stopsOf = (exchange: TestExchange): number =>
  exchange.books().stops.reduce((lots, { size, reduceOnly }) => lots + (reduceOnly ? size : 0), 0);

describe('a live account', () => {
  it('has what another hand opened behind a stop, through a kill, until it is flattened', async () => {
    const exchange = await exchangeAtStart();
    exchange.mode.isHedged = true;
    exchange.mode.margin.set(XBT, 'CROSS');
    let bot = start(exchange, 'account');
    await bot.says(/the account holds 10,?000/);
    await bot.until(
      'the modes',
      () => !exchange.mode.isHedged && exchange.mode.margin.get(XBT) === 'ISOLATED',
    );
    const isHeard = (topic: string): boolean => topic.startsWith('/contractMarket/tradeOrders');
    await bot.until('the stream', () => [...exchange.push.topics].some(isHeard));
    exchange.hand.trade(XBT, 'buy', 7);
    await bot.says(/7 lots long in BTC\/USDT:USDT .* adopted, with a stop at/);
    await bot.until('the stop', () => stopsOf(exchange) === 7);
    bot.send('SIGKILL');
    await bot.end();
    // Taken away while nobody looks.
    exchange.hand.cancelAll(XBT);
    bot = start(exchange, 'account');
    await bot.until('the stop again', () => stopsOf(exchange) === 7);
    const told = tell('account', 'flatten');
    assert.equal(told.status, 0, told.stderr);
    assert.match(told.stdout, /^the exchange is asked what else is held, and that is closed too$/m);
    await bot.until('no position', () =>
      exchange.books().positions.every(({ lots }) => lots === 0),
    );
    await bot.until('no stop', () => stopsOf(exchange) === 0);
    bot.send('SIGINT');
    const { code, stderr } = await bot.end();
    assert.equal(code, 0, stderr);
    const shown = tell('account', 'state', 'show', 'portfolio', '--json');
    const { state } = JSON.parse(shown.stdout) as { readonly state: { readonly balance: number } };
    assert.equal(BigInt(Math.round(Number(exchange.books().wallet) * 1e8)), BigInt(state.balance));
  });
});
