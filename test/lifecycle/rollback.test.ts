/**
 * A rollback by real processes: a bot that runs is killed right after its answer, and ends as one
 * that was stopped for it.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { components, type Memory } from '../../src/components.ts';
import { inspectStates } from '../../src/state/inspect.ts';
import { openDisks } from '../../src/state/open-disks.ts';
import { runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { workFolder, writeTapes, writeText } from './work-folder.ts';

/** More than the running bot comes to while the commands start. */
const CANDLES = 12_000;
const folder = workFolder('rollback');
const tapes = writeTapes(folder, { seed: 3, minutes: CANDLES / 2 });
const config = writeText(
  folder,
  'config.json',
  JSON.stringify({
    risk: { max_hold_candles: 60, min_confidence: 0, loss_streak_limit: 100 },
    learning: { choice_candles: 20 },
  }),
);
const at = (name: string): string => join(folder, name);
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--config', config, '--tape', ...tapes, '--dir', at(name), ...more],
];
const rollback = (name: string, ...more: string[]): string[] => [
  ...[
    'state',
    'rollback',
    'q-table',
    'attention',
    '--to',
    '900',
    '--yes',
    '--dir',
    at(name),
    ...more,
  ],
];

describe('a rollback of a running bot', () => {
  it('is durable when it answers, outlives a SIGKILL, and is the same step as at rest', async () => {
    await runWell(trade('killed', '--speed', 'max', '--until', '850'));
    const bot = startBot(trade('killed', '--speed', '60'));
    await bot.until('some more candles', () => stepOf(at('killed')) > 1100);
    const answer = await runWell(rollback('killed', '--json'));
    bot.send('SIGKILL');
    await bot.end();
    const told = JSON.parse(answer.stdout);
    assert.deepEqual(told.replaced, ['q-table', 'attention']);
    assert.deepEqual([told.byRunningBot, told.epoch], [true, 2]);
    assert.match(bot.stdout, /^the memory of q-table was replaced by that of step 900 /m);
    const seen = inspectStates(openDisks(at('killed'), undefined), components, { at: told.seq });
    const { candles } = (seen.states as Memory).run;
    const end = ['--speed', 'max', '--until', String(candles + 1000)];
    await runWell(trade('killed', ...end));

    const verified = await runWell(['state', 'verify', '--dir', at('killed')]);
    assert.match(verified.stdout, /^clean at step/m);
    assert.equal(remembered(at('killed')).states.run.candles, candles + 1000);
    await runWell(trade('rest', '--speed', 'max', '--until', '850'));
    await runWell(trade('rest', '--speed', 'max', '--until', String(candles)));
    const rest = await runWell(rollback('rest'));
    assert.match(
      rest.stdout,
      /^back at step 900 \(.* UTC\): q-table, attention \(step \d+\); money/,
    );
    await runWell(trade('rest', ...end));
    assert.deepEqual(digest(at('rest')), digest(at('killed')));
  });
});
