/**
 * Wrong values from another program: refused before anything is kept.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type BotOptions, type BotRun, EXIT, openBot } from '../../src/index.ts';
import { writeTapes } from '../lifecycle/work-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-embedding-option-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('an embedded bot refuses', () => {
  for (const [what, options, message] of [
    ['no directory', { directory: '' }, /^directory is ""$/],
    ['a seed with a fraction', { seed: 1.5 }, /^seed is 1.5$/],
    ['a negative seed', { seed: -1 }, /^seed is -1$/],
    ['a seed that is no number', { seed: Number.NaN }, /^seed is NaN$/],
    ['a seed above 32 bits', { seed: 2 ** 32 }, /^seed is 4294967296$/],
    ['no tape at all', { tape: [] }, /^tape is "an empty list"$/],
  ] as const)
    it(`${what}, and begins no directory`, async () => {
      const directory = join(folder, 'never');
      const given: BotOptions = { directory, ...options };
      await assert.rejects(openBot(given), { name: 'Fault', exitCode: EXIT.usage, message });
      assert.equal(existsSync(directory), false);
    });

  for (const [what, config, message, remedy] of [
    [
      'live market data',
      { 'exchange.name': 'kucoinfutures', 'exchange.pair_whitelist': ['BTC/USDT:USDT'] },
      /simulated market, and its config asks for kucoinfutures$/,
      /^run holdfast trade for that; here leave exchange.name out, or name a tape$/,
    ],
    [
      'a real account',
      { 'exchange.name': 'kucoinfutures', live: true },
      /asks for kucoinfutures$/,
      /^run holdfast trade --live for that; here leave exchange.name and live out, /,
    ],
    ['real orders of nowhere', { live: true }, /asks for real orders$/, /leave live out/],
  ] as const)
    it(`${what}, and begins no directory`, async () => {
      const directory = join(folder, 'never');
      const refusal = { name: 'Fault', exitCode: EXIT.config, message, remedy };
      await assert.rejects(openBot({ directory, config }), refusal);
      assert.equal(existsSync(directory), false);
    });

  it('no tape for it, whatever exchange its config names', async () => {
    const tapes = writeTapes(folder, { seed: 1, minutes: 20 });
    const config = { 'exchange.name': 'binance', live: true };
    const bot = await openBot({ directory: join(folder, 'tape'), tape: tapes, config });
    assert.equal(bot.run.state.binding?.mode, 'tape');
    await bot.close();
  });

  it('an end or a speed that is none, and can be run after it', async () => {
    const bot = await openBot({ directory: join(folder, 'run'), sync: 'shared' });
    for (const run of [
      { until: Number.NaN },
      { until: -1 },
      { until: new Date('never') },
      { speed: 0 },
      { speed: Number.POSITIVE_INFINITY },
    ] satisfies BotRun[])
      await assert.rejects(bot.run(run), { name: 'Fault', exitCode: EXIT.usage });
    const { figures } = await bot.run({ until: 10 });
    assert.equal(figures.candles, 10);
    await bot.close();
  });
});
