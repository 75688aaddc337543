/**
 * The past that a directory sets aside: killed at any operation, no step of it is missing afterwards.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../../src/base/rng.ts';
import type { Disk } from '../../src/state/disk.ts';
import { inspectStates, reachOf } from '../../src/state/inspect.ts';
import type { Disks } from '../../src/state/journal.ts';
import { wholeJournal } from '../../src/state/past.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from './small-bot.ts';

/** Reading one folder of a disk as a disk of its own. */
function below(disk: SimulatedDisk, root: string): Disk {
  const folder = root.slice(disk.root.length + 1);
  const inside = (path: string): string => (path === '' ? folder : `${folder}/${path}`);
  const refuse = (): never => assert.fail('it is only read');
  return {
    root,
    list: path => disk.list(inside(path)),
    files: path => disk.files(inside(path)),
    read: path => disk.read(inside(path)),
    stat: path => disk.stat(inside(path)),
    ...{ create: refuse, append: refuse, rename: refuse, link: refuse, remove: refuse },
    ...{ removeFolder: refuse, makeFolder: refuse, syncFolder: refuse, syncFile: refuse },
  };
}

const disksOf = (disk: SimulatedDisk): Disks => ({
  ...{ a: disk, b: disk },
  at: root => (root === disk.root ? disk : below(disk, root)),
});

/** Two lives, with checkpoints enough for most of the first to be dropped. */
function live(machine = new Machine()): SimulatedDisk {
  const disk = new SimulatedDisk(machine);
  const disks = { a: disk, b: disk };
  try {
    for (const rounds of [3, 2]) {
      const store = openOn(disks, { keepHistory: true });
      for (let round = 0; round < rounds; round += 1) {
        runSteps(store, 5);
        store.checkpoint('test');
      }
      store.close();
    }
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  return disk;
}

/** Goes on, and looks at all that ever was. */
function isWhole(disk: SimulatedDisk, what: string): void {
  const store = openOn({ a: disk, b: disk }, { keepHistory: true });
  runSteps(store, 1);
  store.checkpoint('after');
  store.close();
  const disks = disksOf(disk);
  const seqs = [...wholeJournal(disks).steps()].map(({ seq }) => seq);
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 1),
    what,
  );
  assert.deepEqual(reachOf(disks), { first: 0, last: seqs.length }, what);
  assert.equal(verifyDirectory(disks, COMPONENTS).damaged, false, what);
}

describe('a past that is set aside', () => {
  const whole = new Machine();
  live(whole);

  it('gives every step back, as its memory was', () => {
    const disk = live();
    assert.ok(disk.list('history/journal').length > 2);
    for (let at = 0; at <= 25; at += 1) {
      const { states, lost } = inspectStates(disksOf(disk), COMPONENTS, { at });
      assert.equal(hashOf(states), expectedAt(at), `step ${at}`);
      assert.equal(lost.size, 0);
    }
    assert.throws(() => inspectStates(disksOf(disk), COMPONENTS, { at: 26 }), /is not kept/);
  });

  it('has no hole, whatever operation the bot is killed at, or the power cut at', () => {
    const rng = new Rng(seedRng(7));
    // Each third one, killed and cut by turns: the others take minutes.
    for (let killAt = 1; killAt <= whole.operations; killAt += 3) {
      const what = `at ${killAt} of ${whole.operations}`;
      const disk = live(Object.assign(new Machine(), { killAt }));
      if (killAt % 2 === 0) isWhole(disk.kill(), `killed ${what}`);
      else isWhole(disk.crash(rng), `power cut ${what}`);
    }
  });

  it('needs the directory itself for nothing that was dropped: a blob that is gone there is here', () => {
    const disk = live();
    const gone = disk.list('history/blobs').length;
    assert.ok(gone > 0);
    const kept = disk.list('blobs');
    for (const name of disk.list('history/blobs')) assert.ok(!kept.includes(name), name);
  });
});
