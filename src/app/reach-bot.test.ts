import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { EXIT, Fault } from '../base/fault.ts';
import type { AnswerOf } from './control-command.ts';
import { controlPath } from './control-path.ts';
import { type Reached, type Request, reachBot } from './reach-bot.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-reach-'));
after(() => rmSync(folder, { recursive: true }));

const TOLD: AnswerOf<'kill-switch'> = {
  changed: true,
  seq: 7,
  marketTime: null,
  holds: [],
  positions: [],
};
const IN_USE = new Fault(EXIT.inUse, 'models is in use', 'stop it');
const notHere = () => assert.fail('a running bot does it');

/** A bot that answers every request with this line. */
async function running(context: TestContext, line: string): Promise<string> {
  const directory = mkdtempSync(join(folder, 'bot-'));
  const server = createServer(socket => {
    socket.once('data', () => socket.end(`${line}\n`));
  });
  await new Promise<void>(resolve => server.listen(controlPath(directory), resolve));
  context.after(() => server.close());
  return directory;
}

const reach = (
  directory: string,
  more: Partial<Request<'kill-switch'>> = {},
): Promise<Reached<'kill-switch'>> =>
  reachBot({
    ...{ directory, command: 'kill-switch', given: { on: true }, atRest: notHere, heldMsMax: 0 },
    ...more,
  });

describe('reaching a directory', () => {
  it('goes through the bot that runs on it', async context => {
    const directory = await running(context, JSON.stringify({ ok: true, value: TOLD }));
    assert.deepEqual(await reach(directory), { value: TOLD, byRunningBot: true });
  });

  it('does it here where no bot runs', async () => {
    const directory = mkdtempSync(join(folder, 'rest-'));
    const reached = await reach(directory, { atRest: () => TOLD });
    assert.deepEqual(reached, { value: TOLD, byRunningBot: false });
  });

  it('waits for a bot that is starting or stopping', async () => {
    const directory = mkdtempSync(join(folder, 'busy-'));
    let tries = 0;
    const atRest = () => {
      tries += 1;
      if (tries < 3) throw IN_USE;
      return TOLD;
    };
    assert.equal((await reach(directory, { atRest, heldMsMax: 60_000 })).byRunningBot, false);
    assert.equal(tries, 3);
  });

  it('says so when the directory is held and nobody answers', async () => {
    const atRest = () => {
      throw IN_USE;
    };
    await assert.rejects(reach(mkdtempSync(join(folder, 'held-')), { atRest }), {
      exitCode: EXIT.inUse,
      message: 'models is in use, and it takes no commands',
      remedy: /backtest or an embedded bot/,
    });
  });

  it('lets any other fault of opening through', async () => {
    const atRest = () => {
      throw new Fault(EXIT.corrupt, 'damaged', 'restore a backup');
    };
    await assert.rejects(reach(mkdtempSync(join(folder, 'bad-')), { atRest }), {
      exitCode: EXIT.corrupt,
    });
  });

  it('tells what the running bot refuses with its exit code, and a bug as a failed check', async context => {
    const full = { ok: false, error: 'disk full', exitCode: 74, remedy: 'free some space' };
    await assert.rejects(reach(await running(context, JSON.stringify(full))), {
      exitCode: EXIT.disk,
      message: 'the running bot says: disk full',
      remedy: 'free some space',
    });
    for (const exitCode of [undefined, 7, '74', null]) {
      const odd = JSON.stringify({ ok: false, error: 'planted', exitCode });
      await assert.rejects(reach(await running(context, odd)), { exitCode: EXIT.checkFailed });
    }
  });

  it('tells a bot of an earlier release from one that refuses', async context => {
    const old = JSON.stringify({ ok: false, error: 'unknown command' });
    await assert.rejects(reach(await running(context, old)), {
      exitCode: EXIT.inUse,
      message: /of another release and does not know kill-switch/,
      remedy: /stop it and ask again/,
    });
  });
});
