import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backUp, idOf, LATEST, memoryPlace, planFor, sharing } from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, openOn, runSteps } from '../../test/state/small-bot.ts';
import { listChunks } from './chunk.ts';
import { chunkPath } from './layout.ts';
import { planRestore } from './plan.ts';

describe('what can be restored instead', () => {
  it('is no range that ends before it begins', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const store = openOn(sharing(source));
    const steps = async (count: number) => {
      runSteps(store, count);
      store.checkpoint('test');
      await backUp(source, place);
    };
    const before = (seq: number) =>
      planRestore({
        ...{ place, directoryId: idOf(source), components: COMPONENTS },
        ...{ moment: { kind: 'step', seq }, epoch: null, isBefore: true },
      });
    await steps(7);
    // A line that leads to a step is there for none: the only backup is of the last one.
    await assert.rejects(before(5), {
      exitCode: 2,
      message: /^step 5 cannot be restored from [^:]+$/,
      remedy: 'holdfast state restore --list shows what is there',
    });
    await steps(7);
    await assert.rejects(before(5), { remedy: /^there are steps 8 to 14 \(epoch 1\); choose/ });
    await assert.rejects(planFor(place, idOf(source), 5), { remedy: /^there are steps 7 to 14 / });
  });
});

describe('a moment that no name in the place ever promised', () => {
  it('is a wrong option where it lies in a gap that was never shipped', async () => {
    const source = new SimulatedDisk();
    const { disk, place } = memoryPlace();
    const store = openOn(sharing(source));
    const generation = (count: number) => {
      runSteps(store, count);
      store.checkpoint('test');
    };
    generation(7);
    await backUp(source, place);
    for (const count of [7, 7, 7, 7]) generation(count);
    await backUp(source, place);
    const id = idOf(source);
    const chunks = await listChunks(place, id);
    assert.deepEqual(
      chunks.map(({ first, last }) => [first, last]),
      [
        [1, 7],
        [29, 35],
      ],
    );
    await assert.rejects(planFor(place, id, 15), {
      exitCode: 2,
      message: /^step 15 cannot be restored from [^:]+$/,
      remedy: /^there are steps 35 to 35 \(epoch 1\), steps 7 to 7 \(epoch 1\); choose/,
    });
    // Lines were there, and a backup that led over them: what is gone is no wrong option.
    runSteps(store, 5);
    await backUp(source, place);
    const [last] = (await listChunks(place, id)).slice(-1);
    disk.lose(chunkPath(id, last!));
    await assert.rejects(planFor(place, id, 38), { exitCode: 65, message: /lacks steps 36 to 38/ });
  });

  it('is told by its epoch, with what the others have', async () => {
    const source = new SimulatedDisk();
    const { disk, place } = memoryPlace();
    const store = openOn(sharing(source));
    runSteps(store, 7);
    store.checkpoint('test');
    await backUp(source, place);
    const id = idOf(source);
    for (const moment of [LATEST, 7])
      await assert.rejects(planFor(place, id, moment, 3), {
        exitCode: 2,
        message: /^there is no backup of epoch 3 in [^:]+$/,
        remedy: /^there are steps 7 to 7 \(epoch 1\); choose with --at \(and --epoch\)$/,
      });
    await assert.rejects(planFor(place, id, 9, 1), {
      exitCode: 2,
      message: /^step 9 of epoch 1 cannot be restored from [^:]+$/,
    });
    for (const name of disk.list(`${id}/backups`)) disk.lose(`${id}/backups/${name}`);
    await assert.rejects(planFor(place, id, LATEST, 3), {
      exitCode: 64,
      message: /^there is no backup of directory /,
    });
  });
});
