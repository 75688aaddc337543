import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { thaw } from '../../test/fixtures/frozen-directory.ts';
import { components } from '../components.ts';
import { type Disk, realDisk } from '../state/disk.ts';
import { inspectStates } from '../state/inspect.ts';
import { newestOf, readManifests } from '../state/manifest.ts';
import { openDisks } from '../state/open-disks.ts';
import { openStore } from '../state/store.ts';
import { backUp } from './backup.ts';
import { refuseForeign, refuseUnfinished, restoringOf } from './foreign-folder.ts';
import { drill, type RestoreTask, restoreDirectory } from './restore.ts';
import { swap } from './restore-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-restore-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const frozen = new URL('../../test/fixtures/directory-0.1.0.json.zst', import.meta.url).pathname;

/** A directory of 0.1.0, which has no ensemble, and its backup. */
before(async () => {
  thaw(frozen, at('old'));
  const disks = openDisks(at('old'));
  const quiet = { env: {}, release: 'test', now: Date.now, warn: assert.fail, progress: () => {} };
  await backUp({ ...quiet, directory: at('old'), disks, to: at('place'), keep: null });
});

const taskFor = (directory: string, told: string[] = []): RestoreTask => ({
  ...{ from: at('place'), directoryId: null, moment: { kind: 'latest' }, epoch: null, env: {} },
  ...{ directory, now: Date.now, warn: line => told.push(line), progress: () => {} },
});

describe('a restore of what an older release backed up', () => {
  it('passes its drill, and names the parts that the backup does not have', async () => {
    const { passed, findings } = await drill(taskFor(at('old')), seq =>
      inspectStates(openDisks(at('old')), components, { at: seq }),
    );
    assert.match(findings.join(), /equal to .*ensemble.*: not in the backup/);
    assert.ok(passed, findings.join());
  });

  it('passes it too where the directory has those parts by now', async () => {
    thaw(frozen, at('lifted'));
    openStore({ directory: at('lifted'), components, now: Date.now, sync: 'each' }).close();
    const seen = inspectStates(openDisks(at('lifted')), components);
    const states = { ...seen.states, ensemble: { other: 1 } };
    const { passed, findings, restored } = await drill(taskFor(at('lifted')), () => ({
      ...seen,
      states,
    }));
    assert.ok(restored.lost.includes('ensemble'), restored.lost.join());
    assert.ok(passed, findings.join());
    assert.match(findings.join(), /ensemble.*: not in the backup/);
  });
});

describe('the folders of a restore', () => {
  it('what a cut one left is replaced, told of, and never taken for a directory', async () => {
    const told: string[] = [];
    const directory = at('again');
    mkdirSync(join(restoringOf(directory), 'journal'), { recursive: true });
    writeFileSync(join(restoringOf(directory), 'manifest.json'), 'half of it');
    writeFileSync(join(restoringOf(directory), 'journal', 'x'), 'y');
    assert.throws(() => refuseUnfinished(directory), { exitCode: 65, message: /was cut/ });
    assert.throws(() => refuseUnfinished(restoringOf(directory)), { exitCode: 64 });
    const restored = await restoreDirectory(taskFor(directory, told), {
      directory,
      replace: false,
    });
    assert.equal(restored.epoch, 1000);
    assert.match(told.join(), /again.restoring is left from a restore that was cut/);
    assert.ok(!readdirSync(folder).includes('again.restoring'));
    assert.ok(!readdirSync(directory).includes('lock-owner.json'));
    assert.ok(!readdirSync(join(directory, 'journal')).includes('x'));
    assert.equal(newestOf(readManifests(realDisk(directory)))?.home, realDisk(directory).root);
    refuseUnfinished(directory);
    refuseForeign(directory);
  });

  it('one that lives is not written over, whatever lies beside or in it', async () => {
    const directory = at('living');
    await restoreDirectory(taskFor(directory), { directory, replace: false });
    mkdirSync(restoringOf(directory));
    writeFileSync(join(directory, 'restoring.json'), '{"restoring":true}\n');
    const before = readFileSync(join(directory, 'manifest.json'));
    await assert.rejects(restoreDirectory(taskFor(directory), { directory, replace: false }), {
      exitCode: 64,
      message: /is not empty/,
    });
    assert.deepEqual(readFileSync(join(directory, 'manifest.json')), before);
    refuseUnfinished(directory);
    const restored = await restoreDirectory(taskFor(directory), { directory, replace: true });
    assert.equal(restored.movedTo, `${realDisk(directory).root}.before-restore-0001`);
    assert.equal(restored.epoch, 3000);
  });

  it('takes an empty folder, and leaves it so where it is refused', async () => {
    const directory = at('empty');
    mkdirSync(directory);
    const task = { ...taskFor(directory), moment: { kind: 'step', seq: 9e8 } } as const;
    await assert.rejects(restoreDirectory(task, { directory, replace: false }), { name: 'Fault' });
    assert.deepEqual(
      readdirSync(directory).filter(name => name !== 'lock'),
      [],
    );
    assert.ok(!readdirSync(folder).includes('empty.restoring'));
    const restored = await restoreDirectory(taskFor(directory), { directory, replace: false });
    assert.equal(restored.movedTo, null);
  });

  it('a mount point is refused before anything is fetched', { skip: !isMounted() }, async () => {
    const task = taskFor('/dev/shm');
    await assert.rejects(restoreDirectory(task, { directory: '/dev/shm', replace: true }), {
      exitCode: 64,
      message: /is a mount point/,
      remedy: /--to/,
    });
  });

  it('killed at any operation of the swap leaves the former one, or both by name', () => {
    for (const hasFormer of [true, false])
      for (let killAt = 1; killAt <= (hasFormer ? 5 : 3); killAt += 1) {
        const place = mkdtempSync(join(folder, 'swap-'));
        if (hasFormer) mkdirSync(join(place, 'run'));
        if (hasFormer) writeFileSync(join(place, 'run', 'manifest.json'), 'former');
        mkdirSync(join(place, 'run.restoring'));
        writeFileSync(join(place, 'run.restoring', 'manifest.json'), 'restored');
        const aside = hasFormer ? 'run.before-restore-0001' : null;
        const names = { name: 'run', restoring: 'run.restoring', aside };
        try {
          swap({ above: dyingAt(realDisk(place), killAt), ...names });
        } catch (error) {
          assert.equal((error as Error).message, 'killed');
        }
        const found = readdirSync(place).map(name => [
          name,
          readFileSync(join(place, name, 'manifest.json'), 'utf8'),
        ]);
        const text = JSON.stringify(Object.fromEntries(found));
        const former = hasFormer ? ['{"run":"former","run.restoring":"restored"}'] : [];
        const between = hasFormer
          ? '{"run.before-restore-0001":"former","run.restoring":"restored"}'
          : '{"run.restoring":"restored"}';
        const done = hasFormer
          ? '{"run":"restored","run.before-restore-0001":"former"}'
          : '{"run":"restored"}';
        assert.ok([...former, between, done].includes(text), text);
        if (text === between) assert.throws(() => refuseUnfinished(join(place, 'run')), /was cut/);
        else refuseUnfinished(join(place, 'run'));
      }
  });
});

function isMounted(): boolean {
  try {
    return readFileSync('/proc/mounts', 'utf8').includes(' /dev/shm ');
  } catch {
    return false;
  }
}

/** The process dies before its operation of that number. */
function dyingAt(disk: Disk, killAt: number): Disk {
  let operations = 0;
  const step = <T>(work: () => T): T => {
    operations += 1;
    if (operations >= killAt) throw new Error('killed');
    return work();
  };
  return new Proxy(disk, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => step(() => value.apply(target, args));
    },
  });
}
