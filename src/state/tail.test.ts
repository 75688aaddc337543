import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import {
  COMPONENTS,
  expectedAt,
  hashOf,
  openOn,
  purse,
  runSteps,
} from '../../test/state/small-bot.ts';
import { TAIL_SEGMENTS_MAX } from '../base/limits.ts';
import type { AnyComponent } from '../core/component.ts';
import type { Disks } from './journal.ts';
import { newestOf, readManifests } from './manifest.ts';
import { verifyDirectory } from './verify.ts';

const on = (disk: SimulatedDisk): Disks => ({ a: disk, b: disk });

/** Killed twelve steps behind its last checkpoint, which was at step 20. */
function killedBehind(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn(on(disk));
  runSteps(store, 20);
  store.checkpoint('test');
  runSteps(store, 12);
  return disk.kill();
}

const stateFiles = (disk: SimulatedDisk): Map<string, string> =>
  new Map(
    disk
      .contents()
      .filter(([path]) => COMPONENTS.some(({ file }) => file.name === path))
      .map(([path, bytes]) => [path, Buffer.from(bytes).toString('hex')]),
  );

function loseSegment(disk: SimulatedDisk, first: number): void {
  for (const name of disk.list('journal'))
    if (name.includes(`00${first}.`)) disk.lose(`journal/${name}`);
}

const newestSeq = (disk: SimulatedDisk): number =>
  newestOf(readManifests(disk))?.generations[0]?.seq ?? 0;

describe('a start that replays steps onto whole files', () => {
  it('writes them anew in both copies, and leaves the files to the next checkpoint', () => {
    const disk = killedBehind();
    const before = stateFiles(disk);
    const store = openOn(on(disk));
    assert.equal(store.report.replayed, 12);
    assert.equal(hashOf(store.states), expectedAt(32));
    assert.deepEqual(stateFiles(disk), before);
    assert.equal(newestSeq(disk), 20);
    assert.equal(store.stepsSinceCheckpoint, 12);
    assert.equal(verifyDirectory(on(disk), COMPONENTS).damaged, false);
    // The purse hears of every other step alone: of the tail, of nothing since.
    assert.equal(store.checkpoint('test').files.length, 4);
    assert.equal(newestSeq(disk), 32);
    assert.equal(hashOf(openOn(on(disk.kill())).states), expectedAt(32));
  });

  it('comes back to the same step as often as it is killed, and packs nothing that may be lost', () => {
    let disk = killedBehind();
    for (let round = 0; round < 5; round += 1) {
      const store = openOn(on(disk));
      assert.equal(store.seq, 32 + round);
      assert.deepEqual(store.report.repairs, []);
      runSteps(store, 1);
      disk = disk.kill();
    }
    const packed = disk.list('journal').filter(name => name.endsWith('.zst'));
    assert.ok(
      packed.every(name => Number(name.slice(0, 12)) <= 20),
      packed.join(),
    );
  });

  it('makes a checkpoint after so many that died before theirs', () => {
    let disk = killedBehind();
    const seqs: number[] = [];
    for (let round = 0; round <= TAIL_SEGMENTS_MAX; round += 1) {
      runSteps(openOn(on(disk)), 1);
      seqs.push(newestSeq(disk));
      disk = disk.kill();
    }
    const last = 32 + TAIL_SEGMENTS_MAX;
    assert.deepEqual(seqs, [...Array.from({ length: TAIL_SEGMENTS_MAX }, () => 20), last]);
  });

  it('makes one when a file is damaged or a part begins afresh, for all parts', () => {
    const damaged = killedBehind();
    damaged.tamper('curve_state.json.zst', () => Buffer.from('garbage'));
    assert.notEqual(openOn(on(damaged)).report.repairs.length, 0);
    assert.equal(newestSeq(damaged), 32);
    const reset = killedBehind();
    openOn(on(reset), { reset: ['curve'] });
    assert.equal(newestSeq(reset), 32);
    const halved = killedBehind();
    halved.lose('journal/000000000021.b.jsonl');
    assert.match(openOn(on(halved)).report.repairs.join(), /is missing: repaired/);
    assert.equal(newestSeq(halved), 32);
  });

  it('makes one when the mirror is lost', () => {
    const machine = new Machine();
    const [a, b] = [new SimulatedDisk(machine, '/a'), new SimulatedDisk(machine, '/b')];
    const store = openOn({ a, b });
    runSteps(store, 20);
    store.checkpoint('test');
    runSteps(store, 12);
    const [left, empty] = [a.kill(), new SimulatedDisk(new Machine(), '/b')];
    empty.makeFolder('journal');
    openOn({ a: left, b: empty });
    assert.equal(newestSeq(left), 32);
  });

  it('refuses a state that could not be saved, before anything is built on it', () => {
    const disk = killedBehind();
    const unfit = (id: string): AnyComponent[] =>
      COMPONENTS.map(component =>
        component.id === id
          ? { ...component, judge: () => 'a number that no file holds' }
          : component,
      );
    assert.throws(() => openOn(on(disk), { components: unfit('purse') }), {
      exitCode: 65,
      message: /purse_state\.json .* is unfit after the replay: a number that no file holds/,
    });
  });

  it('refuses a state that no file gives back, too', () => {
    const fold = (state: { paid: number; settlements: number }): void => {
      state.paid = -0;
      state.settlements += 1;
    };
    const components = COMPONENTS.map(component =>
      component.id === 'purse' ? { ...purse, on: { 'funding.settled': fold } } : component,
    ) as AnyComponent[];
    const disk = new SimulatedDisk();
    runSteps(openOn(on(disk), { components }), 3, undefined, components);
    assert.throws(() => openOn(on(disk.kill()), { components }), {
      exitCode: 65,
      message: /is unfit after the replay: -0 at \/paid/,
    });
  });

  it('is missed where both copies of the segment that it began are lost', () => {
    const disk = killedBehind();
    openOn(on(disk));
    loseSegment(disk, 33);
    assert.throws(() => openOn(on(disk.kill())), {
      exitCode: 65,
      message:
        /segment behind the last start, which begins with step 33, is missing in both copies/,
    });
  });

  it('is kept at the word of the operator where nothing but what came behind it is lost', () => {
    const disk = killedBehind();
    openOn(on(disk));
    loseSegment(disk, 33);
    const left = disk.kill();
    const store = openOn(on(left), { acceptLoss: true });
    assert.equal(hashOf(store.states), expectedAt(32));
    assert.match(
      store.report.lost.join(),
      /^facts after step 32, if there were any: the journal's/,
    );
    // What was told of them is no longer this journal's, and nothing of it is deleted.
    assert.ok(left.contents().some(([path]) => /quarantine.*0021\.a/.test(path)));
    runSteps(store, 3);
    assert.equal(hashOf(openOn(on(left.kill())).states), expectedAt(35));
  });

  it('is not gone back to where a checkpoint came since', () => {
    const disk = killedBehind();
    const store = openOn(on(disk));
    runSteps(store, 8);
    store.checkpoint('test');
    for (const first of [33, 41]) loseSegment(disk, first);
    const again = openOn(on(disk.kill()), { acceptLoss: true });
    assert.equal(again.seq, 40);
    assert.equal(hashOf(again.states), expectedAt(40));
  });

  it('is given up where its own lines are not whole either', () => {
    const disk = killedBehind();
    openOn(on(disk));
    for (const first of [21, 33]) loseSegment(disk, first);
    const store = openOn(on(disk.kill()), { acceptLoss: true });
    assert.equal(hashOf(store.states), expectedAt(20));
    assert.match(store.report.repairs.join(), /was kept as of step 20/);
  });
});
