import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  alone,
  damageIn,
  eachFile,
  flip,
  mirrored,
  running,
  scrub,
  simulated,
} from '../../test/state/rotten.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import { must } from '../base/assert.ts';
import { scrubRound } from './scrub.ts';

/** The only copies of their contents where there is no mirror: nothing older leads to them. */
const ALONE = /^previous\/21\/(purse|curve)/;
describe('the scrub', () => {
  for (const [place, make] of [
    ['a directory', alone],
    ['a directory with a mirror', mirrored],
  ] as const) {
    it(`finds nothing in ${place} that is whole, and writes nothing`, () => {
      const disks = make();
      const store = running(disks);
      const { operations } = simulated(disks.a).machine;
      const looks = [...scrubRound(disks, COMPONENTS)];
      assert.deepEqual(
        looks.filter(({ suspect }) => suspect !== null),
        [],
      );
      assert.ok(looks.reduce((sum, { bytes }) => sum + bytes, 0) > 2000);
      assert.equal(simulated(disks.a).machine.operations, operations);
      store.close();
    });

    it(`repairs a flipped byte in any file of ${place}, and keeps the original`, () => {
      for (const { disks, store, disk, path } of eachFile(make)) {
        const before = must(disk.read(path), path);
        disk.tamper(path, flip);
        const rotten = must(disk.read(path), path);
        const told = scrub(store, disks);
        assert.deepEqual(
          told.map(({ file, repaired }) => ({ file, repaired })),
          [{ file: `${disk.root}/${path}`, repaired: true }],
          path,
        );
        const isGone = ALONE.test(path) && disks.a === disks.b;
        assert.deepEqual(disk.read(path), isGone ? null : before, `${path} is what it was`);
        const kept = disk.list('quarantine').map(name => disk.read(`quarantine/${name}`));
        assert.deepEqual(kept, [rotten], `${path} in quarantine`);
        assert.deepEqual(damageIn(disks), [], path);
        runSteps(store, 4);
        store.checkpoint('test');
        store.close();
        assert.equal(hashOf(openOn(disks).states), expectedAt(32), path);
      }
    });

    it(`repairs a file of ${place} that is gone`, () => {
      for (const { disks, store, disk, path } of eachFile(make)) {
        disk.lose(path);
        const told = scrub(store, disks);
        assert.ok(told.every(({ repaired }) => repaired));
        assert.deepEqual(damageIn(disks), [], path);
        assert.equal(hashOf(store.states), expectedAt(28));
        store.close();
      }
    });
  }
});
