import assert from 'node:assert/strict';
import fs, { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Killed, Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from '../../test/state/small-bot.ts';
import { diffStates } from './diff-states.ts';
import { history, inspectStates } from './inspect.ts';
import { openDisks } from './open-disks.ts';
import { openStore } from './store.ts';
import { verifyDirectory } from './verify.ts';

function settled(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn({ a: disk, b: disk });
  for (const steps of [14, 7]) {
    runSteps(store, steps);
    store.checkpoint('test');
  }
  runSteps(store, 3);
  return disk;
}

const verify = (disk: SimulatedDisk) => verifyDirectory({ a: disk, b: disk }, COMPONENTS);
const damageIn = (disk: SimulatedDisk) =>
  verify(disk).findings.filter(finding => finding.severity === 'damage');

describe('verify', () => {
  it('nothing yet is clean', () => {
    const { empty, damaged, findings, seq } = verify(new SimulatedDisk());
    assert.deepEqual(
      { empty, damaged, findings, seq },
      { empty: true, damaged: false, findings: [], seq: 0 },
    );
  });

  it('a first start that was cut short twice has lost nothing', () => {
    const first = Object.assign(new Machine(), { killAt: 37 });
    const dying = new SimulatedDisk(first);
    assert.throws(() => openOn({ a: dying, b: dying }), Killed);
    for (let killAt = 1; killAt < 60; killAt += 1) {
      const again = dying.kill(Object.assign(new Machine(), { killAt }));
      assert.throws(() => openOn({ a: again, b: again }), Killed);
      assert.deepEqual(damageIn(again.kill()), [], `and again at ${killAt}`);
    }
  });

  it('a running directory is clean, and nothing is written to it', () => {
    const disk = settled();
    const { operations } = disk.machine;
    assert.deepEqual(damageIn(disk), []);
    assert.equal(verify(disk).seq, 24);
    assert.equal(disk.machine.operations, operations);
  });

  it('every flipped bit of every file is found', () => {
    const clean = settled();
    const paths = [
      ...COMPONENTS.map(component => component.file.name),
      ...COMPONENTS.map(component => `previous/14/${component.file.name}`),
      ...['manifest.json', 'manifest.mirror.json'],
    ];
    for (const file of paths) {
      const { length } = clean.read(file)!;
      for (let byte = 0; byte < length; byte += Math.max(1, length >> 4)) {
        const disk = clean.kill();
        disk.tamper(file, data => {
          data[byte]! ^= 1 << (byte % 8);
          return data;
        });
        const named = damageIn(disk).some(finding => finding.file === file);
        // White space between the tokens of a manifest carries nothing.
        const isBlank =
          file.startsWith('manifest') && /\s/.test(String.fromCharCode(clean.read(file)![byte]!));
        assert.ok(named || isBlank, `${file} byte ${byte}`);
      }
    }
  });

  it('every missing file is found', () => {
    const clean = settled();
    const files = [
      ...COMPONENTS.map(({ file }) => file.name),
      'manifest.json',
      'previous/14/purse_state.json',
    ];
    const blobs = clean.list('blobs').map(name => `blobs/${name}`);
    const journal = clean.list('journal').map(name => `journal/${name}`);
    for (const file of [...files, ...blobs, ...journal]) {
      const disk = clean.kill();
      disk.lose(file);
      assert.ok(
        damageIn(disk).some(finding => finding.file.endsWith(file.replace('.jsonl.zst', '.jsonl'))),
        `${file} is missing`,
      );
    }
  });

  it('what is found is mended by the next start, without loss', () => {
    const clean = settled();
    const files = [...COMPONENTS.map(({ file }) => file.name), 'manifest.json'];
    for (const file of files)
      for (const how of ['lose', 'tamper'] as const) {
        const disk = clean.kill();
        if (how === 'lose') disk.lose(file);
        else disk.tamper(file, data => data.subarray(0, data.length >> 1));
        const store = openOn({ a: disk, b: disk });
        assert.equal(hashOf(store.states), expectedAt(24), `${how} ${file}`);
        assert.match(store.report.repairs.join(), new RegExp(file), `${how} ${file}`);
        assert.deepEqual(store.report.lost, []);
        assert.deepEqual(damageIn(disk), [], `${how} ${file}`);
        if (how === 'tamper') assert.match(disk.list('quarantine').join(), new RegExp(file));
      }
  });
});

describe('inspection', () => {
  it('shows the head, an earlier step, and refuses one that is not kept', () => {
    const disk = settled();
    const disks = { a: disk, b: disk };
    const head = inspectStates(disks, COMPONENTS);
    assert.equal(head.seq, 24);
    assert.equal(hashOf(head.states), expectedAt(24));
    for (const at of [14, 17, 21, 23])
      assert.equal(hashOf(inspectStates(disks, COMPONENTS, { at }).states), expectedAt(at));
    for (const at of [13, 25])
      assert.throws(() => inspectStates(disks, COMPONENTS, { at }), { exitCode: 2 });
  });

  it('shows what a refused directory still holds, and why it is refused', () => {
    const disk = settled();
    for (const name of disk.list('journal')) disk.lose(`journal/${name}`);
    const { doubt, states, seq } = inspectStates({ a: disk, b: disk }, COMPONENTS);
    assert.match(doubt ?? '', /journal is missing/);
    assert.equal(seq, 21);
    assert.equal(hashOf(states), expectedAt(21));
  });

  it('names the segment behind the last checkpoint where it is missing', () => {
    const disk = settled();
    disk.lose('journal/000000000022.a.jsonl');
    disk.lose('journal/000000000022.b.jsonl');
    const { doubt } = inspectStates({ a: disk, b: disk }, COMPONENTS);
    assert.match(
      doubt ?? '',
      /segment behind the last checkpoint, which begins with step 22, is missing in both copies$/,
    );
  });

  it('tells the generations and the notes', () => {
    const disk = settled();
    const { generations, notes } = history({ a: disk, b: disk });
    assert.deepEqual(
      generations.map(generation => generation.seq),
      [21, 14],
    );
    assert.equal(generations[1]?.files['purse']?.file, 'previous/14/purse_state.json');
    assert.deepEqual(
      notes.map(note => note.what),
      ['recovered', 'checkpoint', 'checkpoint'],
    );
  });

  it('names the paths in which two states differ, and no more than asked for', () => {
    const before = { a: 1, b: { c: [1, 2], d: 'x' }, e: Float64Array.of(1, 2) };
    const after = { a: 1, b: { c: [1, 3, 4] }, e: Float64Array.of(1, 5) };
    assert.deepEqual(diffStates(before, after), [
      { path: '/b/c/1', before: 2, after: 3 },
      { path: '/b/c/2', before: undefined, after: 4 },
      { path: '/b/d', before: 'x', after: undefined },
      { path: '/e/1', before: 2, after: 5 },
    ]);
    assert.equal(diffStates(before, after, 2).length, 2);
  });
});

describe('a store on a real disk', () => {
  const inFolder = (run: (folder: string) => void): void => {
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-store-'));
    try {
      run(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const options = { components: COMPONENTS, now: () => Date.now(), sync: 'shared' as const };

  it('comes back, is locked meanwhile, and keeps its journal where it is told to', () => {
    inFolder(folder => {
      const directory = path.join(folder, 'models');
      const journalMirror = path.join(folder, 'mirror');
      assert.throws(() => openStore({ ...options, directory, journalMirror }), {
        exitCode: 64,
        message: /the folder of the journal's second copy is not there/,
      });
      mkdirSync(journalMirror);
      const store = openStore({ ...options, directory, journalMirror });
      assert.throws(() => openStore({ ...options, directory }), { exitCode: 75 });
      runSteps(store, 30);
      const { files, bytes } = store.checkpoint('test');
      assert.equal(files.length, 4);
      assert.equal(statSync(path.join(directory, files[0]!)).isFile(), true);
      assert.ok(store.bytesOnDisk() > bytes);
      runSteps(store, 4);
      store.close();
      assert.ok(
        readdirSync(path.join(journalMirror, 'journal')).every(name => name.includes('.b.')),
      );
      const again = openStore({ ...options, directory, journalMirror });
      assert.equal(hashOf(again.states), expectedAt(34));
      assert.deepEqual(again.report.repairs, []);
      again.close();
      assert.equal(verifyDirectory(openDisks(directory, journalMirror), COMPONENTS).damaged, false);
    });
  });

  for (const code of ['EPERM', 'ENOTSUP', 'EMLINK'])
    it(`a disk without hard links (${code}) keeps copies instead`, context => {
      inFolder(folder => {
        context.mock.method(fs, 'linkSync', () => {
          throw Object.assign(new Error(code), { code });
        });
        const store = openStore({ ...options, directory: folder });
        for (const steps of [10, 10, 5]) {
          runSteps(store, steps);
          store.checkpoint('test');
        }
        store.close();
        const spare = path.join(folder, 'previous', '20', 'purse_state.json');
        assert.equal(statSync(spare).nlink, 1);
        writeFileSync(path.join(folder, 'purse_state.json'), 'damage');
        const again = openStore({ ...options, directory: folder });
        assert.equal(hashOf(again.states), expectedAt(25));
        assert.equal(again.report.repairs.length, 1);
        assert.deepEqual(readdirSync(path.join(folder, 'quarantine')), ['0001-purse_state.json']);
        again.close();
        assert.equal(verifyDirectory(openDisks(folder), COMPONENTS).damaged, false);
      });
    });

  it('state files alone need the word of the operator, and are kept with it', () => {
    inFolder(folder => {
      const store = openStore({ ...options, directory: folder });
      runSteps(store, 30);
      store.checkpoint('test');
      store.close();
      const names = new Set(COMPONENTS.map(component => component.file.name));
      for (const name of readdirSync(folder))
        if (!names.has(name)) rmSync(path.join(folder, name), { recursive: true });
      rmSync(path.join(folder, 'curve_state.json.zst'));
      const open = (acceptLoss: boolean) =>
        openStore({ ...options, directory: folder, acceptLoss });
      assert.throws(() => open(false), { exitCode: 65, remedy: /--accept-loss/ });
      const kept = open(true);
      assert.equal(kept.seq, 30);
      assert.ok(kept.epoch > 1);
      assert.deepEqual(kept.states['curve'], { points: [] });
      assert.equal((kept.states['purse'] as { settlements: number }).settlements, 15);
      assert.match(kept.report.lost.join(), /Curve starts from its defaults/);
      kept.close();
    });
  });
});
