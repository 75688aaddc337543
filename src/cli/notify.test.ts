import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { StubReceiver } from '../../test/notify/stub-receiver.ts';
import type { Checkup } from '../app/checkup.ts';
import { EXIT } from '../base/fault.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const TOKEN = '7301442:AAHk3Zq81mQxv72LpW04TyXc2d94RsQ';
const URL_VARIABLE = 'HOLDFAST__NOTIFY__WEBHOOK__URL';
const folder = mkdtempSync(join(tmpdir(), 'holdfast-notify-'));
let stub: StubReceiver;

before(async () => {
  stub = await StubReceiver.open(({ path }) => ({
    ok: true,
    result: path.endsWith('/getMe') ? { username: 'my_bot' } : {},
  }));
});
after(() => {
  stub.close();
  rmSync(folder, { recursive: true });
});

async function run(env: Io['env'], ...args: string[]) {
  let [out, err] = ['', ''];
  const io: Io = {
    stdout: { write: (text: string) => (out += text), on: () => {} },
    stderr: { write: (text: string) => (err += text), on: () => {} },
    ...{ env, now: Date.now, log: null },
  };
  const code = await runCli(args, io);
  assert.doesNotMatch(out + err, /sesame|AAHk3Zq/);
  return { code, out, err };
}

const both = (): Io['env'] => ({
  [URL_VARIABLE]: `${stub.url}/hook?key=sesame`,
  HOLDFAST_TELEGRAM_TOKEN: TOKEN,
  HOLDFAST_TELEGRAM_API: stub.url,
  HOLDFAST__NOTIFY__TELEGRAM__CHAT_IDS: '1,-2',
});

describe('notify test', () => {
  it('sends a test to each channel', async () => {
    const { code, out } = await run(both(), 'notify', 'test');
    assert.equal(code, EXIT.ok);
    assert.deepEqual(out.trim().split('\n'), [
      'webhook: took the test',
      'telegram-1: took the test',
      'telegram--2: took the test',
    ]);
    assert.equal(stub.types.filter(type => type === 'notify.test').length, 1);
  });

  it('exits 69 where one does not take it, and says why', async () => {
    stub.faults.push(503);
    const { code, out } = await run({ [URL_VARIABLE]: stub.url }, 'notify', 'test', '--json');
    assert.equal(code, EXIT.unreachable);
    assert.deepEqual(JSON.parse(out), {
      channels: [{ channel: 'webhook', why: 'it answered 503' }],
    });
    stub.faults.push(503, 503, 503);
    const told = (await run(both(), 'notify', 'test')).out.trim().split('\n');
    assert.equal(told.length, 3);
    for (const line of told)
      assert.match(
        line,
        /^(webhook: .* — check notify\.webhook\.url|telegram-+\d: .* — check notify\.telegram\.chat_ids) /,
      );
  });

  it('refuses where nobody is to be told, or a token is missing or none', async () => {
    const chats = { HOLDFAST__NOTIFY__TELEGRAM__CHAT_IDS: '1' };
    for (const [env, words] of [
      [{}, /nobody is to be told of anything — set notify\.webhook\.url/],
      [chats, /chat_ids is set, and HOLDFAST_TELEGRAM_TOKEN is not/],
      [{ ...chats, HOLDFAST_TELEGRAM_TOKEN: 'sesame' }, /is not the token of a Telegram bot/],
    ] as const) {
      const { code, err } = await run(env, 'notify', 'test');
      assert.equal(code, EXIT.config);
      assert.match(err, words);
    }
  });
});

describe('doctor', () => {
  const look = async (env: Io['env'], ...args: string[]): Promise<Checkup[]> => {
    const { out } = await run(env, 'doctor', '--json', '--dir', join(folder, 'models'), ...args);
    const { checkups } = JSON.parse(out) as { checkups: Checkup[] };
    return checkups.filter(({ check }) => check === 'notify');
  };

  it('says who is told, asks them only with --online, and sends nothing to anybody', async () => {
    assert.match((await look({}))[0]?.text ?? '', /nobody/);
    const before = stub.heard.length;
    assert.equal((await look(both())).length, 2);
    assert.equal(stub.heard.length, before);
    const online = await look(both(), '--online');
    assert.deepEqual(
      online.map(({ level }) => level),
      ['ok', 'ok'],
    );
    assert.match(online[1]?.text ?? '', /@my_bot, 2 chats/);
    assert.ok(stub.heard.slice(before).every(({ path }) => path.endsWith('/getMe')));
  });

  it('fails where nobody listens', async () => {
    const closed = await StubReceiver.open();
    const env = { [URL_VARIABLE]: closed.url };
    closed.close();
    const [found] = await look(env, '--online');
    assert.equal(found?.level, 'fail');
    assert.match(found?.text ?? '', /cannot be reached \(ECONNREFUSED\)/);
  });
});
