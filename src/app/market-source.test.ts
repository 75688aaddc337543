import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rows, tapeFolder } from '../../test/tape-fixture.ts';
import { EXIT } from '../base/fault.ts';
import { MINUTE_MS } from '../base/time.ts';
import { type AppConfig, loadConfig } from './config.ts';
import { openSimulated, openTapes, SIMULATED_MARKET } from './market-source.ts';

const START = Date.UTC(2025, 0, 1);
const config = (env: Record<string, string> = {}): AppConfig => loadConfig({ env });
const minutes = rows({ start: START, count: 30, stepMs: MINUTE_MS });
const wish = (...tape: string[]) => ({ tape, funding: ['rates'], skipBadRows: false });

describe('the simulated market', () => {
  it('has its own symbols and minutes, unless the config wants coarser ones', async () => {
    const source = openSimulated(config(), { seed: 1, funding: [] });
    assert.deepEqual(
      [source.mode, source.market, source.timeframeMs],
      ['simulated', 'simulated', MINUTE_MS],
    );
    assert.deepEqual(
      source.feed.contracts.map(({ symbol }) => symbol),
      SIMULATED_MARKET.symbols,
    );
    assert.match(SIMULATED_MARKET.title, /SIMULATED.*no real/);
    const coarse = openSimulated(config({ HOLDFAST__TIMEFRAME: '5m' }), { seed: 1, funding: [] });
    assert.equal(coarse.timeframeMs, 5 * MINUTE_MS);
  });

  it('is refused where the config is for another exchange, pair or currency', () => {
    for (const [env, message] of [
      [{ HOLDFAST__EXCHANGE__NAME: 'binance' }, /the market is simulated/],
      [{ HOLDFAST__EXCHANGE__PAIR_WHITELIST: 'BTC/USDT:USDT' }, /ETH\/USDT:USDT is not in/],
      [{ HOLDFAST__STAKE_CURRENCY: 'EUR' }, /quoted in USDT/],
    ] as const)
      assert.throws(() => openSimulated(config(env), { seed: 1, funding: [] }), {
        exitCode: EXIT.config,
        message,
      });
  });
});

describe('tapes', () => {
  it('name market, symbols and files, and what is spot', async context => {
    const folder = tapeFolder(context);
    const source = await openTapes(
      wish(
        folder.write('BINANCE-ETH-USDT-1m.csv', minutes),
        folder.write('BINANCE-BTC-USDT-1m-PERP.csv.gz', minutes),
      ),
      config(),
    );
    assert.deepEqual([source.mode, source.market], ['tape', 'binance']);
    assert.equal(
      source.title,
      'tape BINANCE-BTC-USDT-1m-PERP.csv.gz, BINANCE-ETH-USDT-1m.csv (spot, as if perpetual)',
    );
    assert.deepEqual(source.fundingFiles, ['rates']);
    assert.equal(source.timeframeMs, MINUTE_MS);
    await source.feed.close();
  });

  it('of several exchanges are a market of their own, the same in any order', async context => {
    const folder = tapeFolder(context);
    const okx = folder.write('OKX-BTC-USDT-1m-PERP.csv', minutes);
    const binance = folder.write('BINANCE-ETH-USDT-1m-PERP.csv', minutes);
    for (const tapes of [
      [okx, binance],
      [binance, okx],
    ]) {
      const source = await openTapes(wish(...tapes), config());
      assert.equal(source.market, 'binance+okx');
      await source.feed.close();
    }
  });

  it('are resampled to the timeframe of the config', async context => {
    const file = tapeFolder(context).write('BINANCE-BTC-USDT-1m-PERP.csv', minutes);
    const source = await openTapes(wish(file), config({ HOLDFAST__TIMEFRAME: '15m' }));
    assert.equal(source.timeframeMs, 15 * MINUTE_MS);
    await source.feed.close();
  });

  it('are refused where the config is for another exchange', async context => {
    const file = tapeFolder(context).write('BINANCE-BTC-USDT-1m-PERP.csv', minutes);
    await assert.rejects(openTapes(wish(file), config({ HOLDFAST__EXCHANGE__NAME: 'okx' })), {
      exitCode: EXIT.config,
      message: /the market is binance, but exchange\.name is okx/,
    });
    const same = await openTapes(wish(file), config({ HOLDFAST__EXCHANGE__NAME: 'Binance' }));
    await same.feed.close();
  });
});
