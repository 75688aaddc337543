/**
 * A start that brings a directory and its mirror together, killed or cut at each third operation:
 * the next one ends where the first one would have.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from './small-bot.ts';

interface Pair {
  readonly a: SimulatedDisk;
  readonly b: SimulatedDisk;
}

const make = (): Pair => ({
  a: new SimulatedDisk(new Machine(), '/own'),
  b: new SimulatedDisk(new Machine(), '/mirror'),
});

/** So many steps each, with a checkpoint after them; then two more. */
function live(disks: Pair, ...rounds: number[]): void {
  const store = openOn(disks);
  for (const steps of rounds) {
    runSteps(store, steps);
    store.checkpoint('test');
  }
  runSteps(store, 2);
  store.close();
}

const own = ({ a }: Pair): Pair => ({ a, b: a });

function killed(disks: Pair, machine = new Machine()): Pair {
  const a = disks.a.kill(machine);
  return { a, b: disks.b === disks.a ? a : disks.b.kill(machine) };
}

function cut(disks: Pair, rng: Rng): Pair {
  const machine = new Machine();
  const a = disks.a.crash(rng, undefined, machine);
  return { a, b: disks.b === disks.a ? a : disks.b.crash(rng, undefined, machine) };
}

const SCENES: readonly {
  readonly what: string;
  readonly stage: () => Pair;
  readonly seq: number;
  readonly acceptLoss?: true;
}[] = [
  {
    what: 'that begins',
    seq: 14,
    stage: () => {
      const disks = make();
      live(own(disks), 12);
      return disks;
    },
  },
  {
    what: 'that is no longer named',
    seq: 14,
    stage: () => {
      const disks = make();
      live(disks, 12);
      return own(disks);
    },
  },
  {
    what: 'of long ago',
    seq: 38,
    stage: () => {
      const disks = make();
      live(disks, 4);
      live(own(disks), 10, 10, 10);
      return disks;
    },
  },
  {
    what: 'of a directory that is lost after a long life',
    seq: 32,
    acceptLoss: true,
    stage: () => {
      const disks = make();
      live(disks, 10, 10, 10);
      return { a: make().a, b: disks.b };
    },
  },
  {
    what: 'of a directory that is lost',
    seq: 14,
    acceptLoss: true,
    stage: () => {
      const disks = make();
      live(disks, 12);
      return { a: make().a, b: disks.b };
    },
  },
];

describe('a start with a mirror', () => {
  for (const { what, stage, seq, acceptLoss = false } of SCENES)
    it(`${what} can be killed or cut, and is made again`, () => {
      const staged = stage();
      const rng = new Rng(seedRng(17));
      const probe = new Machine();
      openOn(killed(staged, probe), { acceptLoss }).close();
      assert.ok(probe.operations > 20);
      for (let killAt = 1 + (seq % 3); killAt <= probe.operations; killAt += 3) {
        const first = killed(staged, Object.assign(new Machine(), { killAt }));
        assert.throws(() => openOn(first, { acceptLoss }).close(), Killed);
        for (const left of [killed(first), cut(first, rng), cut(first, rng)]) {
          const store = openOn(left, { acceptLoss });
          assert.equal(store.seq, seq, `killed at ${killAt}`);
          assert.equal(hashOf(store.states), expectedAt(seq));
          assert.deepEqual(store.report.lost, []);
          store.close();
          assert.equal(verifyDirectory(left, COMPONENTS).damaged, false);
          assert.deepEqual(openOn(left).report.repairs, [], `killed at ${killAt}`);
        }
      }
    });
});
