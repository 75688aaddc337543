import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Killed, Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, openOn, runSteps, slowClock } from '../../test/state/small-bot.ts';
import { UNTOLD_AWAY_MS, UNTOLD_BYTES_MAX } from '../base/limits.ts';
import { type Disk, realDisk } from './disk.ts';
import { segmentPath } from './journal-file.ts';
import { openStore } from './store.ts';
import { dropTold, linesKept } from './untold.ts';
import { writeWholeFile } from './whole-file.ts';

const SIDE = 'notify/journal';

function tell(disk: Disk, seq: number, channel = 'webhook'): void {
  disk.makeFolder('notify');
  const text = JSON.stringify({ format: 1, position: { seq }, check: '' });
  writeWholeFile(disk, `notify/${channel}.json`, Buffer.from(text));
}

/** Steps and checkpoints, the way a bot makes them. */
function live(disk: SimulatedDisk, rounds: number, more: { now?: () => number } = {}): void {
  const store = openOn({ a: disk, b: disk }, { now: slowClock(0, 60_000), ...more });
  for (let round = 0; round < rounds; round += 1) {
    runSteps(store, 6);
    store.checkpoint('test');
  }
  store.close();
}

/** The steps that one who was told of `seq` steps is told of now. */
function stepsAfter(disk: Disk, seq: number): number[] {
  const steps: number[] = [];
  for (let more = true; more; ) {
    const at = steps.at(-1) ?? seq;
    const { lines, ...answer } = linesKept({ a: disk, b: disk }, at, 400);
    if (answer.after !== null && answer.after.seq > at) return steps;
    steps.push(...lines.map(line => line.seq));
    more = answer.more;
  }
  return steps;
}

const count = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index + 1);

describe('what was not told of when it was pruned', () => {
  it('waits whole, wherever a kill came', () => {
    const begin = new SimulatedDisk();
    tell(begin, 3);
    const probe = begin.kill(new Machine());
    live(probe, 4);
    const end = probe.machine.operations;
    assert.ok(probe.list(SIDE).length > 0, 'something was set aside');
    assert.deepEqual(stepsAfter(probe, 3), count(3, 24));
    for (let killAt = 1; killAt <= end; killAt += 1) {
      const dying = begin.kill(Object.assign(new Machine(), { killAt }));
      assert.throws(() => live(dying, 4), Killed);
      const left = dying.kill();
      live(left, 1);
      const told = stepsAfter(left, 3);
      assert.deepEqual(told, count(3, told.at(-1) ?? 3), `killed at ${killAt}`);
      assert.ok(told.length >= 3, `killed at ${killAt}: ${told.length} steps`);
    }
  });

  it('goes once it was told, by the one who was told least', () => {
    const disk = new SimulatedDisk();
    tell(disk, 0);
    tell(disk, 20, 'telegram-1');
    live(disk, 6);
    assert.deepEqual(stepsAfter(disk, 0), count(0, 36));
    tell(disk, 20);
    live(disk, 1);
    assert.deepEqual(stepsAfter(disk, 18), count(18, 42), 'the segment with the 20th is whole');
    assert.deepEqual(stepsAfter(disk, 17), []);
    for (const channel of ['webhook', 'telegram-1']) tell(disk, 42, channel);
    live(disk, 1);
    assert.deepEqual(disk.list(SIDE), []);
  });

  it('waits for nobody who is not told of anything, or was not for days', () => {
    const disk = new SimulatedDisk();
    live(disk, 6);
    assert.deepEqual(disk.list('notify'), []);
    tell(disk, 0);
    disk.makeFolder('notify');
    writeWholeFile(disk, 'notify/offset.json', Buffer.from('{"offset":1}'));
    live(disk, 3, { now: slowClock(2 * UNTOLD_AWAY_MS, 60_000) });
    assert.deepEqual(disk.list(SIDE), []);
    assert.deepEqual(stepsAfter(disk, 0), []);
  });

  it('is bounded: the oldest go first', () => {
    const disk = new SimulatedDisk();
    live(disk, 4);
    tell(disk, 0);
    disk.makeFolder(SIDE);
    const half = Buffer.alloc(UNTOLD_BYTES_MAX / 2);
    const names = [1, 2, 3].map(first => segmentPath(first, 'a'));
    for (const name of names) writeWholeFile(disk, `notify/${name}`, half);
    dropTold({ a: disk, b: disk }, 0);
    assert.deepEqual(
      disk.list(SIDE).map(name => `journal/${name}`),
      names.slice(1),
    );
  });

  it('is no reason to stop a bot, whatever stands in its place', () => {
    const root = mkdtempSync(join(tmpdir(), 'holdfast-untold-'));
    try {
      mkdirSync(join(root, 'notify'));
      writeFileSync(join(root, 'notify', 'webhook.json'), '{"position":{"seq":0}}');
      writeFileSync(join(root, SIDE), 'a file');
      const now = Date.now;
      const store = openStore({ directory: root, components: COMPONENTS, now, sync: 'each' });
      for (let round = 0; round < 4; round += 1) {
        runSteps(store, 6);
        store.checkpoint('test');
      }
      store.close();
      assert.equal(readFileSync(join(root, SIDE), 'utf8'), 'a file');
      assert.deepEqual(stepsAfter(realDisk(root), 0), []);
      assert.deepEqual(stepsAfter(realDisk(root), 18), count(18, 24));
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('is had from the history where that is kept, and is not kept twice', () => {
    const disk = new SimulatedDisk();
    tell(disk, 0);
    const store = openOn({ a: disk, b: disk }, { keepHistory: true, now: slowClock(0, 60_000) });
    for (let round = 0; round < 6; round += 1) {
      runSteps(store, 6);
      store.checkpoint('test');
    }
    store.close();
    assert.deepEqual(disk.list(SIDE), []);
    assert.deepEqual(stepsAfter(disk, 0), count(0, 36));
  });
});
