/**
 * The past that a directory sets aside: killed at any operation, no step of it is missing afterwards.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { inspectStates, reachOf } from '../../src/state/inspect.ts';
import type { Disks } from '../../src/state/journal.ts';
import { wholeJournal } from '../../src/state/past.ts';
import { stateHash } from '../../src/state/state-hash.ts';
import type { Store } from '../../src/state/store.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { alone, damageIn, flip, mirrored, scrub, simulated } from './rotten.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from './small-bot.ts';

const disksOf = (disk: SimulatedDisk): Disks => ({ a: disk, b: disk });

const pathsIn = (disk: SimulatedDisk, folder: string): string[] =>
  disk.list(folder).flatMap(name => {
    const path = `${folder}/${name}`;
    return disk.stat(path)?.directory === true ? pathsIn(disk, path) : [path];
  });

const rounds = (store: Store, count: number): void => {
  for (let round = 0; round < count; round += 1) {
    runSteps(store, 5);
    store.checkpoint('test');
  }
};

/** Two lives, with checkpoints enough for most of the first to be dropped. */
function live(machine = new Machine()): SimulatedDisk {
  const disk = new SimulatedDisk(machine);
  const disks = { a: disk, b: disk };
  try {
    for (const count of [3, 2]) {
      const store = openOn(disks, { keepHistory: true });
      rounds(store, count);
      store.close();
    }
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  return disk;
}

/** Goes on, and looks at all that ever was. */
function isWhole(disk: SimulatedDisk, what: string): void {
  const found = damageIn(disksOf(disk)).filter(({ file }) => file.startsWith('history'));
  assert.deepEqual(found, [], what);
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

  it('has the memory of a reset at the very step of a checkpoint that was set aside', () => {
    const disks = disksOf(new SimulatedDisk());
    let store = openOn(disks);
    rounds(store, 3);
    store.close();
    // Switched on: step 15 is set aside as it is.
    openOn(disks, { keepHistory: true }).close();
    store = openOn(disks, { reset: ['curve'] });
    const curves: string[] = [];
    for (let step = 15; step < 40; step += 1) {
      curves.push(stateHash(store.states['curve']));
      runSteps(store, 1);
      if (step % 5 === 4) store.checkpoint('test');
    }
    store.close();
    curves.forEach((hash, index) => {
      const { states, lost } = inspectStates(disks, COMPONENTS, { at: 15 + index });
      assert.equal(stateHash(states['curve']), hash, `step ${15 + index}`);
      assert.equal(lost.size, 0);
    });
  });

  it('is reached again from where it was switched on again', () => {
    const disks = disksOf(new SimulatedDisk());
    for (const [keepHistory, count] of [
      [true, 5],
      [false, 5],
      [true, 9],
    ] as const) {
      const store = openOn(disks, { keepHistory });
      rounds(store, count);
      store.close();
    }
    const { first, last } = reachOf(disks);
    assert.equal(last, 95);
    assert.ok(first >= 35 && first <= 50, `from step ${first}`);
    for (let at = first; at <= last; at += 1)
      assert.equal(hashOf(inspectStates(disks, COMPONENTS, { at }).states), expectedAt(at));
    assert.throws(() => inspectStates(disks, COMPONENTS, { at: first - 1 }), /is not kept/);
  });

  it('is read from its other copy where one is rotten', () => {
    const machine = new Machine();
    const [a, b] = [new SimulatedDisk(machine, '/own'), new SimulatedDisk(machine, '/mirror')];
    const store = openOn({ a, b }, { keepHistory: true });
    rounds(store, 6);
    store.close();
    for (const name of a.list('history/journal')) a.tamper(`history/journal/${name}`, flip);
    for (const name of a.list('history/blobs')) a.tamper(`history/blobs/${name}`, flip);
    assert.deepEqual(reachOf({ a, b }), { first: 0, last: 30 });
    for (let at = 0; at <= 30; at += 1)
      assert.equal(hashOf(inspectStates({ a, b }, COMPONENTS, { at }).states), expectedAt(at));
  });

  for (const [place, make] of [
    ['a directory', alone],
    ['a directory with a mirror', mirrored],
  ] as const)
    it(`is looked at in ${place}: rot is named, and the scrub mends it from another copy`, () => {
      const disks = make();
      const store = openOn(disks, { keepHistory: true });
      rounds(store, 6);
      assert.deepEqual(damageIn(disks), []);
      assert.deepEqual(scrub(store, disks), []);
      let mended = 0;
      for (const each of new Set([disks.a, disks.b])) {
        const disk = simulated(each);
        for (const path of pathsIn(disk, 'history')) {
          const before = disk.read(path);
          disk.tamper(path, flip);
          const name = disk === disks.a ? path : `${disk.root}/${path}`;
          assert.deepEqual(
            damageIn(disks).map(({ file }) => file),
            [name],
          );
          const told = scrub(store, disks);
          assert.deepEqual(
            told.map(({ file }) => file),
            [`${disk.root}/${path}`],
          );
          if (told[0]?.repaired === true) {
            assert.deepEqual(disk.read(path), before, path);
            mended += 1;
          } else {
            assert.doesNotMatch(path, /journal|blobs/);
            disk.tamper(path, flip);
          }
          assert.deepEqual(damageIn(disks), [], path);
        }
      }
      assert.ok(mended >= 10, `${mended} files mended`);
      assert.deepEqual(reachOf(disks), { first: 0, last: 30 });
      store.close();
    });

  it('that is rotten in both copies is told of and left as it is', () => {
    const disks = alone();
    const store = openOn(disks, { keepHistory: true });
    rounds(store, 6);
    const disk = simulated(disks.a);
    const [, , ...names] = disk.list('history/journal');
    const paths = names.slice(0, 2).map(name => `history/journal/${name}`);
    for (const path of paths) disk.tamper(path, flip);
    const before = paths.map(path => disk.read(path));
    const found = damageIn(disks).map(({ file }) => file);
    assert.deepEqual(found, paths);
    assert.ok(scrub(store, disks).every(({ repaired }) => !repaired));
    assert.deepEqual(
      paths.map(path => disk.read(path)),
      before,
    );
    store.close();
  });
});
