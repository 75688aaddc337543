/**
 * A flatten by the embedding API: ordered between two runs, done first in the next one.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type BotOptions, openBot } from '../../src/index.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-embedding-flatten-'));
after(() => rmSync(directory, { recursive: true }));

describe('an embedded bot', () => {
  it('flattens by its own orders in the next run, and enters again once it is resumed', async () => {
    const config = { 'learning.q_table': false, 'risk.min_confidence': 0 };
    const entries: number[] = [];
    const onStep: BotOptions['onStep'] = ({ seq, facts }) => {
      for (const fact of facts)
        if (fact.type === 'order.approved' && !fact.order.reduceOnly) entries.push(seq);
    };
    const bot = await openBot({ directory, config, onStep, sync: 'shared' });
    try {
      const { positions } = bot.portfolio.state;
      let until = 0;
      while (Object.keys(positions).length === 0) {
        until += 10;
        await bot.run({ until });
      }
      const told = await bot.flatten();
      const held = told.positions.map(({ symbol }) => symbol);
      assert.deepEqual(held, Object.keys(positions).toSorted());
      assert.equal((await bot.flatten()).changed, false);
      await bot.run({ until: until + 4 });
      assert.deepEqual(positions, {});
      assert.equal(bot.analytics.state.trades.at(-1)?.exitReason, 'force_exit');
      assert.equal((await bot.pause()).changed, false, 'it is paused by then');
      await bot.run({ until: until + 2000 });
      assert.ok(entries.every(seq => seq <= told.seq));
      assert.deepEqual((await bot.resume()).holds, []);
      await bot.run({ until: until + 8000 });
      assert.ok(entries.some(seq => seq > told.seq));
    } finally {
      await bot.close();
    }
  });
});
