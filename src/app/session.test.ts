import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { components } from '../components.ts';
import type { BotParts } from './bot.ts';
import { runSession } from './session.ts';
import { hashesOf } from './view.ts';

const START = Date.UTC(2025, 0, 1);

describe('a session', () => {
  it('ends after the candles it was given, and says how many it has run', async () => {
    const { ending, bot, figures } = await runSession(sessionOptions());
    assert.equal(ending, 'until');
    assert.equal(figures.candles, 2000);
    assert.equal(bot.world.run.candles, 2000);
    assert.equal(bot.world.run.seed, 1);
  });

  it('ends before the first candle that would close after the time it was given', async () => {
    const until = { kind: 'time', time: START + 10 * 60_000 } as const;
    const { ending, bot } = await runSession(sessionOptions({ until }));
    assert.equal(ending, 'until');
    assert.equal(bot.world.run.lastCandleTime, START + 9 * 60_000);
    assert.equal(bot.world.run.candles, 20);
  });

  it('ends at the next candle when it is told to stop', async () => {
    const control = new AbortController();
    let steps = 0;
    const watch = (): void => {
      steps += 1;
      if (steps === 7) control.abort();
    };
    const { ending, bot } = await runSession(sessionOptions({ stop: control.signal }, { watch }));
    assert.equal(ending, 'stopped');
    // The first step binds the directory.
    assert.equal(bot.world.run.candles, 6);
  });

  it('breaks no rule of any part, also where two symbols trade within one minute', async () => {
    const until = { kind: 'candles', count: 8000 } as const;
    const { bot } = await runSession(sessionOptions({ until }));
    assert.ok(bot.world.analytics.totals.trades > 10);
    for (const { id, check } of components)
      assert.equal(check?.(bot.world[id] as never) ?? null, null, id);
  });

  it('is the same for a seed, and another for another', async () => {
    const run = async (seed: number) => {
      const { bot } = await runSession(sessionOptions({}, { seed }));
      return hashesOf(bot.world).all;
    };
    assert.equal(await run(3), await run(3));
    assert.notEqual(await run(3), await run(4));
  });

  it('closes everything when the start fails, and lets the reason through', async () => {
    const closed: string[] = [];
    let kept: BotParts | null = null;
    const options = sessionOptions({
      onReady: bot => {
        kept = bot;
        const { close } = bot.feed;
        Object.assign(bot.feed, {
          close: () => {
            closed.push('feed');
            return close();
          },
        });
        throw new Error('planted');
      },
    });
    await assert.rejects(runSession(options), /planted/);
    assert.ok(kept !== null);
    assert.deepEqual(closed, ['feed']);
  });
});
