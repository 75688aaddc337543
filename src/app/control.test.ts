import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { EXIT, Fault } from '../base/fault.ts';
import { type Answer, askRunningBot, serveControl } from './control.ts';
import type { Commands } from './control-command.ts';
import { controlPath } from './control-path.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-control-'));
after(() => rmSync(folder, { recursive: true }));

const notAsked = async () => assert.fail('not asked for');
const commandsWith = (some: Partial<Commands>): Commands => ({
  checkpoint: notAsked,
  'scrub-status': notAsked,
  scrub: notAsked,
  'kill-switch': notAsked,
  pause: notAsked,
  resume: notAsked,
  flatten: notAsked,
  'release-breaker': notAsked,
  rollback: notAsked,
  ...some,
});
const SAVED = { seq: 1, files: [], bytes: 0, ms: 0 };
const TOLD = { changed: true, seq: 7, marketTime: null, holds: [], positions: [] };
const askForCheckpoint = (directory: string) =>
  askRunningBot(directory, { command: 'checkpoint', given: {} });

async function serve(
  context: TestContext,
  directory: string,
  commands: Partial<Commands>,
): Promise<Server> {
  const server = await serveControl(directory, commandsWith(commands));
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
    let seq = 0;
    const checkpoint = async () => {
      seq += 1;
      return { ...SAVED, seq };
    };
    await serve(context, folder, { checkpoint });
    assert.deepEqual(await askForCheckpoint(folder), { ok: true, value: SAVED });
    const both = await Promise.all([1, 2].map(() => askForCheckpoint(folder)));
    assert.deepEqual(
      both.map(answer => answer?.ok),
      [true, true],
    );
    assert.equal(seq, 3);
  });

  it('hands its arguments over', async context => {
    const seen: unknown[] = [];
    const record = async (given: object) => {
      seen.push(given);
      return TOLD;
    };
    await serve(context, folder, { 'kill-switch': record, 'release-breaker': record });
    await askRunningBot(folder, { command: 'kill-switch', given: { on: true } });
    const answer = await askRunningBot(folder, {
      command: 'release-breaker',
      given: { breaker: 'daily_loss' },
    });
    assert.deepEqual(answer, { ok: true, value: TOLD });
    assert.deepEqual(seen, [{ on: true }, { breaker: 'daily_loss' }]);
  });

  it('answers with the reason when the command fails, and goes on', async context => {
    const checkpoint = async () => {
      throw new Error('planted');
    };
    await serve(context, folder, { checkpoint });
    for (let time = 0; time < 2; time += 1)
      assert.deepEqual(await askForCheckpoint(folder), { ok: false, error: 'planted' });
  });

  it('answers a fault with its remedy and its exit code', async context => {
    const checkpoint = async () => {
      throw new Fault(EXIT.disk, 'the disk is full', 'free some space');
    };
    await serve(context, folder, { checkpoint });
    assert.deepEqual(await askForCheckpoint(folder), {
      ok: false,
      error: 'the disk is full',
      exitCode: EXIT.disk,
      remedy: 'free some space',
    });
  });

  it('answers what it does not know or understand with an error, and calls nothing', async context => {
    await serve(context, folder, {});
    for (const text of [
      '{"command":"chekpoint"}\n',
      '{"command":"toString"}\n',
      '{"command":"__proto__"}\n',
      '{"command":["checkpoint"]}\n',
      '{"order":"checkpoint"}\n',
      'null\n',
      '[]\n',
      'checkpoint\n',
      '\n',
    ])
      assert.deepEqual(await send(folder, text), unknown, text);
    assert.deepEqual(await send(folder, 'x'.repeat(10_000)), { ok: false, error: 'too long' });
  });

  it('answers arguments of the wrong shape with an error that names them, and calls nothing', async context => {
    await serve(context, folder, {});
    for (const [text, names] of [
      [
        '{"command":"flatten","arguments":{"symbol":"BTC"}}',
        /wrong arguments for flatten: .*symbol/,
      ],
      ['{"command":"kill-switch"}', /wrong arguments for kill-switch: .*on/],
      ['{"command":"kill-switch","on":true}', /wrong arguments for kill-switch: .*on/],
      ['{"command":"kill-switch","arguments":{"on":"on"}}', /wrong arguments for kill-switch/],
      ['{"command":"kill-switch","arguments":{"on":1}}', /wrong arguments for kill-switch/],
      ['{"command":"kill-switch","arguments":{"on":true,"at":5}}', /wrong arguments .*"at"/],
      ['{"command":"kill-switch","arguments":null}', /wrong arguments/],
      ['{"command":"kill-switch","arguments":[true]}', /wrong arguments/],
      ['{"command":"kill-switch","arguments":{"__proto__":{"on":true}}}', /wrong arguments/],
      ['{"command":"release-breaker","arguments":{"breaker":"luck"}}', /"max_drawdown"/],
      ['{"command":"checkpoint","arguments":{"now":true}}', /wrong arguments for checkpoint/],
    ] as const) {
      const answer = await send(folder, `${text}\n`);
      assert.ok(answer?.ok === false, text);
      assert.match(answer.error, names);
      assert.doesNotMatch(answer.error, /\n/);
    }
  });

  it('is not stopped by a client that leaves without a word', async context => {
    await serve(context, folder, { checkpoint: async () => SAVED });
    await new Promise<void>(resolve => {
      const socket = createConnection(controlPath(folder), () => socket.destroy());
      socket.on('close', () => resolve());
    });
    assert.deepEqual(await askForCheckpoint(folder), { ok: true, value: SAVED });
  });

  it('takes the place of one that a killed bot left, and nobody answers after its end', async () => {
    const directory = join(folder, 'killed');
    mkdirSync(directory);
    writeFileSync(controlPath(directory), '');
    assert.equal(await askForCheckpoint(directory), null);
    const server = await serveControl(directory, commandsWith({ checkpoint: async () => SAVED }));
    assert.deepEqual(await askForCheckpoint(directory), { ok: true, value: SAVED });
    await new Promise(resolve => server.close(resolve));
    assert.equal(existsSync(controlPath(directory)), false);
    assert.equal(await askForCheckpoint(directory), null);
  });

  for (const [what, reply] of [
    ['hangs up', null],
    ['talks of something else', 'hello\n'],
    ['answers with no answer', '{"ok":"yes"}\n'],
  ] as const)
    it(`takes one that ${what} for nobody`, async context => {
      const server = createServer(socket => {
        socket.once('data', () => socket.end(reply ?? ''));
      });
      const directory = mkdtempSync(join(folder, 'stranger-'));
      await new Promise<void>(resolve => server.listen(controlPath(directory), resolve));
      context.after(() => server.close());
      assert.equal(await askForCheckpoint(directory), null);
    });

  it('gives one up that listens and never answers, in a line that says what to do', async context => {
    const server = createServer(() => {});
    const directory = mkdtempSync(join(folder, 'silent-'));
    await new Promise<void>(resolve => server.listen(controlPath(directory), resolve));
    context.after(() => server.close());
    const given = { on: true };
    const asked = askRunningBot(directory, { command: 'kill-switch', given, patienceMs: 20 });
    await assert.rejects(asked, { exitCode: EXIT.inUse, message: /has not answered for 0.02 s/ });
  });

  const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
  const apart = dirname(controlPath(deep));

  it('lies in the directory, or, where a path of a socket may not be as long, in a folder of its own', async context => {
    assert.equal(controlPath(folder), join(folder, 'control.sock'));
    const path = controlPath(deep);
    assert.match(path, /holdfast-[0-9a-f]{16}\/control\.sock$/);
    assert.ok(Buffer.byteLength(path) < 104);
    assert.notEqual(path, controlPath(`${deep}f`));
    mkdirSync(deep, { recursive: true });
    const server = await serve(context, deep, { checkpoint: async () => SAVED });
    assert.equal(statSync(apart).mode & 0o777, 0o700, 'nobody else may enter');
    assert.deepEqual(await askForCheckpoint(deep), { ok: true, value: SAVED });
    await new Promise(resolve => server.close(resolve));
    assert.equal(existsSync(apart), false);
  });

  it('is neither served nor asked in a folder there that others may enter', async context => {
    mkdirSync(apart);
    context.after(() => rmSync(apart, { recursive: true }));
    chmodSync(apart, 0o755);
    await assert.rejects(serve(context, deep, {}), /open to others: remove it/);
    const stranger = createServer(socket => socket.end('{"ok":true,"value":{}}\n'));
    context.after(() => stranger.close());
    await new Promise<void>(resolve => stranger.listen(controlPath(deep), resolve));
    assert.equal(await askForCheckpoint(deep), null);
  });
});
