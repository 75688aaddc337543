import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Killed } from '../../test/simulated-disk.ts';
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
const SPARE = 'previous/21/curve_state.json.zst';

/** A file of each kind. */
const KINDS = [
  ...['manifest.mirror.json', 'purse_state.json', SPARE],
  ...['journal/000000000022.a.jsonl.zst', 'journal/000000000025.b.jsonl'],
];

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

  it('is mended also where it is killed at each operation of the repair', () => {
    const blob = [...eachFile(alone)].flatMap(({ path }) => /^blobs.*/.exec(path)?.[0] ?? []);
    for (const path of [...KINDS, must(blob[0], 'a blob')])
      for (let operation = 1; ; operation += 1) {
        const disks = alone();
        const store = running(disks);
        const disk = simulated(disks.a);
        disk.tamper(path, flip);
        disk.machine.killAt = disk.machine.operations + operation;
        try {
          scrub(store, disks);
          break;
        } catch (error) {
          assert.ok(error instanceof Killed, `${path}: ${error}`);
        }
        const next = disk.kill();
        const again = openOn({ a: next, b: next });
        const where = `${path}, killed at operation ${operation}`;
        assert.equal(hashOf(again.states), expectedAt(28), where);
        assert.deepEqual(again.report.lost, [], where);
        assert.deepEqual(damageIn({ a: next, b: next }), [], where);
      }
  });
});
