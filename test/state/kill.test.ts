import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { atOnce } from '../../src/state/retention.ts';
import { prepareCheckpoint } from '../../src/state/store.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from './small-bot.ts';

interface Lived {
  disk: SimulatedDisk;
  /** The last step that was acknowledged, or recovered to. */
  acknowledged: number;
}

/** A whole life: two runs with every kind of checkpoint in them, from nothing. */
function live(machine: Machine): Lived {
  const lived: Lived = { disk: new SimulatedDisk(machine), acknowledged: 0 };
  const told = (seq: number): void => {
    lived.acknowledged = seq;
  };
  try {
    const disks = { a: lived.disk, b: lived.disk };
    const first = openOn(disks);
    runSteps(first, 7, told);
    first.checkpoint('first');
    runSteps(first, 3, told);
    const task = first.beginCheckpoint();
    runSteps(first, 1, told);
    first.finishCheckpoint(prepareCheckpoint(task, COMPONENTS, disks), 'worker');
    runSteps(first, 1, told);
    atOnce(first.cleanup());
    runSteps(first, 5, told);
    first.close();
    const second = openOn(disks);
    runSteps(second, 2, told);
    second.checkpoint('last');
    second.close();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  return lived;
}

const operations = (): number => {
  const machine = new Machine();
  live(machine);
  return machine.operations;
};

/** A power cut may leave anything at the end of a journal copy; that is told of, and mended. */
const isNoTail = (text: string): boolean => !text.startsWith('/simulated/journal/');

/** Opens what is left, and checks the oracle; returns the step it came back to. */
function comeBack(disk: SimulatedDisk, acknowledged: number, what: string): number {
  const before = verifyDirectory({ a: disk, b: disk }, COMPONENTS);
  const store = openOn({ a: disk, b: disk });
  assert.ok(store.seq >= acknowledged, `${what}: ${store.seq} < ${acknowledged}`);
  assert.ok(store.seq <= acknowledged + 1, `${what}: ${store.seq} > ${acknowledged} + 1`);
  assert.equal(hashOf(store.states), expectedAt(store.seq), what);
  assert.deepEqual(store.report.lost, [], what);
  assert.deepEqual(store.report.repairs.filter(isNoTail), [], what);
  assert.equal(before.seq, store.seq, what);
  const damage = before.findings.filter(
    finding => finding.severity === 'damage' && isNoTail(finding.file),
  );
  assert.deepEqual(damage, [], `${what}: verify calls it damage`);
  return store.seq;
}

describe('a store that is killed', () => {
  const total = operations();

  it('comes back to what was acknowledged, whatever operation it was killed at', () => {
    for (let killAt = 1; killAt <= total; killAt += 1) {
      const lived = live(Object.assign(new Machine(), { killAt }));
      comeBack(lived.disk.kill(), lived.acknowledged, `killed at ${killAt} of ${total}`);
    }
  });

  it('comes back after a power cut at any operation', () => {
    const rng = new Rng(seedRng(7));
    for (let killAt = 1; killAt <= total; killAt += 2) {
      const lived = live(Object.assign(new Machine(), { killAt }));
      const disk = lived.disk.crash(rng);
      comeBack(disk, lived.acknowledged, `power cut at ${killAt} of ${total}`);
    }
  });

  it('kill, restart, go on, power cut: nothing acknowledged is gone', () => {
    const rng = new Rng(seedRng(11));
    for (let killAt = 1; killAt <= total; killAt += 4) {
      const lived = live(Object.assign(new Machine(), { killAt }));
      const disk = lived.disk.kill();
      const store = openOn({ a: disk, b: disk });
      const back = store.seq;
      runSteps(store, 2);
      for (let round = 0; round < 2; round += 1)
        comeBack(disk.crash(rng), back + 2, `killed at ${killAt}, then cut (${round})`);
    }
  });

  it('a recovery that is killed or cut at any operation is made again by the next one', () => {
    const rng = new Rng(seedRng(13));
    const lived = live(Object.assign(new Machine(), { killAt: total - 60 }));
    const probe = new Machine();
    openOn(sharing(lived.disk.kill(probe)));
    for (let killAt = 1; killAt <= probe.operations; killAt += 2) {
      const disk = lived.disk.kill(Object.assign(new Machine(), { killAt }));
      assert.throws(() => openOn(sharing(disk)), Killed);
      comeBack(disk.kill(), lived.acknowledged, `recovery killed at ${killAt}`);
      comeBack(disk.crash(rng), lived.acknowledged, `recovery cut at ${killAt}`);
    }
  });

  it('a start over what a killed one left, cut by the power, is no damage to the next', () => {
    const rng = new Rng(seedRng(17));
    for (const killAt of [36, 46, 49]) {
      const { disk: left, acknowledged } = live(Object.assign(new Machine(), { killAt }));
      const probe = new Machine();
      openOn(sharing(left.kill(probe)));
      for (let cutAt = 1; cutAt <= probe.operations; cutAt += 1) {
        const disk = left.kill(Object.assign(new Machine(), { killAt: cutAt }));
        assert.throws(() => openOn(sharing(disk)), Killed);
        for (let round = 0; round < 2; round += 1)
          comeBack(disk.crash(rng), acknowledged, `killed at ${killAt}, its start cut at ${cutAt}`);
      }
    }
  });

  it('a disk that fails once is fatal at once, and nothing acknowledged is gone', () => {
    for (let failAt = 1; failAt <= total; failAt += 5) {
      const machine = Object.assign(new Machine(), { failAt, failCode: 'ENOSPC' });
      const lived = { acknowledged: 0 };
      const disk = new SimulatedDisk(machine);
      assert.throws(
        () => {
          const store = openOn(sharing(disk));
          const told = (seq: number): void => {
            lived.acknowledged = seq;
          };
          for (let round = 0; round < 20; round += 1) {
            runSteps(store, 3, told);
            store.checkpoint('test');
          }
        },
        { name: 'Fault', exitCode: 74 },
        `operation ${failAt}`,
      );
      comeBack(disk.kill(), lived.acknowledged, `failed at ${failAt}`);
    }
  });
});

const sharing = (disk: SimulatedDisk) => ({ a: disk, b: disk });
