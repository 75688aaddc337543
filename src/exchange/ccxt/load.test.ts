import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { Fault } from '../../base/fault.ts';
import { EXCHANGES, loadClient, testExchangeUrl } from './load.ts';

const LOCAL = 'http://127.0.0.1:4321';

/** Every text in a tree. */
function textsOf(node: unknown): string[] {
  if (typeof node === 'string') return [node];
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(textsOf) : [];
}

/** Prints what of ccxt is loaded with all that is ours of the exchanges, its foundation left out. */
const LOADS = `
const loaded = [];
process.getBuiltinModule('node:module').registerHooks({
  load: (url, context, next) => (loaded.push(url), next(url, context)),
});
const [place, id] = process.argv.slice(-2);
for (const name of ['connect', 'venue', 'history', 'feed']) await import(place + name + '.ts');
const { loadClient } = await import(place + 'load.ts');
await loadClient(id);
const files = loaded.flatMap(url => url.split('/node_modules/ccxt/')[1] ?? []);
console.log(files.filter(file => !/^js\\/src\\/(base|static_dependencies)\\//.test(file)).join());`;

/** What ccxt's class of an exchange is made of. */
const classOf = (name: string): string[] =>
  ['pro/', '', 'abstract/'].map(folder => `js/src/${folder}${name}.js`);

/** Those that are another one's with a difference. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  binanceusdm: [...classOf('binance'), 'js/src/pro/binanceusdm.js', 'js/src/binanceusdm.js'],
  kucoinfutures: [...classOf('kucoin'), 'js/src/pro/kucoinfutures.js'],
};

describe('client of an exchange', () => {
  for (const id of Object.keys(EXCHANGES))
    it(`${id} is loaded, and of ccxt no module of another exchange`, () => {
      const args = ['--input-type=module', '--eval', LOADS, new URL('.', import.meta.url).href, id];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      assert.deepEqual(stdout.trim().split(',').sort(), [...(PARTS[id] ?? classOf(id))].sort());
    });

  for (const id of Object.keys(EXCHANGES))
    it(`${id} is loaded, and can give candles by request and by stream`, async () => {
      const client = await loadClient(id);
      assert.equal(client.id, id);
      assert.equal(client.has['fetchOHLCV'], true);
      assert.equal(client.has['watchOHLCV'], true);
      assert.equal(client.has['fetchTime'], true);
      assert.equal(client.has['fetchFundingRateHistory'], true);
    });

  it('an unknown id is refused with the nearest one', async () => {
    await assert.rejects(loadClient('kucoinfuture'), (error: Fault) => {
      assert.equal(error.exitCode, 64);
      assert.match(
        `${error.message}; ${error.remedy}`,
        /kucoinfuture; did you mean kucoinfutures\?/,
      );
      return true;
    });
    await assert.rejects(loadClient('toString'), /unknown exchange: toString/);
  });

  it('is given all the credentials that it wants by the keys of the environment', async () => {
    const keys = { apiKey: 'k', secret: 's', password: 'p', uid: 'u' };
    for (const id of Object.keys(EXCHANGES)) {
      const client = await loadClient(id, { keys });
      assert.doesNotThrow(() => client.checkRequiredCredentials(), id);
    }
    const { walletAddress, privateKey } = await loadClient('hyperliquid', { keys });
    assert.deepEqual([walletAddress, privateKey], ['k', 's']);
  });

  it('a test exchange takes the place of every address', async () => {
    for (const id of Object.keys(EXCHANGES)) {
      const { urls } = await loadClient(id, { testUrl: LOCAL });
      const places = textsOf((urls as { api: unknown }).api);
      assert.ok(places.length > 0);
      for (const place of places) assert.match(place, /^(http|ws):\/\/127\.0\.0\.1:4321(\/|$)/);
    }
  });

  it('a test exchange on another machine is refused', () => {
    const urlIn = (url: string) => testExchangeUrl({ HOLDFAST_TEST_EXCHANGE_URL: url });
    assert.equal(urlIn(LOCAL), LOCAL);
    assert.equal(testExchangeUrl({}), null);
    for (const url of [
      'http://192.168.1.2:80',
      'https://api.kucoin.com',
      'http://127.0.0.1.evil.example:80',
      'http://127.0.0.1:80@evil.example',
      'ws://127.0.0.1:80',
    ])
      assert.throws(() => urlIn(url), Fault, url);
  });
});
