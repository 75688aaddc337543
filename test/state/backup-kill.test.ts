import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { folderPlace } from '../../src/backup/folder-place.ts';
import { objectPlace } from '../../src/backup/object-store.ts';
import type { BackupPlace } from '../../src/backup/place.ts';
import { nextEpoch, sweep, writeRestored } from '../../src/backup/restore.ts';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { backUp, idOf, planFor, restoreTo, sharing } from '../backup-fixture.ts';
import { FakeStore } from '../fake-store.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps, slowClock } from './small-bot.ts';

/** A directory and a place with two backups, a third of which is due: with pruning and joining. */
async function withBackups(): Promise<{ source: SimulatedDisk; place: SimulatedDisk }> {
  const source = new SimulatedDisk();
  const place = new SimulatedDisk(undefined, '/place');
  const store = openOn(sharing(source));
  for (const steps of [7, 14]) {
    runSteps(store, steps);
    store.checkpoint('test');
    await backUp(source, folderPlace(place), { now: () => 1_700_000_000_000 + steps });
  }
  runSteps(store, 9);
  store.checkpoint('test');
  runSteps(store, 3);
  return { source, place };
}

const LATER = slowClock(1_800_000_000_000);
const third = (source: SimulatedDisk, place: BackupPlace) =>
  backUp(source, place, { keep: 2, now: LATER });

async function countOf(work: (machine: Machine) => Promise<unknown>): Promise<number> {
  const machine = new Machine();
  await work(machine);
  return machine.operations;
}

async function killed(work: () => Promise<unknown>): Promise<void> {
  await assert.rejects(work(), Killed);
}

async function restoresAll(source: SimulatedDisk, place: BackupPlace, steps: readonly number[]) {
  for (const seq of steps) {
    const { store } = await restoreTo(place, idOf(source), seq);
    assert.equal(hashOf(store.states), expectedAt(seq), `step ${seq}`);
  }
}

describe('a backup that is killed', () => {
  it('at any operation leaves every earlier one, and the next goes on', async () => {
    const { source, place } = await withBackups();
    const total = await countOf(machine => third(source, folderPlace(place.kill(machine))));
    assert.ok(total > 30, `${total} operations`);
    const rng = new Rng(seedRng(5));
    for (let killAt = 1; killAt <= total; killAt += 1) {
      const disk = place.kill(Object.assign(new Machine(), { killAt }));
      await killed(() => third(source, folderPlace(disk)));
      for (const left of [disk.kill(), disk.crash(rng)]) {
        await restoresAll(source, folderPlace(left), [21]);
        await third(source, folderPlace(left));
        await restoresAll(source, folderPlace(left), [21, 30, 33]);
      }
    }
  });

  it('at any request to a store, too', async () => {
    const { source } = await withBackups();
    const make = (failAt = Number.POSITIVE_INFINITY) => {
      const store = Object.assign(new FakeStore(), { failAt });
      return { store, place: objectPlace(store, { bucket: 'b', prefix: 'p', partBytes: 200 }) };
    };
    const whole = make();
    await third(source, whole.place);
    const sent = whole.store.asked.filter(line => line.startsWith('put ')).length;
    for (let failAt = 1; failAt <= whole.store.asked.length; failAt += 1) {
      const { store, place } = make(failAt);
      await assert.rejects(third(source, place));
      Object.assign(store, { failAt: Number.POSITIVE_INFINITY, asked: store.asked });
      await third(source, place);
      await restoresAll(source, place, [30, 33]);
    }
    assert.ok(sent > 3);
  });

  it('a place on a full disk is told of, and the directory is not touched', async () => {
    const { source, place } = await withBackups();
    const before = source.machine.operations;
    const total = await countOf(machine => third(source, folderPlace(place.kill(machine))));
    for (let failAt = 1; failAt <= total; failAt += 3) {
      const machine = Object.assign(new Machine(), { failAt, failCode: 'ENOSPC' });
      const disk = place.kill(machine);
      await assert.rejects(third(source, folderPlace(disk)), { name: 'Fault', exitCode: 74 });
      await restoresAll(source, folderPlace(disk.kill()), [21]);
    }
    assert.equal(source.machine.operations, before);
  });
});

describe('a restore that is killed', () => {
  it('at any operation is done again by the next, in several segments', async () => {
    const { source, place } = await withBackups();
    await third(source, folderPlace(place));
    const plan = await planFor(folderPlace(place), idOf(source), 32);
    const epoch = await nextEpoch(plan, 0);
    const write = (disk: SimulatedDisk) => {
      sweep(disk);
      return writeRestored(plan, { disk, epoch, progress: () => undefined, segmentBytes: 1 });
    };
    const whole = new SimulatedDisk(new Machine(), '/restored');
    await write(whole);
    assert.equal(whole.list('journal').length, 4, 'two segments, in both copies');
    const rng = new Rng(seedRng(6));
    for (let killAt = 1; killAt <= whole.machine.operations; killAt += 1) {
      const disk = new SimulatedDisk(Object.assign(new Machine(), { killAt }), '/restored');
      await killed(() => write(disk));
      for (const left of [disk.kill(), disk.crash(rng)]) {
        await write(left);
        const store = openOn(sharing(left));
        assert.equal(store.seq, 32, `killed at ${killAt}`);
        assert.equal(store.epoch, epoch);
        assert.equal(hashOf(store.states), expectedAt(32));
        assert.deepEqual([store.report.repairs, store.report.lost], [[], []]);
      }
    }
  });

  it('does not write over anything', async () => {
    const { source, place } = await withBackups();
    const plan = await planFor(folderPlace(place), idOf(source));
    const before = source.contents();
    await assert.rejects(
      writeRestored(plan, { disk: source, epoch: 1000, progress: () => undefined }),
      { exitCode: 64, message: /is not empty/ },
    );
    assert.deepEqual(source.contents(), before);
  });
});
