/**
 * A receiver that is away over several lives of the bot: the journal has dropped most of what it
 * missed by the time it is back, and it is told of all of it.
 */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { startBot } from '../lifecycle/bot-process.ts';
import { remembered } from '../lifecycle/memory.ts';
import { workFolder, writeConfig, writeTapes } from '../lifecycle/work-folder.ts';
import { StubReceiver } from './stub-receiver.ts';

const folder = workFolder('notify-away');
const dir = join(folder, 'models');
const tapes = writeTapes(folder, { seed: 3, minutes: 3000 });
const config = writeConfig(folder, {
  risk: { max_hold_candles: 60, min_confidence: 0, loss_streak_limit: 100 },
  learning: { choice_candles: 20 },
});
let receiver: StubReceiver;

const lived = (until: number) =>
  startBot(
    [
      ...['trade', '--no-web', '--config', config, '--tape', ...tapes, '--dir', dir],
      ...['--speed', 'max', '--until', String(until)],
    ],
    { HOLDFAST__NOTIFY__WEBHOOK__URL: receiver.url },
  ).end();

const firsts = (path: string): number[] =>
  readdirSync(join(dir, path)).map(name => Number(name.slice(0, 12)));

before(async () => {
  receiver = await StubReceiver.open();
});
after(() => receiver.close());

it('a receiver that was away for longer than the journal goes back is told of everything once', async () => {
  await lived(400);
  const told = receiver.taken.length;
  receiver.always = 503;
  for (const until of [1000, 1600, 2200, 2800]) await lived(until);
  assert.equal(receiver.taken.length, told);
  assert.ok(Math.min(...firsts('journal')) > 1000, 'the journal has dropped what it missed');
  assert.ok(firsts('notify/journal').length >= 2, 'which waits');

  receiver.always = null;
  await lived(3400);
  const { ids, types } = receiver;
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(!types.includes('notify.gap'));
  const { analytics } = remembered(dir).states;
  assert.ok(analytics.trades.length > 5);
  const closed = types.filter(type => type === 'trade.closed').length;
  assert.equal(closed, analytics.trades.length);
  await lived(4000);
  assert.deepEqual(firsts('notify/journal'), [], 'nothing waits any more');
});
