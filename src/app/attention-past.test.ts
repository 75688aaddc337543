import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { sessionOptions } from '../../test/fixtures/session.ts';
import { utcDay } from '../base/time.ts';
import { attentionPast } from './attention-past.ts';
import { AttentionDays } from './learning-view.ts';
import { runSession } from './session.ts';
import { marketTimeOf } from './view.ts';

const directory = mkdtempSync(join(tmpdir(), 'holdfast-attention-'));
after(() => rmSync(directory, { recursive: true }));
const place = { directory, journalMirror: null, allowNetwork: true };

/** Two symbols: the candles of some days. */
const CANDLES = 2 * 24 * 60 * 3;

describe('attention before this run', () => {
  it('is read back day by day as it was while the bot ran, up to the step that is named', async () => {
    const seen = new AttentionDays();
    let half = 0;
    let atHalf: readonly unknown[] = [];
    const { bot } = await runSession(
      sessionOptions(
        { until: { kind: 'candles', count: CANDLES } },
        {
          directory,
          watch: ({ seq, facts }, world) => {
            const time = marketTimeOf(world);
            if (time === null || !facts.some(({ type }) => type === 'candle.closed')) return;
            seen.see(time, world.attention);
            if (world.run.candles !== CANDLES / 2) return;
            half = seq;
            atHalf = seen.days;
          },
        },
      ),
    );
    const { timeframeMs } = bot.world.run.settings;
    const past = attentionPast({ place, through: bot.store.seq, timeframeMs });
    assert.deepEqual(past, seen.days);
    const days = past.map(({ time }) => utcDay(time));
    assert.ok(days.length >= 3, `${days}`);
    assert.ok(past.some(({ weights }) => weights.some(one => one !== 1)));
    assert.deepEqual(attentionPast({ place, through: half, timeframeMs }), atHalf);
  });

  it('is nothing where nothing was kept from before', () => {
    const empty = { ...place, directory: join(directory, 'nothing') };
    assert.deepEqual(attentionPast({ place: empty, through: 10, timeframeMs: 60_000 }), []);
  });
});
