import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { StubReceiver } from '../../test/notify/stub-receiver.ts';
import { SideFolder } from '../app/side-folder.ts';
import { Conversation } from './conversation.ts';
import { TelegramApi } from './telegram-api.ts';
import { TelegramListener } from './telegram-listener.ts';

const CHAT = 4711;
const START_MS = 1_000_000_000_000;
const root = mkdtempSync(join(tmpdir(), 'holdfast-listener-'));
after(() => rmSync(root, { recursive: true }));

/** Sent so many seconds after the start. */
const command = (number: number, text: string, seconds = 1) => ({
  update_id: number,
  message: { date: START_MS / 1000 + seconds, text, chat: { id: CHAT } },
});

interface Heard {
  readonly own: string;
  readonly file: string;
  /** What was done. */
  readonly done: string[];
  readonly replies: string[];
  readonly warnings: string[];
  /** Of Telegram, until they are confirmed; the listener is stopped by `/stop`. */
  updates: unknown[];
  /** How often updates were asked for. */
  polls: number;
  listen(): Promise<void>;
}

async function listenerIn(context: TestContext, name: string): Promise<Heard> {
  const own = join(root, name);
  mkdirSync(own);
  const [done, replies, warnings]: [string[], string[], string[]] = [[], [], []];
  const heard: Heard = {
    ...{ own, file: join(own, 'notify', 'telegram.json'), done, replies, warnings },
    ...{ updates: [], polls: 0 },
    async listen() {
      const ending = new AbortController();
      let nowMs = START_MS;
      const listener = new TelegramListener({
        api: new TelegramApi({ token: '1:word', apiRoot: stub.url }),
        ...{ chats: new Map([[CHAT, new Conversation()]]), folder: new SideFolder(own, 'notify') },
        async answer(command) {
          if (command === '/stop') ending.abort();
          else done.push(command);
          return { text: `did ${command}`, step: null };
        },
        ...{ now: () => nowMs, random: () => 0.01 },
        warn: line => warnings.push(line),
      });
      nowMs += 2000;
      await listener.listen(ending.signal);
    },
  };
  const stub = await StubReceiver.open(({ path, body }) => {
    if (path.endsWith('/getMe')) return { ok: true, result: { username: 'my_bot' } };
    if (path.endsWith('/sendMessage')) {
      replies.push(String(body['text']));
      return { ok: true, result: {} };
    }
    heard.polls += 1;
    const offset = Number(body['offset'] ?? 0);
    heard.updates = heard.updates.filter(
      each => !(Number((each as { update_id?: unknown }).update_id) < offset),
    );
    return { ok: true, result: heard.updates };
  });
  context.after(() => stub.close());
  return heard;
}

describe('the listener', () => {
  for (const [name, text] of [
    ['absent', null],
    ['damaged', '{"upd'],
  ] as const)
    it(`does nothing from before its start where its file is ${name}`, async context => {
      const heard = await listenerIn(context, name);
      mkdirSync(join(heard.own, 'notify'));
      if (text !== null) writeFileSync(heard.file, text);
      heard.updates = [
        command(7, '/pause', -9),
        command(8, '/resume', -8),
        command(9, '/flatten yes', -7),
        command(10, '/help', 0),
        command(11, '/stop'),
      ];
      await heard.listen();
      assert.deepEqual(heard.done, ['/help']);
      assert.equal(heard.replies.filter(reply => /too old/.test(reply)).length, 3);
      // Nor after a kill in their midst.
      heard.updates = [command(12, '/flatten yes', -6), command(13, '/stop')];
      await heard.listen();
      assert.deepEqual(heard.done, ['/help']);
    });

  it('does what came between two starts', async context => {
    const heard = await listenerIn(context, 'between');
    mkdirSync(join(heard.own, 'notify'));
    writeFileSync(heard.file, '{"format":1,"update":7}');
    heard.updates = [command(7, '/pause', -9), command(8, '/resume', -8), command(9, '/stop')];
    await heard.listen();
    assert.deepEqual(heard.done, ['/resume']);
  });

  it('passes over an update of a shape that it does not know', async context => {
    const heard = await listenerIn(context, 'shapes');
    heard.updates = [
      { update_id: 1, message: { date: 'soon', chat: {} } },
      { update_id: 2, message: 'text' },
      'no update',
      { update_id: 'three' },
      command(4, '/help'),
      { update_id: 5, poll: {} },
      command(6, '/stop'),
    ];
    await heard.listen();
    assert.deepEqual([heard.done, heard.warnings], [['/help'], []]);
  });

  it('asks with its back-off where no update has a number', async context => {
    const heard = await listenerIn(context, 'stuck');
    heard.updates = [{}];
    const listening = heard.listen();
    while (heard.polls < 3) await new Promise(resolve => setTimeout(resolve, 10));
    heard.updates = [command(1, '/stop')];
    await listening;
    assert.equal(heard.warnings.length, 1);
    assert.match(heard.warnings[0] ?? '', /no commands for now/);
  });

  it('does no command whose number it cannot keep, and does it when the folder is back', async context => {
    const heard = await listenerIn(context, 'folder');
    const blocked = join(heard.own, 'notify');
    writeFileSync(blocked, 'in the way');
    heard.updates = [command(1, '/help'), command(2, '/stop')];
    const listening = heard.listen();
    while (heard.polls < 2 && heard.warnings.length < 1)
      await new Promise(resolve => setTimeout(resolve, 10));
    assert.deepEqual(heard.done, []);
    rmSync(blocked);
    await listening;
    assert.deepEqual(heard.done, ['/help']);
    assert.equal(heard.warnings.length, 1);
    assert.match(readFileSync(heard.file, 'utf8'), /"update":2/);
  });
});
