/**
 * Telegram: a stub of the Bot API, and real bots that are asked, told, killed and started again.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bot, runWell, startBot } from '../lifecycle/bot-process.ts';
import { leaksInFolder, leaksInText } from '../lifecycle/leak.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { StubReceiver, type Taken } from './stub-receiver.ts';

const WORD = 'AAHk3Zq81mQxv72LpW04TyXc2d94RsQ';
const TOKEN = `7301442:${WORD}`;
const CHAT = 4711;
const folder = workFolder('telegram');
const dir = join(folder, 'models');
let stub: StubReceiver;
let printed = '';

/** What waits to be asked for; Telegram keeps it until it is confirmed by a higher offset. */
let updates: { update_id: number; message: object }[] = [];
let lastUpdate = 100;
/** The reply to /resume is heard and never answered. */
let isReplyHeld = false;
const messages: { chat_id: number; text: string }[] = [];

async function answering({ path, body }: Taken): Promise<object> {
  assert.ok(path.startsWith(`/bot${TOKEN}/`), path);
  const method = path.split('/').at(-1);
  if (method === 'getMe') return { ok: true, result: { username: 'holdfast_bot' } };
  if (method === 'sendMessage') {
    messages.push(body as (typeof messages)[number]);
    if (isReplyHeld && /^Resumed/.test(String(body['text']))) await new Promise(() => {});
    return { ok: true, result: {} };
  }
  const offset = Number(body['offset'] ?? 0);
  updates = updates.filter(({ update_id }) => update_id >= offset);
  for (let turn = 0; turn < 20 && updates.length === 0; turn += 1) await sleep(10);
  return { ok: true, result: updates };
}

function write(text: string, { chat = CHAT, agoMs = 0 } = {}): void {
  lastUpdate += 1;
  const date = Math.floor((Date.now() - agoMs) / 1000);
  updates.push({ update_id: lastUpdate, message: { date, text, chat: { id: chat } } });
}

const start = (): Bot =>
  startBot(['trade', '--dir', dir, '--speed', '5', '--no-web'], {
    HOLDFAST_TELEGRAM_TOKEN: TOKEN,
    HOLDFAST_TELEGRAM_API: stub.url,
    HOLDFAST__NOTIFY__TELEGRAM__CHAT_IDS: String(CHAT),
  });

const said = (pattern: RegExp): number => messages.filter(({ text }) => pattern.test(text)).length;

async function replied(bot: Bot, text: string, pattern: RegExp): Promise<void> {
  const before = said(pattern);
  write(text);
  await bot.until(`a reply to ${text}`, () => said(pattern) > before);
}

async function ended(bot: Bot): Promise<void> {
  const { stdout, stderr } = await bot.end();
  printed += stdout + stderr;
}

before(async () => {
  stub = await StubReceiver.open(answering);
});
after(() => stub.close());

describe('telegram', () => {
  it('answers every command that users expect', async () => {
    const bot = start();
    await bot.until('the start', () => said(/^started: Holdfast/) === 1);
    await replied(bot, '/help', /\/flatten – close every position/);
    await replied(bot, '/status@holdfast_bot', /Equity [\d,.]+ USDT, today/);
    await replied(bot, '/profit', /Return .* %/);
    await replied(bot, '/balance', /Margin in use [\d,.]+ USDT/);
    await replied(
      bot,
      '/trades',
      /^(No position is open\.|Open:\n.+)\n(No trade is|Last) closed /s,
    );
    await replied(bot, '/pause', /^Paused/);
    await replied(bot, '/pause', /was so already/);
    await replied(bot, '/resume', /^Resumed/);
    await replied(bot, '/flatten', /Send \/flatten yes/);
    assert.equal(said(/^Flatten is ordered/), 0);
    await replied(bot, '/flatten yes', /^Flatten is ordered/);
    await replied(bot, '/buy', /do not know \/buy/);
    // What others order is an event; its own words it was answered, and is not told again.
    await runWell(['resume', '--dir', dir]);
    await runWell(['pause', '--dir', dir]);
    await bot.until('the events of it', () => said(/trading is paused/) >= 1);
    assert.deepEqual(
      [/trading is paused/, /trading is resumed/, /^flatten: every position/].map(said),
      [1, 1, 0],
    );
    bot.send('SIGINT');
    await ended(bot);
  });

  it('answers no other chat, does nothing that is old, and leaves other bots theirs', async () => {
    const before = messages.length;
    const bot = start();
    write('/resume', { chat: 666 });
    write('/resume', { chat: 666 });
    write('/resume@another_bot');
    write('/resume', { agoMs: 120_000 });
    await bot.until(
      'the refusal',
      () => said(/too old \(\d+ s by my clock\) and was not done/) === 1,
    );
    await replied(bot, '/status', /is paused/);
    bot.send('SIGINT');
    await ended(bot);
    assert.ok(messages.slice(before).every(({ chat_id }) => chat_id === CHAT));
    assert.equal(said(/^Resumed/), 1);
    assert.equal(printed.match(/chat 666 is not in notify\.telegram\.chat_ids/g)?.length, 1);
  });

  it('does a command once, though Telegram tells of it again after a kill', async () => {
    const bot = start();
    isReplyHeld = true;
    await replied(bot, '/resume', /^Resumed/);
    bot.send('SIGKILL');
    await ended(bot);
    isReplyHeld = false;
    // Its number was never confirmed to Telegram: the next start is told of it again.
    assert.equal(updates.length, 1);
    const again = start();
    const answers = said(/^Resumed|was so already/);
    await replied(again, '/status', /Equity/);
    assert.equal(said(/^Resumed|was so already/), answers);
    again.send('SIGINT');
    await ended(again);
  });

  it('waits as long as Telegram asks for, and loses nothing', async () => {
    const before = said(/^started: Holdfast/);
    stub.faults.push([429, 0], 502, 'cut');
    const bot = start();
    await bot.until('the start', () => said(/^started: Holdfast/) > before);
    bot.send('SIGINT');
    await ended(bot);
    assert.equal(said(/^started: Holdfast/), before + 1);
  });

  it('goes on where the note of the last command is damaged', async () => {
    const file = join(dir, 'notify', 'telegram.json');
    assert.match(readFileSync(file, 'utf8'), /"update":\d+/);
    writeFileSync(file, '{"upd');
    const bot = start();
    // What was sent before this start may have been done: it is not done again.
    await bot.until('the warning', () => /telegram\.json is damaged/.test(bot.stderr));
    await replied(bot, '/help', /What I understand/);
    bot.send('SIGINT');
    await ended(bot);
    assert.match(printed, /notify\/telegram\.json is damaged, and is set aside/);
  });

  it('shows its token nowhere', () => {
    const secrets = { WORD };
    assert.deepEqual(leaksInFolder(folder, secrets), []);
    assert.deepEqual(leaksInText('printed', printed, secrets), []);
  });
});
