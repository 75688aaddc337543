/**
 * An import of the Python bot's directory killed at points of its disk, and a bot that trades on with
 * it killed at others: either nothing was imported, or all of it; and the end is the twin's.
 */
import assert from 'node:assert/strict';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Bot, type Ending, MAIN, ROOT, runBot, runWell } from './bot-process.ts';
import { digest, remembered } from './memory.ts';
import { workFolder } from './work-folder.ts';

const PRELOAD = fileURLToPath(new URL('./kill-point.ts', import.meta.url));
const OLD = join(ROOT, 'test/fixtures/python-bot/plain');
const CANDLES = 60;

const folder = workFolder('import-kill');
const at = (name: string): string => join(folder, name);
const importing = (name: string): string[] => [
  ...['state', 'import', '--from', OLD, '--dir', at(name), '--yes'],
];
const trading = (name: string): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--until', String(CANDLES), '--dir', at(name)],
];

/** The line of the import, in either copy of the journal. */
const LINE = 'writeSync .*journal.*"type":"memory.replaced"';

/** SIGKILL at this change of its disk, of those that the pattern is found in. */
async function killedAt(count: number, args: readonly string[], where = ''): Promise<Ending> {
  const bot = new Bot([process.execPath, '--import', PRELOAD, MAIN, ...args], {
    HOLDFAST_KILL_AT: String(count),
    HOLDFAST_KILL_WHERE: where,
  });
  return bot.end();
}

before(async () => {
  await runWell(importing('new'));
  cpSync(at('new'), at('twin'), { recursive: true });
  await runWell(trading('twin'));
});

const KILLS: readonly (readonly [count: number, where?: string])[] = [
  ...([[9], [90], [150], [200]] as const),
  [1, LINE],
  [2, LINE],
];

describe('an import', () => {
  it('that is killed has happened or has not, and ends as its twin', async () => {
    const outcomes = new Set<string>();
    for (const [count, where] of KILLS) {
      const name = `killed-${count}-${where === undefined ? 'any' : 'line'}`;
      const { signal } = await killedAt(count, importing(name), where);
      assert.equal(signal, 'SIGKILL');
      const seq = existsSync(at(name)) ? remembered(at(name)).seq : 0;
      outcomes.add(seq === 0 ? 'nothing' : 'all');
      const again = await runBot(importing(name));
      assert.equal(again.code, seq === 0 ? 0 : 64, again.stderr);
      await runWell(trading(name));
      assert.deepEqual(digest(at(name)).hashes, digest(at('twin')).hashes, name);
    }
    assert.deepEqual([...outcomes].toSorted(), ['all', 'nothing']);
  });

  it('is not undone by a kill of the bot that trades on with it', async () => {
    for (const count of [40, 160, 300]) {
      const name = `traded-${count}`;
      cpSync(at('new'), at(name), { recursive: true });
      const { signal } = await killedAt(count, trading(name));
      assert.equal(signal, 'SIGKILL');
      await runWell(trading(name));
      assert.deepEqual(digest(at(name)).hashes, digest(at('twin')).hashes, name);
    }
  });
});
