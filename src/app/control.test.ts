import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { type Answer, askRunningBot, type Commands, controlPath, serveControl } from './control.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-control-'));
after(() => rmSync(folder, { recursive: true }));

async function serve(context: TestContext, directory: string, commands: Commands): Promise<Server> {
  const server = await serveControl(directory, commands);
  context.after(() => server.close());
  return server;
}

/** What comes back for these bytes; null: the connection was closed without an answer. */
function send(directory: string, text: string): Promise<Answer | null> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(controlPath(directory));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer === '' ? null : (JSON.parse(answer) as Answer)));
    socket.on('error', reject);
    socket.write(text);
  });
}

const unknown = { ok: false, error: 'unknown command' };

describe('the control socket', () => {
  it('answers a command with what it gave, also several at a time', async context => {
    let count = 0;
    const checkpoint = async () => {
      count += 1;
      return { seq: count };
    };
    await serve(context, folder, { checkpoint });
    assert.deepEqual(await askRunningBot(folder, 'checkpoint'), { ok: true, value: { seq: 1 } });
    const both = await Promise.all([1, 2].map(() => askRunningBot(folder, 'checkpoint')));
    assert.deepEqual(
      both.map(answer => answer?.ok),
      [true, true],
    );
    assert.equal(count, 3);
  });

  it('answers with the reason when the command fails, and goes on', async context => {
    const checkpoint = async () => {
      throw new Error('disk full');
    };
    await serve(context, folder, { checkpoint });
    for (let time = 0; time < 2; time += 1)
      assert.deepEqual(await askRunningBot(folder, 'checkpoint'), {
        ok: false,
        error: 'disk full',
      });
  });

  it('answers what it does not know or understand with an error, and calls nothing', async context => {
    const checkpoint = async () => assert.fail('not asked for');
    await serve(context, folder, { checkpoint });
    for (const text of [
      '{"command":"chekpoint"}\n',
      '{"command":"toString"}\n',
      '{"command":"__proto__"}\n',
      '{"command":["checkpoint"]}\n',
      '{"order":"checkpoint"}\n',
      'null\n',
      'checkpoint\n',
      '\n',
    ])
      assert.deepEqual(await send(folder, text), unknown, text);
    assert.deepEqual(await send(folder, 'x'.repeat(10_000)), { ok: false, error: 'too long' });
  });

  it('is not stopped by a client that leaves without a word', async context => {
    await serve(context, folder, { checkpoint: async () => 'done' });
    await new Promise<void>(resolve => {
      const socket = createConnection(controlPath(folder), () => socket.destroy());
      socket.on('close', () => resolve());
    });
    assert.deepEqual(await askRunningBot(folder, 'checkpoint'), { ok: true, value: 'done' });
  });

  it('takes the place of one that a killed bot left, and nobody answers after its end', async () => {
    const directory = join(folder, 'killed');
    mkdirSync(directory);
    writeFileSync(controlPath(directory), '');
    assert.equal(await askRunningBot(directory, 'checkpoint'), null);
    const server = await serveControl(directory, { checkpoint: async () => 1 });
    assert.deepEqual(await askRunningBot(directory, 'checkpoint'), { ok: true, value: 1 });
    await new Promise(resolve => server.close(resolve));
    assert.equal(existsSync(controlPath(directory)), false);
    assert.equal(await askRunningBot(directory, 'checkpoint'), null);
  });

  it('lies in the directory, or, where a path of a socket may not be as long, beside it', async context => {
    assert.equal(controlPath(folder), join(folder, 'control.sock'));
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    const path = controlPath(deep);
    assert.match(path, /holdfast-[0-9a-f]{16}\.sock$/);
    assert.ok(Buffer.byteLength(path) < 104);
    assert.notEqual(path, controlPath(`${deep}f`));
    mkdirSync(deep, { recursive: true });
    await serve(context, deep, { checkpoint: async () => 'deep' });
    assert.deepEqual(await askRunningBot(deep, 'checkpoint'), { ok: true, value: 'deep' });
  });
});
