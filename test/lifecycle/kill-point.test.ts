/**
 * A bot killed at a chosen change of its disk: in its recovery, in its last checkpoint, as the real
 * process on a real disk. The simulated disk (test/state/kill.test.ts) walks all of them.
 */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Bot, type Ending, MAIN, runWell, startBot } from './bot-process.ts';
import { digest, remembered, stepOf } from './memory.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTapes } from './work-folder.ts';

const PRELOAD = fileURLToPath(new URL('./kill-point.ts', import.meta.url));
const MINUTES = 700;
const folder = workFolder('kill-point');
const tapes = writeTapes(folder, { seed: 7, minutes: MINUTES });
const config = writeConfig(folder, { learning: QUICK_LEARNING });
const at = (name: string): string => join(folder, name);
const trade = (name: string, ...more: string[]): string[] => [
  ...['trade', '--no-web', '--speed', 'max', '--config', config, '--tape', ...tapes],
  ...['--dir', at(name), ...more],
];

/** Runs it up to that change of its disk. */
const killedAt = (change: number, args: readonly string[]): Promise<Ending> =>
  new Bot([process.execPath, '--import', PRELOAD, MAIN, ...args], {
    HOLDFAST_KILL_AT: String(change),
  }).end();

async function changesOf(args: readonly string[]): Promise<number> {
  const { code, stderr } = await killedAt(Number.MAX_SAFE_INTEGER, args);
  assert.equal(code, 0, stderr);
  return Number(/^changes: (\d+)$/m.exec(stderr)?.[1]);
}

let until = '';
/** Of a start on `killed` that trades a little: recovery, some steps, the last checkpoint. */
let changes = 0;

before(async () => {
  await runWell(trade('twin'));
  const bot = startBot(trade('killed'));
  await bot.until('half of the journal', () => stepOf(at('killed')) > MINUTES);
  bot.send('SIGKILL');
  await bot.end();
  until = String(remembered(at('killed')).states.run.candles + 20);
  cpSync(at('killed'), at('counted'), { recursive: true });
  changes = await changesOf(trade('counted', '--until', until));
  assert.ok(changes > 60, `${changes} changes`);
});

async function comesBack(name: string): Promise<void> {
  const { seq } = remembered(at('killed'));
  assert.ok(remembered(at(name)).seq >= seq);
  const verified = await runWell(['state', 'verify', '--dir', at(name)]);
  assert.match(verified.stdout, /^clean at step/m);
  const { stderr } = await runWell(trade(name));
  assert.equal(stderr, '', 'a kill is no damage: nothing to warn of');
  assert.deepEqual(digest(at(name)), digest(at('twin')));
}

describe('a SIGKILL at a change of the disk', () => {
  // From the end, where there is a minus.
  for (const place of [4, 25, 50, -50, -38, -26, -14, -2])
    it(`of its ${place < 0 ? 'last checkpoint' : 'recovery'} loses nothing (${place})`, async () => {
      const name = `at${place}`;
      cpSync(at('killed'), at(name), { recursive: true });
      const change = place < 0 ? changes + place : place;
      const { signal, stderr } = await killedAt(change, trade(name, '--until', until));
      assert.equal(signal, 'SIGKILL', stderr);
      await comesBack(name);
    });

  it('in one recovery after the other loses nothing', async () => {
    cpSync(at('killed'), at('again'), { recursive: true });
    for (let change = 3; change < 80; change += 19)
      await killedAt(change, trade('again', '--until', until));
    await comesBack('again');
  });

  it('in the first start-up, at any point, leaves a directory that starts', async () => {
    const first = ['--until', '200'];
    for (const change of [1, 5, 13, 34, 55]) {
      const { signal } = await killedAt(change, trade(`first-${change}`, ...first));
      assert.equal(signal, 'SIGKILL');
      const { stderr } = await runWell(trade(`first-${change}`, ...first));
      assert.equal(stderr, '', `killed at ${change}`);
    }
    assert.deepEqual(digest(at('first-55')).hashes, digest(at('first-1')).hashes);
  });
});
