/**
 * A real bot whose webhook does not answer is killed, started again, and everything that happened
 * arrives: each event once, in order; and nothing that it leaves behind holds a secret.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Bot, startBot } from '../lifecycle/bot-process.ts';
import { leaksInFolder, leaksInText } from '../lifecycle/leak.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { StubReceiver } from './stub-receiver.ts';

const SECRET = 'b7f3a9d2c1e84f6095aa31';
const HIDDEN = 'Zk81mQxv72LpW04TyXc2d94R';
const folder = workFolder('notify');
const dir = join(folder, 'models');
let receiver: StubReceiver;
let printed = '';

const start = (): Bot =>
  startBot(['trade', '--dir', dir, '--speed', '5', '--no-web'], {
    HOLDFAST__NOTIFY__WEBHOOK__URL: `${receiver.url}/hook/${HIDDEN}?key=${HIDDEN}`,
    HOLDFAST_WEBHOOK_SECRET: SECRET,
  });

const tell = async (word: string): Promise<void> => {
  const { code, stderr } = await startBot([word, '--dir', dir]).end();
  assert.equal(code, 0, stderr);
};

async function ended(bot: Bot): Promise<void> {
  const { stdout, stderr } = await bot.end();
  printed += stdout + stderr;
}

const has = (type: string): boolean => receiver.types.includes(type);

before(async () => {
  receiver = await StubReceiver.open();
});
after(() => receiver.close());

describe('a webhook', () => {
  it('hears first that the bot has started, and nothing of a past', async () => {
    const bot = start();
    await bot.until('the start', () => has('bot.started'));
    await tell('pause');
    await bot.until('the pause', () => has('trading.paused'));
    receiver.always = 500;
    await tell('resume');
    await bot.until('an attempt', () => receiver.heard.length > receiver.taken.length);
    await tell('pause');
    bot.send('SIGKILL');
    await ended(bot);
    assert.deepEqual(receiver.types, ['bot.started', 'trading.paused']);
    const notes = readFileSync(join(dir, 'notes.jsonl'), 'utf8');
    assert.equal(notes.match(/"what":"started"/g)?.length, 1, 'one for reports and for receivers');
  });

  it('hears after a kill of all that it had not taken, once and in order', async () => {
    receiver.always = null;
    receiver.faults.push('cut', 503, [429, 0]);
    const bot = start();
    await bot.until('the second start', () => receiver.types.length >= 5);
    bot.send('SIGINT');
    await ended(bot);
    assert.deepEqual(receiver.types, [
      ...['bot.started', 'trading.paused', 'trading.resumed', 'trading.paused'],
      ...['bot.started', 'bot.stopped'],
    ]);
    assert.equal(new Set(receiver.ids).size, receiver.ids.length);
  });

  it('can check who sent it, and knows a repeat by its key', () => {
    for (const { headers, text, body } of receiver.heard) {
      const signature = String(headers['x-holdfast-signature']);
      const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
      const own = createHmac('sha256', SECRET).update(`${seconds}.${text}`).digest('hex');
      assert.equal(digest, own);
      assert.equal(headers['idempotency-key'], body['id']);
      assert.equal(body['version'], 1);
    }
  });

  it('goes on from now where its cursor is damaged, and says so', async () => {
    const file = join(dir, 'notify', 'webhook.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"seq": ', '"seq": 1'));
    const before = receiver.types.length;
    const bot = start();
    await bot.until('the start', () => receiver.types.length > before);
    bot.send('SIGINT');
    await ended(bot);
    assert.deepEqual(receiver.types.slice(before), ['bot.started', 'bot.stopped']);
    assert.match(printed, /notify\/webhook\.json .*set aside as quarantine\/\d+-webhook\.json/);
    assert.ok(readdirSync(join(dir, 'quarantine')).some(name => name.endsWith('webhook.json')));
  });

  it('warns once where its cursor cannot be kept, and comes back when it can', async () => {
    const own = join(folder, 'barred');
    mkdirSync(own);
    writeFileSync(join(own, 'notify'), 'a file in the way');
    writeFileSync(join(own, 'lock'), '');
    const bot = startBot(['trade', '--dir', own, '--speed', '5', '--no-web'], {
      HOLDFAST__NOTIFY__WEBHOOK__URL: receiver.url,
    });
    const warning = /webhook: nothing is told for now \(.*notify.*\): trying again/g;
    await bot.until('the warning', () => bot.stderr.search(warning) >= 0);
    const before = receiver.types.length;
    rmSync(join(own, 'notify'));
    await bot.until('the start', () => receiver.types.length > before);
    bot.send('SIGINT');
    const { code, stderr } = await bot.end();
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(warning)?.length, 1);
    assert.deepEqual(receiver.types.slice(before), ['bot.started', 'bot.stopped']);
    receiver.taken.splice(before);
  });

  it('begins from now in a directory that was restored, and tells no past again', async () => {
    const backups = join(folder, 'backups');
    assert.equal(
      (await startBot(['state', 'backup', '--dir', dir, '--to', backups]).end()).code,
      0,
    );
    const restore = ['state', 'restore', '--from', backups, '--dir', dir, '--yes'];
    const { code, stderr } = await startBot(restore).end();
    assert.equal(code, 0, stderr);
    const before = receiver.types.length;
    const bot = start();
    await bot.until('the start', () => receiver.types.length > before);
    bot.send('SIGINT');
    await ended(bot);
    assert.deepEqual(receiver.types.slice(before), ['bot.started', 'bot.stopped']);
    assert.equal(new Set(receiver.ids).size, receiver.ids.length);
  });

  it('is told nowhere by more than its name', () => {
    const secrets = { SECRET, HIDDEN };
    assert.deepEqual(leaksInFolder(folder, secrets), []);
    assert.deepEqual(leaksInText('printed', printed, secrets), []);
    assert.match(printed, /webhook: trading\.resumed is not delivered yet \(it answered 500\)/);
  });
});
