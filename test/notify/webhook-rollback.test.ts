/**
 * Rollbacks of a bot with a webhook: what was told stays told, what waits is told, and the rollback
 * is one event.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Bot, runWell, startBot } from '../lifecycle/bot-process.ts';
import { remembered, stepOf } from '../lifecycle/memory.ts';
import { workFolder, writeConfig, writeTapes } from '../lifecycle/work-folder.ts';
import { StubReceiver } from './stub-receiver.ts';

const folder = workFolder('notify-rollback');
const dir = join(folder, 'models');
const tapes = writeTapes(folder, { seed: 3, minutes: 3000 });
const config = writeConfig(folder, {
  risk: { max_hold_candles: 60, min_confidence: 0, loss_streak_limit: 100 },
  learning: { choice_candles: 20 },
});
let receiver: StubReceiver;

const trade = (...more: string[]): Bot =>
  startBot(['trade', '--no-web', '--config', config, '--tape', ...tapes, '--dir', dir, ...more], {
    HOLDFAST__NOTIFY__WEBHOOK__URL: receiver.url,
  });

const cursor = (): string => readFileSync(join(dir, 'notify', 'webhook.json'), 'utf8');

async function rolledBack(
  to: number,
): Promise<{ seq: number; epoch: number; byRunningBot: boolean }> {
  const words = [
    'state',
    'rollback',
    'attention',
    '--to',
    String(to),
    '--yes',
    '--dir',
    dir,
    '--json',
  ];
  return JSON.parse((await runWell(words)).stdout);
}

const seqOf = (text: string): number => JSON.parse(text).position.seq;

/** The steps of the events of the journal, in the order in which they came. */
const stepsTold = (): number[] =>
  receiver.ids.flatMap(id => {
    const [, epoch, step] = id.split(':');
    return epoch === 'note' ? [] : [Number(step)];
  });

before(async () => {
  receiver = await StubReceiver.open();
});
after(() => receiver.close());

describe('a rollback of a bot that tells a webhook', () => {
  it('has each event told once and in order, before it and after it, at rest and running', async () => {
    await trade('--speed', 'max', '--until', '850').end();
    await trade('--speed', 'max', '--until', '2000').end();
    assert.equal(receiver.types.at(-1), 'bot.stopped', 'all is told so far');
    const stood = cursor();
    const atRest = await rolledBack(900);
    assert.deepEqual([atRest.byRunningBot, atRest.epoch], [false, 2]);
    assert.equal(cursor(), stood, 'a rollback leaves the cursor as it is');

    const bot = trade('--speed', '60');
    await bot.until('the rollback', () => receiver.types.includes('memory.replaced'));
    await bot.until('a cursor behind it', () => seqOf(cursor()) >= atRest.seq);
    receiver.always = 503;
    const before = receiver.taken.length;
    await bot.until('some more candles', () => stepOf(dir) > atRest.seq + 150);
    const running = await rolledBack(atRest.seq);
    assert.deepEqual([running.byRunningBot, running.epoch], [true, 3]);
    bot.send('SIGKILL');
    await bot.end();
    assert.equal(receiver.taken.length, before, 'what happened since waits');
    receiver.always = null;
    await trade('--speed', 'max', '--until', '3500').end();

    const { ids, types } = receiver;
    assert.equal(new Set(ids).size, ids.length, 'nothing is told twice');
    const steps = stepsTold();
    assert.deepEqual(
      steps,
      steps.toSorted((one, other) => one - other),
    );
    const replaced = ids.filter((_, at) => types[at] === 'memory.replaced');
    assert.deepEqual(
      replaced.map(id => id.split(':').slice(1, 3).map(Number)),
      [atRest, running].map(({ epoch, seq }) => [epoch - 1, seq]),
      'each is the last step of the epoch before it',
    );
    assert.ok(!types.includes('notify.gap'));
    const { analytics } = remembered(dir).states;
    const closed = types.filter(type => type === 'trade.closed').length;
    assert.equal(closed, analytics.trades.length, 'and nothing is passed over');
    assert.ok(closed > 5, `${closed} trades`);
  });
});
