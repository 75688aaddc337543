import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backUp, idOf, memoryPlace, planFor, sharing } from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, openOn, runSteps } from '../../test/state/small-bot.ts';
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
