import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Killed, Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, openOn, runSteps } from '../../test/state/small-bot.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { UNTOLD_BYTES_MAX } from '../base/limits.ts';
import { Rng, seedRng } from '../base/rng.ts';
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
function live(disk: SimulatedDisk, rounds: number): void {
  const store = openOn({ a: disk, b: disk });
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
  it('waits whole, wherever a kill or a power cut came', () => {
    const begin = new SimulatedDisk();
    const rng = new Rng(seedRng(8));
    tell(begin, 3);
    const probe = begin.kill(new Machine());
    live(probe, 4);
    const end = probe.machine.operations;
    assert.ok(probe.list(SIDE).length > 0, 'something was set aside');
    assert.deepEqual(stepsAfter(probe, 3), count(3, 24));
    for (let killAt = 1; killAt <= end; killAt += 1) {
      const dying = begin.kill(Object.assign(new Machine(), { killAt }));
      assert.throws(() => live(dying, 4), Killed);
      for (const left of [dying.kill(), dying.crash(rng)]) {
        live(left, 1);
        const told = stepsAfter(left, 3);
        assert.deepEqual(told, count(3, told.at(-1) ?? 3), `ended at ${killAt}`);
        assert.ok(told.length >= 3, `ended at ${killAt}: ${told.length} steps`);
      }
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

  it('is had from any step on', () => {
    for (let told = 0; told < 24; told += 1) {
      const disk = new SimulatedDisk();
      tell(disk, told);
      live(disk, 4);
      assert.deepEqual(stepsAfter(disk, told), count(told, 24));
    }
  });

  it('waits for nobody who is not told of anything', () => {
    const disk = new SimulatedDisk();
    live(disk, 6);
    assert.deepEqual(disk.list('notify'), []);
    disk.makeFolder('notify');
    writeWholeFile(disk, 'notify/telegram.json', Buffer.from('{"offset":1}'));
    live(disk, 3);
    assert.deepEqual(disk.list(SIDE), []);
    assert.deepEqual(stepsAfter(disk, 0), []);
  });

  it("poisons nothing where it cannot be set aside, and one cursor that cannot be read is no other's matter", () => {
    const refuse = (): never => {
      throw new Fault(EXIT.disk, 'refused', 'none');
    };
    for (const isLink of [true, false]) {
      const disk = new SimulatedDisk();
      tell(disk, 0);
      tell(disk, 0, 'telegram-1');
      const bound: Disk = new Proxy(disk, {
        get: (target, name) => {
          if (name === 'link' && isLink) return refuse;
          if (name === 'read')
            return (path: string) => (path.includes('telegram') ? refuse() : disk.read(path));
          const own = Reflect.get(target, name);
          return typeof own === 'function' ? own.bind(target) : own;
        },
      });
      const store = openOn({ a: disk, b: disk, at: () => bound });
      for (let round = 0; round < 4; round += 1) {
        runSteps(store, 6);
        store.checkpoint('test');
      }
      store.close();
      assert.equal(disk.list(SIDE).length > 0, !isLink);
    }
  });

  it('is bounded: the oldest go first', () => {
    const disk = new SimulatedDisk();
    live(disk, 4);
    tell(disk, 0);
    disk.makeFolder(SIDE);
    const half = Buffer.alloc(UNTOLD_BYTES_MAX / 2);
    const names = [1, 2, 3].map(first => segmentPath(first, 'a'));
    for (const name of names) writeWholeFile(disk, `notify/${name}`, half);
    dropTold({ a: disk, b: disk });
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
    const store = openOn({ a: disk, b: disk }, { keepHistory: true });
    for (let round = 0; round < 6; round += 1) {
      runSteps(store, 6);
      store.checkpoint('test');
    }
    store.close();
    assert.deepEqual(disk.list(SIDE), []);
    assert.deepEqual(stepsAfter(disk, 0), count(0, 36));
  });
});
