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
import { must } from '../base/assert.ts';
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

  it('is no damage either where the start after it is killed while it writes the part anew', () => {
    const staged = directory(COMPONENTS);
    const seen = new Set<string>();
    const probe = new Machine();
    const { states } = reset(staged.kill(probe), COMPONENTS);
    // From the new segment's head on, which is the first to tell of the reset.
    for (let killAt = probe.operations - 40; ; killAt += 2) {
      const dying = staged.kill(Object.assign(new Machine(), { killAt }));
      if (outcomeOf(() => reset(dying, COMPONENTS)) === 'done') break;
      for (let nextAt = 2; ; nextAt += 2) {
        const starting = dying.kill(Object.assign(new Machine(), { killAt: nextAt }));
        if (outcomeOf(() => openOn({ a: starting, b: starting })) === 'done') break;
        const disk = starting.kill();
        const store = openOn({ a: disk, b: disk });
        assert.deepEqual(store.report.repairs, [], `killed at ${killAt}, then at ${nextAt}`);
        seen.add(hashOf(store.states));
      }
    }
    assert.deepEqual([...seen], [hashOf(states)]);
  });

  for (const [when, steps] of [
    ['before the next checkpoint', 0],
    ['after later checkpoints', 30],
  ] as const)
    it(`that is done excuses no old file under the name of the part (${when})`, () => {
      const disk = directory(COMPONENTS);
      const former = must(disk.read('purse_state.json'), 'purse');
      const store = reset(disk, COMPONENTS);
      for (let done = 0; done < steps; done += 10) {
        runSteps(store, 10);
        store.checkpoint('test');
      }
      store.close();
      disk.tamper('purse_state.json', () => former);
      const disks = { a: disk, b: disk };
      const { findings } = verifyDirectory(disks, COMPONENTS);
      const damage = findings.filter(({ severity }) => severity === 'damage');
      assert.deepEqual(
        damage.map(({ file }) => file),
        ['purse_state.json'],
      );
      const again = openOn(disks);
      assert.match(again.report.repairs.join(), /purse_state.json was damaged.*nothing is lost/);
      assert.equal(hashOf(again.states), hashOf(store.states));
    });
});

function outcomeOf(work: () => unknown): 'done' | 'killed' {
  try {
    work();
    return 'done';
  } catch (error) {
    if (error instanceof Killed) return 'killed';
    throw error;
  }
}
