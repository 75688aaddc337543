import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backUp, idOf, memoryPlace, restoreTo, sharing } from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import { listChunks } from './chunk.ts';
import { coverageOf } from './coverage.ts';

describe('backup and restore', () => {
  it('every step from the first backup on comes back with the hash it had', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const store = openOn(sharing(source));
    runSteps(store, 5);
    store.checkpoint('test');
    for (const [steps, isSaved] of [
      [3, false],
      [14, true],
      [9, false],
      [8, true],
    ] as const) {
      await backUp(source, place);
      runSteps(store, steps);
      if (isSaved) store.checkpoint('test');
    }
    await backUp(source, place);
    const id = idOf(source);
    for (let seq = 5; seq <= 39; seq += 1) {
      const { store: restored, plan } = await restoreTo(place, id, seq);
      assert.equal(restored.seq, seq);
      assert.equal(hashOf(restored.states), expectedAt(seq), `step ${seq}`);
      assert.equal(restored.directoryId, id);
      assert.equal(restored.epoch, 1000);
      assert.deepEqual(restored.report.repairs, [], `step ${seq}`);
      assert.ok(plan.catalogue.seq <= seq);
    }
  });

  it('goes on after the restore as the one it was taken from', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const store = openOn(sharing(source));
    runSteps(store, 12);
    await backUp(source, place);
    const { store: restored } = await restoreTo(place, idOf(source));
    runSteps(restored, 30);
    restored.checkpoint('test');
    assert.equal(hashOf(restored.states), expectedAt(42));
  });

  it('joins what was shipped in pieces, and drops what the kept backups do not need', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const store = openOn(sharing(source));
    let now = 1_700_000_000_000;
    for (let round = 0; round < 6; round += 1) {
      runSteps(store, 14);
      store.checkpoint('test');
      now += 7_200_000;
      await backUp(source, place, { keep: 2, now: () => now });
    }
    const id = idOf(source);
    const [covered] = await coverageOf(place, id);
    assert.equal(covered?.backups.length, 2);
    assert.deepEqual(covered?.spans, [{ firstSeq: 70, lastSeq: 84 }]);
    const chunks = await listChunks(place, id);
    assert.deepEqual(
      chunks.map(({ first, last }) => [first, last]),
      [[1, 84]],
    );
    for (const seq of [70, 77, 84])
      assert.equal(hashOf((await restoreTo(place, id, seq)).store.states), expectedAt(seq));
    const asked = {
      exitCode: 2,
      remedy: /^there are steps 70 to 84 \(epoch 1\); choose with --at/,
    };
    for (const seq of [69, 85])
      await assert.rejects(restoreTo(place, id, seq), {
        ...asked,
        message: new RegExp(`^step ${seq} cannot be restored from [^:]+$`),
      });
  });
});
