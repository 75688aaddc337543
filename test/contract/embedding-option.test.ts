/**
 * Wrong values from another program: refused before anything is kept.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type BotOptions, type BotRun, EXIT, openBot } from '../../src/index.ts';

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
