import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { openOn, purse, runSteps } from '../../test/state/small-bot.ts';
import type { AnyComponent, Encoded } from '../core/component.ts';
import { assertUpgrades, upgradeContent } from './upgrade.ts';
import { verifyDirectory } from './verify.ts';

type Value = Readonly<Record<string, unknown>>;
const lift =
  (change: (value: Value) => Value) =>
  (old: Encoded): Encoded => {
    assert.ok(old.format === 'json');
    return { format: 'json', value: change(old.value) };
  };

/** Version 2 renames `paid`, version 3 adds a list; the state grows with it. */
const purse3: AnyComponent = {
  ...purse,
  version: 3,
  file: {
    ...purse.file,
    encode: (state: { paid: number; settlements: number; notes: string[] }) => {
      const { paid: total, settlements, notes } = state;
      return { format: 'json', value: { total, settlements, notes } };
    },
    decode: (content: Encoded) => {
      assert.ok(content.format === 'json');
      const { total, settlements, notes } = content.value;
      if (typeof total !== 'number' || !Array.isArray(notes)) throw new Error('not version 3');
      return { paid: total, settlements, notes };
    },
  },
  initial: () => ({ paid: 0, settlements: 0, notes: [] }),
  upgrades: {
    2: lift(({ paid, ...rest }) => ({ ...rest, total: paid })),
    3: lift(value => ({ ...value, notes: ['upgraded'] })),
  },
};

function oldDirectory(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn({ a: disk, b: disk }, { components: [purse] });
  runSteps(store, 10, undefined, [purse]);
  store.checkpoint('test');
  runSteps(store, 5, undefined, [purse]);
  store.close();
  return disk;
}

describe('upgrades', () => {
  it('run one after the other, before the facts behind the file are folded', () => {
    const disk = oldDirectory();
    const store = openOn({ a: disk, b: disk }, { components: [purse3] });
    assert.deepEqual(store.states['purse'], { paid: 56, settlements: 7, notes: ['upgraded'] });
    assert.deepEqual(store.report.upgraded, ['purse_state.json: schema 1 → 3']);
    store.close();
    const again = openOn({ a: disk, b: disk }, { components: [purse3] });
    assert.deepEqual(again.report.upgraded, []);
    assert.deepEqual(again.states['purse'], { paid: 56, settlements: 7, notes: ['upgraded'] });
    assert.deepEqual(disk.list('backups'), ['0001-before-upgrade']);
  });

  it('the files that they replaced at the same step are no damage, now and later', () => {
    const disk = new SimulatedDisk();
    const disks = { a: disk, b: disk };
    const old = openOn(disks, { components: [purse] });
    runSteps(old, 10, undefined, [purse]);
    old.checkpoint('test');
    old.close();
    const lifted = openOn(disks, { components: [purse3] });
    for (let checkpoint = 0; checkpoint < 3; checkpoint += 1) {
      runSteps(lifted, 4, undefined, [purse3]);
      lifted.checkpoint('test');
      const { findings } = verifyDirectory(disks, [purse3]);
      assert.deepEqual(
        findings.filter(({ severity }) => severity === 'damage'),
        [],
      );
    }
    lifted.close();
    assert.deepEqual(openOn(disks, { components: [purse3] }).report.repairs, []);
  });

  it('the directory is backed up before, and the backup opens with the old release', () => {
    const disk = oldDirectory();
    openOn({ a: disk, b: disk }, { components: [purse3] }).close();
    const backup = new SimulatedDisk();
    copyTree(disk, 'backups/0001-before-upgrade', backup);
    const store = openOn({ a: backup, b: backup }, { components: [purse] });
    assert.deepEqual(store.report.repairs, []);
    assert.equal(store.seq, 15);
  });

  it('what the newer release wrote is refused by the older one, and not touched', () => {
    const disk = oldDirectory();
    openOn({ a: disk, b: disk }, { components: [purse3] }).close();
    const operations = disk.machine.operations;
    const open = () => openOn({ a: disk, b: disk }, { components: [purse], acceptLoss: true });
    assert.throws(open, { exitCode: 65, message: /newer release/ });
    assert.equal(disk.machine.operations, operations);
    const { damaged } = verifyDirectory({ a: disk, b: disk }, [purse]);
    assert.equal(damaged, true);
  });

  it('a flipped bit in the schema of a file is damage, not a newer release', () => {
    const disk = oldDirectory();
    disk.tamper('purse_state.json', data =>
      Buffer.from(data.toString().replace('"schema": 1', '"schema": 3')),
    );
    const store = openOn({ a: disk, b: disk }, { components: [purse] });
    assert.match(store.report.repairs.join(), /purse_state.json was damaged/);
    assert.deepEqual(store.states['purse'], { paid: 56, settlements: 7 });
    disk.tamper('purse_state.json', data =>
      Buffer.from(data.toString().replace('"schema": 1', '"schema": 2')),
    );
    const open = () => openOn({ a: disk, b: disk }, { components: [purse] });
    assert.throws(open, { exitCode: 65, message: /newer release/ });
  });

  it('a gap between versions is a bug, told of before anything is opened', () => {
    const { 2: _, ...gap } = purse3.upgrades ?? {};
    assert.throws(() => assertUpgrades([{ ...purse3, upgrades: gap }]), /no upgrade to version 2/);
    const early: AnyComponent = { ...purse3, version: 2 };
    assert.throws(() => assertUpgrades([early]), /has an upgrade to version 3, but is at 2/);
    const content: Encoded = { format: 'json', value: {} };
    assert.throws(() => upgradeContent({ ...purse3, upgrades: gap }, 1, content), /no upgrade/);
  });

  it('a component that is new to a directory starts from its defaults and is told of', () => {
    const disk = oldDirectory();
    const disks = { a: disk, b: disk };
    const store = openOn(disks, { components: [purse] });
    runSteps(store, 10, undefined, [purse]);
    store.checkpoint('test');
    store.close();
    const added: AnyComponent = {
      ...purse,
      ...{ id: 'second', title: 'Second purse' },
      file: { ...purse.file, name: 'second_state.json' },
    };
    const grown = openOn(disks, { components: [purse, added] });
    assert.deepEqual(grown.report.lost, []);
    assert.match(grown.report.upgraded.join(), /Second purse is new/);
    runSteps(grown, 2, undefined, [purse, added]);
    const settled = grown.states['second'];
    const next = openOn({ a: disk.kill(), b: disk.kill() }, { components: [purse, added] });
    assert.deepEqual(next.states['second'], settled);
  });
});

function copyTree(from: SimulatedDisk, folder: string, to: SimulatedDisk, at = ''): void {
  for (const name of from.list(folder)) {
    const path = `${folder}/${name}`;
    const target = at === '' ? name : `${at}/${name}`;
    if (from.stat(path)?.directory) {
      to.makeFolder(target);
      copyTree(from, path, to, target);
      continue;
    }
    const file = to.create(target);
    file.write(from.read(path) ?? new Uint8Array(0));
    file.sync();
  }
}
