import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Killed, Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import type { Disks } from './journal.ts';
import { newestOf, readManifests } from './manifest.ts';
import { openStore, prepareCheckpoint } from './store.ts';
import { verifyDirectory } from './verify.ts';

const fresh = (): { disk: SimulatedDisk; disks: Disks } => {
  const disk = new SimulatedDisk();
  return { disk, disks: { a: disk, b: disk } };
};

describe('store', () => {
  it('a first boot is silent and holds the defaults', () => {
    const { disks } = fresh();
    const store = openOn(disks);
    assert.deepEqual(store.report, {
      ...{ first: true, fromSeq: 0, toSeq: 0, replayed: 0 },
      ...{ repairs: [], upgraded: [], lost: [] },
    });
    assert.equal(hashOf(store.states), expectedAt(0));
    assert.equal(store.epoch, 1);
  });

  it('goes on after a clean stop, after a kill and over many checkpoints', () => {
    let { disk, disks } = fresh();
    for (let round = 0; round < 12; round += 1) {
      const store = openOn(disks);
      assert.deepEqual(store.report.repairs, [], `round ${round}`);
      assert.equal(store.report.first, round === 0);
      assert.equal(hashOf(store.states), expectedAt(store.seq));
      runSteps(store, 7);
      if (round % 3 !== 1) store.checkpoint('test');
      runSteps(store, round % 4);
      if (round % 2 === 0) store.close();
      disk = disk.kill();
      disks = { a: disk, b: disk };
    }
    assert.equal(hashOf(openOn(disks).states), expectedAt(12 * 7 + 18));
  });

  it('rewrites only the files whose component heard a fact', () => {
    const { disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 7);
    assert.equal(store.checkpoint('all').files.length, 4);
    runSteps(store, 1);
    assert.deepEqual(store.checkpoint('some').files, ['purse_state.json', 'curve_state.json.zst']);
    assert.deepEqual(store.checkpoint('none').files, []);
  });

  it('the directory stays small: two generations, and the journal between them', () => {
    const { disk, disks } = fresh();
    const store = openOn(disks);
    for (let round = 0; round < 10; round += 1) {
      runSteps(store, 14);
      store.checkpoint('test');
    }
    assert.deepEqual(disk.list('previous'), ['126']);
    assert.equal(newestOf(readManifests(disk))?.generations.length, 2);
    const segments = disk.list('journal').map(name => Number(name.slice(0, 12)));
    assert.deepEqual([...new Set(segments)], [127, 141]);
    assert.equal(disk.list('blobs').length, 2 * 4);
  });

  it('what did not change for long has a second, independent copy', () => {
    const { disk, disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 7);
    for (let round = 0; round < 4; round += 1) {
      runSteps(store, 1);
      store.checkpoint('test');
    }
    disk.tamper('brain_model.safetensors', () => Buffer.from('damage'));
    const again = disk.kill();
    const next = openOn({ a: again, b: again });
    assert.equal(hashOf(next.states), expectedAt(11));
    assert.match(next.report.repairs.join(), /brain_model.safetensors.*nothing is lost/);
    assert.deepEqual(next.report.lost, []);
  });

  it('a spare copy that is missing or damaged is told of, though nothing hangs on it', () => {
    for (const isLost of [true, false]) {
      const { disk, disks } = fresh();
      const store = openOn(disks);
      for (const steps of [10, 10]) {
        runSteps(store, steps);
        store.checkpoint('test');
      }
      store.close();
      if (isLost) disk.lose('previous/10/purse_state.json');
      else disk.tamper('previous/10/purse_state.json', () => Buffer.from('damage'));
      const { report, states } = openOn(disks);
      assert.equal(hashOf(states), expectedAt(20));
      const [only, ...more] = report.repairs;
      assert.match(
        only ?? '',
        /^previous\/10\/purse_state.json was .*: it was only a spare; nothing/,
      );
      assert.deepEqual(more, []);
    }
  });

  it('no kill leaves a part with one copy of what nothing else can rebuild', () => {
    const lived = (killAt: number): SimulatedDisk => {
      const disk = new SimulatedDisk(Object.assign(new Machine(), { killAt }));
      try {
        const store = openOn({ a: disk, b: disk });
        // The brain changes with every seventh step.
        for (const steps of [7, 7, 3, 3]) {
          runSteps(store, steps);
          store.checkpoint('test');
        }
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
      return disk;
    };
    for (let killAt = lived(0).machine.operations; killAt > 0; killAt -= 1) {
      const disk = lived(killAt).kill();
      if (disk.stat('brain_model.safetensors') === null) continue;
      disk.tamper('brain_model.safetensors', () => Buffer.from('damage'));
      const { report, states, seq } = openOn({ a: disk, b: disk });
      assert.deepEqual(report.lost, [], `killed at ${killAt}`);
      assert.equal(hashOf(states), expectedAt(seq));
    }
  });

  it('what a lost generation named is kept for the older one that leads to here', () => {
    const { disk, disks } = fresh();
    const loseCurrent = () => {
      for (const { file } of COMPONENTS) disk.lose(file.name);
    };
    const store = openOn(disks);
    for (const steps of [10, 10, 10]) {
      runSteps(store, steps);
      store.checkpoint('test');
    }
    store.close();
    for (let round = 0; round < 3; round += 1) {
      loseCurrent();
      const next = openOn(disks);
      assert.deepEqual(next.report.lost, []);
      assert.equal(hashOf(next.states), expectedAt(30), `round ${round}`);
      next.close();
    }
  });

  it('a blob that both copies have lost is told of once, and nothing else is', () => {
    const { disk, disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 10);
    store.checkpoint('test');
    store.close();
    const [copy = '', other = ''] = disk.list('blobs').map(name => `blobs/${name}`);
    disk.lose(copy);
    disk.tamper(other, () => Buffer.from('damage'));
    assert.equal(verifyDirectory(disks, COMPONENTS).damaged, true);
    const next = openOn(disks);
    assert.equal(hashOf(next.states), expectedAt(10));
    assert.deepEqual(next.report.lost, []);
    assert.match(
      next.report.repairs.join('\n'),
      /^the blob \w{64} is gone in both copies: no state/,
    );
    assert.equal(disk.list('quarantine').length, 1);
    assert.equal(verifyDirectory(disks, COMPONENTS).damaged, false);
    assert.deepEqual(openOn(disks).report.repairs, []);
  });

  it('a crash loop burns no generation that was there before it', () => {
    let { disk, disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 10);
    store.checkpoint('kept');
    const start = 1_700_000_000_000 + 10_000_000;
    for (let open = 0; open < 30; open += 1) {
      disk = disk.kill();
      disks = { a: disk, b: disk };
      const again = openOn(disks, { now: () => start + open * 1000 });
      // What a start puts off is made behind its first step, and the next kill finds a tail again.
      const isPutOff = again.stepsSinceCheckpoint > 0;
      runSteps(again, 1);
      if (isPutOff) again.checkpoint('autosave');
      runSteps(again, 1);
      assert.equal(isPutOff, open > 0);
      const { generations } = newestOf(readManifests(disk))!;
      assert.ok(
        generations.some(generation => generation.seq === 10),
        `open ${open}`,
      );
      assert.ok(generations.length <= 16);
      assert.equal(hashOf(again.states), expectedAt(12 + 2 * open));
    }
  });

  it('a checkpoint prepared by a worker is as good as one from memory', () => {
    const { disk, disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 20);
    const task = store.beginCheckpoint();
    runSteps(store, 5);
    store.finishCheckpoint(prepareCheckpoint(task, COMPONENTS, disks), 'worker');
    assert.equal(store.lastCheckpoint.seq, 20);
    assert.equal(store.stepsSinceCheckpoint, 5);
    const again = disk.kill();
    const next = openOn({ a: again, b: again });
    assert.equal(next.report.fromSeq, 20);
    assert.equal(next.report.replayed, 5);
    assert.equal(hashOf(next.states), expectedAt(25));
  });

  it('an abandoned checkpoint is made up for by the next one', () => {
    const { disk, disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 20);
    store.beginCheckpoint();
    store.abandonCheckpoint();
    assert.equal(store.stepsSinceCheckpoint, 20);
    assert.equal(store.checkpoint('next').files.length, 4);
    const again = disk.kill();
    assert.equal(hashOf(openOn({ a: again, b: again }).states), expectedAt(20));
  });

  it('a reset component starts afresh, for good, and the others go on', () => {
    let { disk, disks } = fresh();
    const store = openOn(disks);
    runSteps(store, 20);
    store.checkpoint('test');
    runSteps(store, 3);
    store.close();
    const options = { directory: '', components: COMPONENTS, now: () => 0, sync: 'each' as const };
    openStore({ ...options, disks, reset: ['matrix'] }).close();
    assert.match(disk.list('quarantine').join(), /matrix_weights.npy/);
    for (let open = 0; open < 3; open += 1) {
      disk = disk.kill();
      disks = { a: disk, b: disk };
      if (open === 1) disk.lose('matrix_weights.npy');
      if (open === 2) disk.lose('matrix_weights.npy');
      const again = openOn(disks);
      assert.equal(again.epoch, 2);
      assert.deepEqual(again.states['matrix'], { cells: new Float64Array(8) });
      assert.equal((again.states['purse'] as { settlements: number }).settlements, 11);
    }
    assert.throws(
      () => openStore({ ...options, disks, reset: ['nobody'] }),
      /no component "nobody"/,
    );
  });

  it('the journal may share a sync, and is whole after it', () => {
    const { disk, disks } = fresh();
    const store = openOn(disks, { sync: 'shared' });
    runSteps(store, 30);
    store.sync();
    const again = disk.kill();
    assert.equal(hashOf(openOn({ a: again, b: again }).states), expectedAt(30));
  });
});
