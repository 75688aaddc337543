/**
 * `doctor --online` at the test exchange: what it finds before real orders are dared, and that it
 * changes nothing there.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Checkup } from '../../src/app/checkup.ts';
import { EXIT } from '../../src/base/fault.ts';
import { runCli } from '../../src/cli/cli.ts';
import type { Io } from '../../src/cli/io.ts';
import { startBot } from '../lifecycle/bot-process.ts';
import { workFolder, writeConfig } from '../lifecycle/work-folder.ts';
import { TEST_KEY, TestExchange } from './exchange.ts';
import { START, still, XBT } from './fixture.ts';
import { tapeOf } from './tape.ts';

const HISTORY = 400;
const MINUTE_MS = 60_000;
const BTC = 'BTC/USDT:USDT';
const folder = workFolder('doctor-online');
const opened: TestExchange[] = [];
after(() => Promise.all(opened.map(exchange => exchange.close())));

/** Its clock is the machine's, so many milliseconds ago. */
async function exchangeWith(behindMs = 0): Promise<TestExchange> {
  const startMs = START + HISTORY * MINUTE_MS;
  const btc = still(100, HISTORY + 60);
  const tapes = [btc, tapeOf('SOL', btc.candles)];
  const exchange = await TestExchange.open({ tapes, startMs });
  const skew = { get: () => Date.now() - startMs - behindMs };
  Object.defineProperty(exchange.faults.plan, 'skewMs', skew);
  opened.push(exchange);
  return exchange;
}

const KEY_ENV = {
  HOLDFAST__EXCHANGE__KEY: TEST_KEY.key,
  HOLDFAST__EXCHANGE__SECRET: TEST_KEY.secret,
  HOLDFAST__EXCHANGE__PASSWORD: TEST_KEY.passphrase,
};

interface Look {
  readonly url: string;
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

async function run({ url, config = {}, env = KEY_ENV, args = [] }: Look) {
  let [out, err] = ['', ''];
  const io: Io = {
    stdout: { write: (text: string) => (out += text), on: () => {} },
    stderr: { write: (text: string) => (err += text), on: () => {} },
    ...{ env: { HOLDFAST_TEST_EXCHANGE_URL: url, ...env }, now: Date.now, log: null },
  };
  const exchange = { name: 'kucoinfutures', pair_whitelist: [BTC] };
  const file = writeConfig(folder, { live: true, exchange, ...config });
  const dir = ['--dir', join(folder, 'none')];
  const code = await runCli(['doctor', '--online', '--config', file, ...dir, ...args], io);
  return { code, out, err };
}

/** By check: everything that was said of it, and of which checks something is not well. */
async function examine(look: Look) {
  const { code, out, err } = await run({ ...look, args: ['--json', ...(look.args ?? [])] });
  assert.equal(err, '');
  for (const secret of Object.values(look.env ?? KEY_ENV)) assert.ok(!out.includes(secret));
  const { checkups } = JSON.parse(out) as { checkups: Checkup[] };
  const online = checkups.slice(checkups.findIndex(({ check }) => check === 'exchange'));
  for (const { level, remedy, check } of online)
    assert.equal(remedy === null, level === 'ok', `the remedy of ${check}`);
  const of = (check: string): Checkup | undefined => online.find(each => each.check === check);
  const unwell = online.filter(({ level, check }) => level !== 'ok' && check !== 'time server');
  return { code, of, unwell: unwell.map(({ check, level }) => `${level} ${check}`) };
}

describe('doctor --online', () => {
  it('finds an exchange and an account well, says how it is in figures, and shows no key', async () => {
    const { url } = await exchangeWith();
    const { code, of, unwell } = await examine({ url });
    assert.deepEqual(unwell, []);
    assert.equal(code, EXIT.ok);
    assert.match(of(`pair ${BTC}`)?.text ?? '', /^tick \S+, lot \S+, least order \S+, leverage to/);
    assert.equal(of('exchange clock')?.figures['refusedFromMs'], 5000);
    assert.match(of('key rights')?.text ?? '', /may trade, and not withdraw/);
    assert.match(of(`modes ${BTC}`)?.text ?? '', /one-way; margin: isolated; each order names its/);
    assert.match(of('balance')?.text ?? '', /holds 10,000\.00/);
    const { out } = await run({ url });
    assert.match(out, /^ok {4}live orders: "live" allows them/m);
  });

  it('looks at no network without being told to', async () => {
    const asked: unknown[] = [];
    const server = createServer(socket => {
      asked.push(socket);
      socket.destroy();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { readonly port: number };
    let out = '';
    const io: Io = {
      stdout: { write: (text: string) => (out += text), on: () => {} },
      stderr: { write: () => true, on: () => {} },
      env: { HOLDFAST_TEST_EXCHANGE_URL: `http://127.0.0.1:${port}`, ...KEY_ENV },
      ...{ now: Date.now, log: null },
    };
    const exchange = { name: 'kucoinfutures', pair_whitelist: [BTC] };
    const file = writeConfig(folder, { live: true, exchange });
    await runCli(['doctor', '--config', file, '--dir', join(folder, 'none')], io);
    server.close();
    assert.equal(asked.length, 0);
    assert.doesNotMatch(out, /exchange/);
  });

  it('fails where no network is, in one line, and tells what config and keys say all the same', async () => {
    const exchange = await exchangeWith();
    const { url } = exchange;
    await exchange.close();
    const { code, of } = await examine({ url, env: {} });
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('exchange')?.text ?? '', /kucoinfutures cannot be reached \(/);
    assert.match(of('keys')?.remedy ?? '', /HOLDFAST__EXCHANGE__KEY/);
    assert.equal(of('exchange clock'), undefined);
  });

  it('fails with keys that the exchange does not know', async () => {
    const { url } = await exchangeWith();
    const env = { ...KEY_ENV, HOLDFAST__EXCHANGE__KEY: 'another-key' };
    const { code, of } = await examine({ url, env });
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('account')?.text ?? '', /kucoinfutures does not take the key/);
    assert.match(of('account')?.remedy ?? '', /check key, secret and password/);
  });

  it('fails with a key that may withdraw, and warns where the config takes it', async () => {
    const look = await exchangeWith();
    look.hand.permit(['General', 'Futures', 'Transfer']);
    const { code, of } = await examine({ url: look.url });
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('key rights')?.text ?? '', /may withdraw: whoever steals it/);
    const exchange = { name: 'kucoinfutures', pair_whitelist: [BTC], allow_withdrawal: true };
    const allowed = await examine({ url: look.url, config: { exchange } });
    assert.deepEqual([allowed.code, allowed.unwell], [EXIT.ok, ['warn key rights']]);
  });

  it('fails with a key that may not trade', async () => {
    const { url, hand } = await exchangeWith();
    hand.permit(['General']);
    const { code, of } = await examine({ url });
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('key rights')?.text ?? '', /may not trade/);
  });

  it('warns of a clock that is off, with the limit at which orders are refused', async () => {
    for (const [aheadMs, text] of [
      [
        3000,
        /^this machine is [23],\d\d\d ms ahead of kucoinfutures; orders are refused from 5 s on$/,
      ],
      [-60_000, /ms behind kucoinfutures; orders are refused from 5 s on: what is signed goes by/],
    ] as const) {
      const { url } = await exchangeWith(aheadMs);
      const { of, code } = await examine({ url });
      const clock = of('exchange clock');
      assert.equal(clock?.level, 'warn');
      assert.match(clock?.text ?? '', text);
      // What is signed goes by the exchange's clock.
      assert.equal(of('key rights')?.level, 'ok');
      assert.equal(code, EXIT.ok);
    }
  });

  it('fails with a pair that is not there, and looks at the others', async () => {
    const { url } = await exchangeWith();
    const { code, of } = await examine({ url, args: ['--pairs', `XBT/USDT:USDT,${BTC}`] });
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('pair XBT/USDT:USDT')?.text ?? '', /kucoinfutures has no XBT\/USDT:USDT/);
    assert.match(of('pair XBT/USDT:USDT')?.remedy ?? '', /did you mean BTC/);
    assert.equal(of(`pair ${BTC}`)?.level, 'ok');
  });

  it('warns of a leverage that the contract does not allow', async () => {
    const { url } = await exchangeWith();
    const pairs = ['--pairs', `${BTC},SOL/USDT:USDT`];
    const { of } = await examine({ url, config: { leverage: 100 }, args: pairs });
    assert.match(of('pair SOL/USDT:USDT')?.text ?? '', /the config's leverage 100 is more/);
    assert.equal(of('pair SOL/USDT:USDT')?.remedy, 'it is traded at 75; or lower leverage');
    assert.equal(of(`pair ${BTC}`)?.level, 'ok');
  });

  it('says what keeps real orders back, as a failure only where the config wants them', async () => {
    const { url } = await exchangeWith();
    const paper = await examine({ url, config: { live: false }, env: {} });
    assert.deepEqual([paper.code, paper.unwell], [EXIT.ok, []]);
    assert.equal(paper.of('account'), undefined);
    const off = await examine({ url, config: { live: false } });
    assert.deepEqual([off.code, off.unwell], [EXIT.ok, ['warn live orders']]);
    assert.equal(off.of('live orders')?.remedy, 'set "live": true');
    const keyless = await examine({ url, env: {} });
    assert.deepEqual([keyless.code, keyless.unwell], [EXIT.checkFailed, ['fail keys']]);
  });

  it('fails at an exchange that was never tried, unless the config takes that', async () => {
    const { url } = await exchangeWith();
    const args = ['--exchange', 'okx'];
    const { of } = await examine({ url, args, env: {} });
    assert.match(of('unverified exchange')?.remedy ?? '', /"accept_unverified": true/);
    assert.equal(of('unverified exchange')?.level, 'fail');
    const exchange = { name: 'okx', pair_whitelist: [BTC], accept_unverified: true };
    const accepted = await examine({ url, config: { exchange }, env: {} });
    assert.equal(accepted.of('unverified exchange')?.level, 'warn');
  });

  it('tells of modes, orders and positions that are not the bot’s, and leaves all as it was', async () => {
    const exchange = await exchangeWith();
    const { hand, mode, accounts, url } = exchange;
    mode.isHedged = true;
    const empty = await examine({ url });
    assert.deepEqual([empty.code, empty.unwell], [EXIT.ok, [`warn modes ${BTC}`]]);
    assert.match(empty.of(`modes ${BTC}`)?.remedy ?? '', /a start sets one-way mode/);
    mode.isHedged = false;
    hand.trade(XBT, 'buy', 7);
    hand.stop(XBT, 7, '90');
    const held = await examine({ url });
    assert.deepEqual(held.unwell, [`warn orders ${BTC}`, `warn position ${BTC}`]);
    assert.match(held.of(`position ${BTC}`)?.text ?? '', /7 lots long.*knows of 0/);
    assert.match(held.of(`position ${BTC}`)?.remedy ?? '', /adopted behind a stop/);
    mode.margin.set(XBT, 'CROSS');
    const unfit = await examine({ url });
    assert.equal(unfit.code, EXIT.checkFailed);
    assert.match(unfit.of('positions')?.text ?? '', /is in cross margin, and Holdfast trades/);
    assert.equal(mode.margin.get(XBT), 'CROSS');
    assert.deepEqual([accounts.orders.size, accounts.live.size, accounts.ids.size], [2, 1, 0]);
  });

  it('knows the bot’s own positions and stops by its directory, and whose it is', async () => {
    const exchange = await exchangeWith();
    exchange.run(1);
    const dir = join(folder, 'live');
    const config = writeConfig(folder, { live: true }, 'bot.json');
    const bot = startBot(
      [
        ...['trade', '--no-web', '--live', '--dir', dir, '--config', config],
        ...['--exchange', 'kucoinfutures', '--pairs', BTC],
      ],
      { HOLDFAST_TEST_EXCHANGE_URL: exchange.url, ...KEY_ENV },
    );
    await bot.says(/the account holds/);
    exchange.hand.trade(XBT, 'buy', 7);
    await bot.until('the stop', () => exchange.books().stops.length > 0);
    const { of } = await examine({ url: exchange.url, args: ['--dir', dir] });
    assert.match(of(`orders ${BTC}`)?.text ?? '', /^1 open, all of this directory$/);
    assert.match(of('positions')?.text ?? '', /^1, all known to this directory$/);
    assert.equal(of('directory: account')?.level, 'ok');
    const other = await examine({
      url: exchange.url,
      args: ['--dir', dir, '--pairs', `${BTC},SOL/USDT:USDT`],
    });
    assert.match(other.of('directory: account')?.text ?? '', /it is bound to pairs/);
    bot.send('SIGTERM');
    assert.equal((await bot.end()).code, 0);
  });
});
