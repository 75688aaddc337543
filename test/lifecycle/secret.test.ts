/**
 * The secrets of a live account: a bot trades, is refused, misled, cut off, killed and started
 * again, and everything that it left behind is looked through for them.
 *
 * The exchange helps: it repeats headers of requests in its errors. So keys, signatures and tokens of
 * streams are looked for as well as what is in the environment.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import type { Candle } from '../../src/core/market.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';
import { TestExchange } from '../exchange/exchange.ts';
import { tapeOf } from '../exchange/tape.ts';
import { type Bot, type Ending, startBot } from './bot-process.ts';
import { leaksInFolder, leaksInText, type Secrets } from './leak.ts';
import { endsWith } from './memory.ts';
import { workFolder, writeConfig } from './work-folder.ts';

const KEY = '6f3kQm81ZpWv07TyXc2d94Rs';
const SECRET = '1c9e77d2-5b0a-4e7f-9d38-6a2f40b81c55';
const PASSPHRASE = 'correct-Horse-41-battery-Staple';
const WRONG = { KEY: 'Zq8wErT5yUiOp3aSdFgH71jK', SECRET: 'f0e1d2c3-b4a5-9687-7869-5a4b3c2d1e0f' };
const WRONG_PASSPHRASE = 'another-Goat-77-charger-Nail';

const MINUTE_MS = 60_000;
const START_AT = 800;
const folder = workFolder('secret');
const at = (name: string): string => join(folder, name);
const config = writeConfig(folder, {
  live: true,
  // It need not decide anything: a person's position is looked after, and that asks for all there is.
  risk: { per_trade: 0.0001 },
  exchange: { name: 'kucoinfutures', pair_whitelist: ['BTC/USDT:USDT'] },
  backup: { to: at('kept') },
  log_level: 'debug',
});

/** What every process printed, by what it was asked. */
const printed = new Map<string, string>();
let exchange: TestExchange;
let bot: Bot;

const environment = (change: Readonly<Record<string, string>> = {}) => ({
  HOLDFAST__EXCHANGE__KEY: KEY,
  HOLDFAST__EXCHANGE__SECRET: SECRET,
  HOLDFAST__EXCHANGE__PASSWORD: PASSPHRASE,
  HOLDFAST_TEST_EXCHANGE_URL: exchange.url,
  HOLDFAST_DEBUG: '1',
  ...change,
});

const start = (name: string, change?: Readonly<Record<string, string>>): Bot =>
  startBot(
    ['trade', '--live', '--no-web', '--config', config, '--dir', at(name)],
    environment(change),
  );

async function ended(what: string, one: Bot): Promise<Ending> {
  const ending = await one.end();
  printed.set(`${printed.size} ${what}`, ending.stdout + ending.stderr);
  return ending;
}

const ask = (...words: string[]): Promise<Ending> =>
  ended(
    words.join(' '),
    startBot([...words, '--dir', at('live'), '--config', config], environment()),
  );

before(async () => {
  const market = createSimulatedMarket(11);
  const candles: Candle[] = [];
  for (let minute = 0; minute < START_AT + 60; minute += 1) market.next(candles);
  const own = candles
    .filter(({ symbol }) => symbol.startsWith('BTC'))
    .map(candle => ({ ...candle, volume: Math.ceil(candle.volume) }));
  exchange = await TestExchange.open({
    tapes: [tapeOf('BTC', own)],
    startMs: (own[0]?.time ?? 0) + START_AT * MINUTE_MS + 5000,
    key: { key: KEY, secret: SECRET, passphrase: PASSPHRASE },
  });
  exchange.run(1);
});
after(() => exchange.close());

describe('a live bot', () => {
  it('is refused with keys that the exchange does not take', async () => {
    for (const change of [
      { HOLDFAST__EXCHANGE__KEY: WRONG.KEY },
      { HOLDFAST__EXCHANGE__SECRET: WRONG.SECRET },
      { HOLDFAST__EXCHANGE__PASSWORD: WRONG_PASSPHRASE },
      { HOLDFAST__EXCHANGE__API_KEY: WRONG.KEY },
    ]) {
      const { code, stderr } = await ended('trade, refused', start('refused', change));
      assert.equal(code, 64, stderr);
    }
  });

  it('looks after a position while everything goes wrong that can', async () => {
    exchange.hand.trade('XBTUSDTM', 'buy', 5);
    bot = start('live');
    await bot.until('a stop', () => exchange.books().stops.length > 0);
    for (const fault of ['echo', 'serverError', 'rateLimit', 'dropAnswer', 'doneError'] as const) {
      exchange.faults.next('GET /api/v1/fills', fault);
      await bot.until(fault, () => exchange.faults.log.some(event => event.fault === fault));
    }
    exchange.faults.next('POST /api/v1/orders', 'echo');
    exchange.hand.trade('XBTUSDTM', 'buy', 3);
    await bot.until('a stop that was asked for twice', () =>
      exchange.books().stops.some(({ size }) => size === 8),
    );
    exchange.push.forgetTokens();
    exchange.push.cut();
    exchange.hand.rekey('another key of this account');
    await ask('pause', '--json');
    await bot.until('a refusal of the key', () => / auth /.test(bot.stderr));
    await ask('resume');
    exchange.hand.rekey(KEY);
    await exchange.outage(300);
    exchange.advance();
    await bot.until('a candle', () => endsWith(at('live'), 'candle.closed'));
  });

  it('is asked for all that it knows', async () => {
    for (const id of ['portfolio', 'run', 'risk-manager']) await ask('state', 'show', id, '--json');
    await ask('doctor', '--json');
    await ask('state', 'list', '--json');
    await ask('state', 'history', '--json');
    await ask('state', 'verify', '--json');
    await ask('state', 'export', '--to', `${at('exported')}/`);
    assert.equal((await ask('state', 'backup', '--to', at('backup'), '--json')).code, 0);
    assert.equal((await ask('report', '--html', at('report.html'))).code, 0);
    assert.equal((await ask('report', '--json')).code, 0);
  });

  it('is killed, started again, closes everything and stops', async () => {
    bot.send('SIGKILL');
    await ended('trade, killed', bot);
    bot = start('live');
    await bot.says(/^ready/m);
    await ask('flatten', '--json');
    await bot.until('nothing held', () =>
      exchange.books().positions.every(({ lots }) => lots === 0),
    );
    bot.send('SIGINT');
    assert.equal((await ended('trade, stopped', bot)).code, 0);
  });
});

/** All that nobody may find, those included that are made of the keys. */
const secrets = (): Secrets => ({
  ...{ key: KEY, secret: SECRET, passphrase: PASSPHRASE },
  ...{ wrongKey: WRONG.KEY, wrongSecret: WRONG.SECRET, wrongPassphrase: WRONG_PASSPHRASE },
  signedPassphrase: createHmac('sha256', SECRET).update(PASSPHRASE).digest('base64'),
  ...Object.fromEntries(exchange.push.issued.map((token, nth) => [`token ${nth}`, token])),
});

describe('what it leaves behind', () => {
  it('holds no secret: state, journal, notes, logs, backups, exports', () => {
    assert.deepEqual(leaksInFolder(folder, secrets()), []);
  });

  it('nor does anything that it printed', () => {
    assert.ok(printed.size > 15);
    assert.deepEqual(
      [...printed].flatMap(([what, text]) => leaksInText(what, text, secrets())),
      [],
    );
  });

  it('is looked through so that a secret would be found', () => {
    const planted = at('planted');
    mkdirSync(join(planted, 'deep'), { recursive: true });
    const forms: Readonly<Record<string, Buffer>> = {
      plain: Buffer.from(`{"key":"${KEY}"}`),
      piece: Buffer.from(`the key ${KEY.slice(0, 16)}…`),
      hex: Buffer.from(Buffer.from(`key=${KEY}`).toString('hex')),
      base64: Buffer.from(Buffer.from(`apiKey:${KEY}.`).toString('base64')),
      'packed.zst': zstdCompressSync(Buffer.from(`{"key":"${KEY}"}`)),
    };
    for (const [name, bytes] of Object.entries(forms))
      writeFileSync(join(planted, 'deep', name), bytes);
    const found = leaksInFolder(planted, { key: KEY, secret: SECRET });
    for (const name of Object.keys(forms))
      assert.ok(
        found.some(leak => leak.includes(`${name}: key`)),
        name,
      );
    assert.ok(!found.some(leak => leak.includes(': secret')));
  });
});
