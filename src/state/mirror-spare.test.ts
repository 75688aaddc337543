import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import { must } from '../base/assert.ts';
import { verifyDirectory } from './verify.ts';

describe('a spare in the mirror', () => {
  it('that stands where another step belongs is put where its own does', () => {
    const machine = new Machine();
    const disks = { a: new SimulatedDisk(machine, '/a'), b: new SimulatedDisk(machine, '/b') };
    const store = openOn(disks);
    for (let round = 0; round < 2; round += 1) {
      runSteps(store, 10);
      store.checkpoint('test');
    }
    runSteps(store, 3);
    const left = { a: disks.a.kill(), b: disks.b.kill() };
    const [stable, spare] = ['purse_state.json', 'previous/10/purse_state.json'];
    const [newer, older] = [left.a.read(stable), left.a.read(spare)].map(bytes =>
      Buffer.from(must(bytes, 'bytes')),
    );
    left.a.tamper(stable, () => must(older, 'older'));
    left.b.tamper(spare, () => must(newer, 'newer'));
    const again = openOn(left);
    assert.deepEqual(again.report.lost, []);
    assert.equal(hashOf(again.states), expectedAt(23));
    assert.deepEqual(left.a.read('previous/20/purse_state.json'), newer);
    assert.equal(verifyDirectory(left, COMPONENTS).damaged, false);
  });
});
