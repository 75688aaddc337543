import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Killed, Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import {
  COMPONENTS,
  expectedAt,
  hashOf,
  openOn,
  purse,
  runSteps,
} from '../../test/state/small-bot.ts';
import type { AnyComponent } from '../core/component.ts';
import { verifyDirectory } from './verify.ts';

const SEQ = 14;

/** A purse of which a reset keeps what was paid: that is in no fact. */
const keeping: AnyComponent = {
  ...purse,
  afresh: (former: { paid: number }) => ({ ...former, settlements: 0 }),
};

function directory(components: readonly AnyComponent[]): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn({ a: disk, b: disk }, { components });
  runSteps(store, 8, undefined, components);
  store.checkpoint('test');
  runSteps(store, SEQ - 8, undefined, components);
  store.close();
  return disk;
}

const reset = (disk: SimulatedDisk, components: readonly AnyComponent[]) =>
  openOn({ a: disk, b: disk }, { components, reset: ['purse'] });

describe('a reset', () => {
  for (const [what, first] of [
    ['of a part', purse],
    ['of a part that keeps something', keeping],
  ] as const)
    it(`${what} is done or not, whatever operation it is killed at, and is no damage`, () => {
      const components = [first, ...COMPONENTS.slice(1)];
      const staged = directory(components);
      const probe = new Machine();
      const { states } = reset(staged.kill(probe), components);
      const allowed = [expectedAt(SEQ, components), hashOf(states, components)];
      assert.ok(probe.operations > 50);
      for (let killAt = 1; killAt <= probe.operations; killAt += 1) {
        const dying = staged.kill(Object.assign(new Machine(), { killAt }));
        assert.throws(() => reset(dying, components), Killed);
        const disk = dying.kill();
        const disks = { a: disk, b: disk };
        const { findings } = verifyDirectory(disks, components);
        const damage = findings.filter(({ severity }) => severity === 'damage');
        assert.deepEqual(damage, [], `killed at ${killAt}`);
        const store = openOn(disks, { components });
        assert.ok(allowed.includes(hashOf(store.states, components)), `killed at ${killAt}`);
        assert.deepEqual(store.report.repairs, [], `killed at ${killAt}`);
        assert.deepEqual(store.report.lost, []);
      }
    });
});
