/**
 * A whole session on a real disk that gets full under it: an ext4 image of a few MB. The bot stops at
 * the first write that fails, says so in one line, and goes on as its twin once there is room.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { EXIT } from '../../src/base/fault.ts';
import { runBot, runWell } from './bot-process.ts';
import { digest, remembered } from './memory.ts';
import { assertRefusal, assertRefused } from './refusal.ts';
import { mount, succeeds } from './small-disk.ts';
import { QUICK_LEARNING, workFolder, writeConfig, writeTapes } from './work-folder.ts';

const DISK_BYTES = 16 * 1024 * 1024;
const MINUTES = 1500;
const folder = workFolder('full-disk');
const tapes = writeTapes(folder, { seed: 7, minutes: MINUTES });
const config = writeConfig(folder, { learning: QUICK_LEARNING });
const at = (...names: string[]): string => join(folder, ...names);
const options = (directory: string): string[] => [
  ...['--config', config, '--tape', ...tapes, '--dir', directory],
];
const trade = (directory: string): string[] => [
  ...['trade', '--no-web', '--speed', 'max', ...options(directory)],
];
const twin = digest.bind(null, at('twin'));

/** A disk of its own, or false where that is not allowed. */
function smallDisk(context: TestContext, name: string): boolean {
  const image = at(`${name}.ext4`);
  writeFileSync(image, '');
  truncateSync(image, DISK_BYTES);
  return succeeds('mkfs.ext4', '-q', '-F', image) && mount(context, '-o', 'loop', image, at(name));
}

/** Fills a disk but for so many bytes; returns the file to remove. */
function fill(place: string, leave: number): string {
  const { bavail, bsize } = statfsSync(place);
  const file = join(place, 'somebody-elses');
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - leave), 1));
  return file;
}

const NO_DISK = 'no mkfs.ext4 and loop device here, or no right to mount one';
const full = (where: string) => ({
  code: EXIT.disk,
  names: new RegExp(`${where}.*disk full \\(ENOSPC\\) — free some space on that disk, then start`),
});

/** The progress of a backtest aside, one line. */
async function stopsFull(args: readonly string[], name: string): Promise<void> {
  const ending = await runBot(args);
  const stderr = ending.stderr.replace(/^backtest .*\n/gm, '');
  assertRefusal({ ...ending, stderr }, full(name));
}

before(async () => {
  await runWell(trade(at('twin')));
});

describe('a disk that gets full', () => {
  for (const [command, room] of [
    ['trade', 1_000_000],
    ['trade', 400_000],
    ['trade', 40_000],
    ['backtest', 700_000],
  ] as const)
    it(`under ${command}, after ${room} bytes, costs nothing that was told`, async context => {
      const name = `${command}-${room}`;
      if (!smallDisk(context, name)) return context.skip(NO_DISK);
      const directory = at(name, 'models');
      const args = command === 'trade' ? trade(directory) : ['backtest', ...options(directory)];
      const others = fill(at(name), room);
      await stopsFull(args, name);
      const { seq } = remembered(directory);
      await stopsFull(args, name);
      assert.equal(remembered(directory).seq, seq, 'no more, no less than before');
      const verified = await runWell(['state', 'verify', '--dir', directory]);
      assert.match(verified.stdout, /^(clean at step \d+|\S+: nothing yet)$/m);
      rmSync(others);
      await runWell(args);
      assert.deepEqual(digest(directory), twin());
      const verifiedAgain = await runWell(['state', 'verify', '--dir', directory]);
      assert.match(verifiedAgain.stdout, /^clean at step/m);
    });

  it('leaves a note of why it stopped, in the place of the ballast', async context => {
    if (!smallDisk(context, 'noted')) return context.skip(NO_DISK);
    const directory = at('noted', 'models');
    await runWell([...trade(directory), '--until', '100']);
    fill(at('noted'), 100_000);
    await assertRefused(trade(directory), full('noted'));
    const { stdout } = await runWell(['state', 'history', '--dir', directory]);
    const line = /^ *(\d+) .* failed +cannot write \S+ disk full \(ENOSPC\)$/m.exec(stdout);
    assert(line !== null, stdout);
    assert(Number(line[1]) >= remembered(directory).seq, 'at the step it came to');
  });

  it('with the journal’s second copy on it stops the bot as well', async context => {
    if (!smallDisk(context, 'mirror')) return context.skip(NO_DISK);
    const journalMirror = at('mirror', 'kept');
    mkdirSync(journalMirror);
    const own = writeConfig(
      folder,
      { journal_mirror: journalMirror, learning: QUICK_LEARNING },
      'mirror.json',
    );
    const args = trade(at('mirrored')).map(word => (word === config ? own : word));
    const others = fill(at('mirror'), 300_000);
    await assertRefused(args, full('mirror/kept'));
    await assertRefused(args, full('mirror/kept'));
    rmSync(others);
    await runWell(args);
    const verified = await runWell(['state', 'verify', '--dir', at('mirrored')]);
    assert.match(verified.stdout, /^clean at step/m);
  });
});
