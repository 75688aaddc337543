/**
 * The one way in which a receiver hears of an event twice: the bot is killed between the receiver's
 * answer and the cursor.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Bot, runWell, startBot } from '../lifecycle/bot-process.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { StubReceiver, type Taken } from './stub-receiver.ts';

const folder = workFolder('notify-repeat');
const dir = join(folder, 'models');
let receiver: StubReceiver;
let bot: Bot;
/** The bot is stopped when it sends this one: it never hears the answer. */
let fatal: string | null = null;

const cursor = (): string => readFileSync(join(dir, 'notify', 'webhook.json'), 'utf8');

/** Of Linux: `T` is a process that is stopped. */
const isStopped = ({ pid }: Bot): boolean =>
  /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

async function answering({ body }: Taken): Promise<object> {
  if (body['type'] !== fatal) return {};
  bot.send('SIGSTOP');
  await bot.until('that it stands still', () => isStopped(bot));
  return {};
}

const start = (): Bot =>
  startBot(['trade', '--dir', dir, '--speed', '5', '--no-web'], {
    HOLDFAST__NOTIFY__WEBHOOK__URL: receiver.url,
  });

before(async () => {
  receiver = await StubReceiver.open(answering);
});
after(() => receiver.close());

describe('a kill between the answer of a webhook and the cursor', { skip: isElsewhere() }, () => {
  it('sends that event again under its id and with its body, and every other one once', async () => {
    bot = start();
    await bot.until('the start', () => receiver.types.includes('bot.started'));
    await runWell(['pause', '--dir', dir]);
    await bot.until('the pause', () => receiver.types.includes('trading.paused'));
    await bot.until('its cursor', () => cursorIsAt(receiver.ids.at(-1) ?? ''));
    const stood = cursor();
    fatal = 'trading.resumed';
    const { answered } = receiver;
    // Its own answer is not waited for: the bot may be stopped before it.
    const resuming = startBot(['resume', '--dir', dir]);
    await bot.until('the answer', () => receiver.answered > answered);
    bot.send('SIGKILL');
    await bot.end();
    await resuming.end();
    assert.equal(cursor(), stood, 'it was killed before it noted the answer');
    fatal = null;

    bot = start();
    await bot.until('the second start', () => receiver.types.at(-1) === 'bot.started');
    await runWell(['pause', '--dir', dir]);
    await bot.until('the second pause', () => receiver.types.at(-1) === 'trading.paused');
    bot.send('SIGINT');
    await bot.end();
    const { types, ids, taken } = receiver;
    const again = types.indexOf('trading.resumed');
    assert.deepEqual(types, [
      ...['bot.started', 'trading.paused', 'trading.resumed'],
      ...['trading.resumed', 'bot.started', 'trading.paused', 'bot.stopped'],
    ]);
    const [first, second] = taken.slice(again);
    assert.equal(first?.text, second?.text);
    assert.equal(first?.headers['idempotency-key'], second?.headers['idempotency-key']);
    assert.equal(new Set(ids).size, ids.length - 1, 'no other id came twice');
  });
});

/** The cursor has passed an event of the journal, whose id ends with its step and fact. */
function cursorIsAt(id: string): boolean {
  const [, , step] = id.split(':');
  return JSON.parse(cursor()).position.seq >= Number(step);
}

function isElsewhere(): string | false {
  return process.platform === 'linux' ? false : 'a stopped process is told by /proc';
}
