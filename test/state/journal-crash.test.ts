import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../../src/base/rng.ts';
import type { Disk, DiskFile } from '../../src/state/disk.ts';
import {
  compressSealed,
  type Disks,
  JournalWriter,
  pruneJournal,
  repairJournal,
  scanJournal,
} from '../../src/state/journal.ts';
import {
  checkRepaired,
  checkSteps,
  DIRECTORY,
  factText,
  restart,
  type SimulatedDisks,
  segmentName,
} from '../journal-fixture.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import { TAILS, type Tail } from '../simulated-tail.ts';

/** What a run had been told was durable, and how far it had got. */
interface Told {
  acknowledged: number;
  written: number;
}

function newMachine(killAt = 0): Machine {
  const machine = new Machine();
  machine.killAt = killAt;
  return machine;
}

function onMachine(machine: Machine, shared: boolean): SimulatedDisks {
  const a = new SimulatedDisk(machine, '/a');
  return { a, b: shared ? a : new SimulatedDisk(machine, '/b') };
}

/** Everything the journal does in its life, in one go. */
function live(disks: Disks, told: Told): void {
  const writer = restart(disks);
  const tell = (count: number) => {
    for (let step = 0; step < count; step += 1) {
      told.written = writer.seq + 1;
      writer.append(writer.seq + 1, [factText(writer.seq + 1)]);
      told.acknowledged = writer.seq;
    }
  };
  tell(2);
  writer.rotate({ seq: writer.seq });
  tell(2);
  compressSealed(disks, writer.seq);
  for (let step = 0; step < 12; step += 1) {
    told.written = writer.seq + 1;
    writer.appendUnsynced(writer.seq + 1, [factText(writer.seq + 1)]);
  }
  writer.sync();
  told.acknowledged = writer.seq;
  writer.rotate({ seq: writer.seq });
  writer.rotate({ seq: writer.seq, again: true });
  tell(1);
  compressSealed(disks, writer.seq);
  pruneJournal(disks, writer.seq);
  tell(1);
  writer.close();
}

function liveUntilKilled(disks: Disks, told: Told): void {
  try {
    live(disks, told);
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

function killed(disks: SimulatedDisks, machine: Machine): SimulatedDisks {
  const a = disks.a.kill(machine);
  return { a, b: disks.b === disks.a ? a : disks.b.kill(machine) };
}

function crashed(disks: SimulatedDisks, rng: Rng, tail?: Tail): SimulatedDisks {
  const machine = new Machine();
  const a = disks.a.crash(rng, tail, machine);
  return { a, b: disks.b === disks.a ? a : disks.b.crash(rng, tail, machine) };
}

/** Nothing that was acknowledged is gone, nothing is there that was never written. */
function checkKept(disks: SimulatedDisks, told: Told): void {
  const scan = scanJournal(disks);
  checkSteps(scan);
  const range = `${told.acknowledged} ≤ ${scan.last} ≤ ${told.written}`;
  assert.ok(scan.last >= told.acknowledged && scan.last <= told.written, range);
}

function operationsOfALife(shared: boolean): number {
  const machine = new Machine();
  const disks = onMachine(machine, shared);
  live(disks, { acknowledged: 0, written: 0 });
  const first = machine.operations;
  live(disks, { acknowledged: 0, written: 0 });
  return machine.operations + first;
}

const OPERATIONS = { one: operationsOfALife(true), two: operationsOfALife(false) };

describe('killed at every operation, the journal', () => {
  for (const shared of [false, true])
    it(`keeps what it acknowledged and calls nothing damage (${shared ? 'one disk' : 'two disks'})`, () => {
      for (let killAt = 1; killAt <= (shared ? OPERATIONS.one : OPERATIONS.two); killAt += 1) {
        const told = { acknowledged: 0, written: 0 };
        let disks = onMachine(newMachine(killAt), shared);
        liveUntilKilled(disks, told);
        if (!disks.a.machine.dead) liveUntilKilled(disks, told);
        disks = killed(disks, new Machine());
        checkKept(disks, told);
        const damage = scanJournal(disks).repairs.filter(repair => repair.kind === 'damage');
        assert.deepEqual(damage, [], `killed at ${killAt}`);
        live(disks, { ...told });
        checkRepaired(disks, scanJournal(disks).last);
      }
    });

  it('keeps it when the recovery is killed too, at every operation', () => {
    const rng = new Rng(seedRng(5));
    for (let killAt = 1; killAt <= OPERATIONS.two; killAt += 5)
      for (let again = 1; again <= 24; again += 2) {
        const told = { acknowledged: 0, written: 0 };
        const disks = onMachine(newMachine(killAt), false);
        liveUntilKilled(disks, told);
        const second = killed(disks, newMachine(again));
        liveUntilKilled(second, told);
        const third = killed(second, new Machine());
        checkKept(third, told);
        checkKept(crashed(third, rng), told);
      }
  });
});

describe('after a power cut at every operation, the journal', () => {
  for (const shared of [false, true])
    it(`keeps what it acknowledged, whatever the disk shows (${shared ? 'one disk' : 'two disks'})`, () => {
      const rng = new Rng(seedRng(42));
      for (let killAt = 1; killAt <= (shared ? OPERATIONS.one : OPERATIONS.two); killAt += 1) {
        const told = { acknowledged: 0, written: 0 };
        const disks = onMachine(newMachine(killAt), shared);
        liveUntilKilled(disks, told);
        if (!disks.a.machine.dead) liveUntilKilled(disks, told);
        for (const tail of TAILS) checkKept(crashed(disks, rng, tail), told);
        const after = crashed(disks, rng);
        checkKept(after, told);
        const again = { ...told };
        liveUntilKilled(after, again);
        checkKept(crashed(after, rng), again);
      }
    });
});

/** A disk on which one of its duties does nothing: a planted bug. */
function without(disk: SimulatedDisk, duty: 'syncFile' | 'syncFolder' | 'sync'): Disk {
  const lame = (file: DiskFile): DiskFile => ({ ...file, sync: () => {} });
  return new Proxy<Disk>(disk, {
    get: (target, key) => {
      if (key === duty) return () => {};
      if (key === 'create' && duty === 'sync') return (path: string) => lame(target.create(path));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

describe('this harness sees', () => {
  for (const duty of ['sync', 'syncFolder'] as const)
    it(`a journal that forgets ${duty === 'sync' ? 'to sync its files' : 'to sync its folder'}`, () => {
      const rng = new Rng(seedRng(3));
      let lost = 0;
      for (let killAt = 1; killAt <= OPERATIONS.two; killAt += 1) {
        const told = { acknowledged: 0, written: 0 };
        const disks = onMachine(newMachine(killAt), false);
        liveUntilKilled({ a: without(disks.a, duty), b: without(disks.b, duty) }, told);
        try {
          checkKept(crashed(disks, rng), told);
        } catch {
          lost += 1;
        }
      }
      assert.ok(lost > 0);
    });
});

describe('kill, restart, power cut', () => {
  /** Copies that lack an acknowledged step after kill → restart → append → power cut. */
  function lackingAfter(recoverOn: (disk: SimulatedDisk) => Disk): number {
    let lacking = 0;
    for (let killAt = 1; killAt <= OPERATIONS.two; killAt += 1) {
      const told = { acknowledged: 0, written: 0 };
      const first = onMachine(newMachine(killAt), false);
      liveUntilKilled(first, told);
      const second = killed(first, new Machine());
      const recovering = { a: recoverOn(second.a), b: recoverOn(second.b) };
      const scan = scanJournal(recovering);
      repairJournal(recovering, scan);
      const { last, lastHash } = scan;
      const start = { directory: DIRECTORY, first: last + 1, continues: lastHash, manifest: null };
      const writer = JournalWriter.open(second, start);
      writer.append(last + 1, [factText(last + 1)]);
      const third = crashed(second, new Rng(seedRng(killAt)), 'none');
      checkKept(third, { acknowledged: last + 1, written: last + 1 });
      const { repairs } = scanJournal(third);
      if (repairs.some(repair => repair.kind === 'damage')) lacking += 1;
    }
    return lacking;
  }

  it('[R1] both copies hold every step that recovery has read', () => {
    assert.equal(
      lackingAfter(disk => disk),
      0,
    );
  });

  it('[R1] without the sync in recovery this same test finds copies that lack steps', () => {
    assert.ok(lackingAfter(disk => without(disk, 'syncFile')) > 0);
  });
});

describe('a batch whose pages reached copy a in any order', () => {
  const batch = (disks: SimulatedDisks, stopAfter: number) => {
    const { machine } = disks.a;
    const writer = restart(disks);
    writer.append(1, [factText(1)]);
    for (let seq = 2; seq <= 20; seq += 1) writer.appendUnsynced(seq, [factText(seq)]);
    machine.killAt = machine.operations + stopAfter;
    assert.throws(() => writer.sync(), Killed);
  };
  const blank = (data: Buffer) => data.fill(0, 420, 900);

  it('is an unfinished write when copy b ends before it', () => {
    const disks = onMachine(new Machine(), false);
    batch(disks, 3);
    const after = killed(disks, new Machine());
    after.b.tamper(segmentName(1, 'b'), data => data.subarray(0, endOfStep1(data)));
    after.a.tamper(segmentName(1, 'a'), blank);
    assert.equal(scanJournal(after).last, 1);
    checkRepaired(after, 1);
  });

  it('keeps its good lines up to the first lost page', () => {
    const disks = onMachine(new Machine(), false);
    batch(disks, 3);
    const after = killed(disks, new Machine());
    after.b.tamper(segmentName(1, 'b'), data => data.subarray(0, endOfStep1(data)));
    after.a.tamper(segmentName(1, 'a'), data => data.fill(0, 1100, 1200));
    const { last } = scanJournal(after);
    assert.ok(last > 1 && last < 10);
    checkRepaired(after, last);
  });

  it('is a hole when copy b ends anywhere else', () => {
    const disks = onMachine(new Machine(), false);
    batch(disks, 3);
    const after = killed(disks, new Machine());
    after.b.tamper(segmentName(1, 'b'), data => data.subarray(0, endOfStep1(data) + 1));
    after.a.tamper(segmentName(1, 'a'), blank);
    assert.throws(() => scanJournal(after), /the journal has a hole/);
  });

  const endOfStep1 = (data: Buffer): number => data.indexOf('\n', data.indexOf('\n') + 1) + 1;
});
