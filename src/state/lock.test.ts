import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from './disk.ts';
import { acquireLock, LOCK_OWNER_FILE } from './lock.ts';
import { syncAll } from './sync.ts';

const MODULE = new URL('./lock.ts', import.meta.url).href;
const HOLD = `
  const { acquireLock } = await import('${MODULE}');
  acquireLock(process.argv[1]);
  console.log('held');
  setInterval(() => {}, 1000);
`;

const inUse = (error: unknown): boolean => error instanceof Fault && error.exitCode === EXIT.inUse;

describe('the lock', () => {
  let directory = '';
  let child: ChildProcess | null = null;

  beforeEach(() => {
    directory = fs.mkdtempSync(path.join(os.tmpdir(), 'holdfast-lock-'));
  });
  afterEach(async () => {
    if (child !== null && child.exitCode === null && child.signalCode === null) await kill(child);
    child = null;
    fs.rmSync(directory, { recursive: true, force: true });
  });

  async function holdInChild(): Promise<ChildProcess> {
    const started = spawn(process.execPath, ['--input-type=module', '-e', HOLD, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    assert.ok(started.stdout);
    await once(started.stdout, 'data');
    return started;
  }

  async function kill(victim: ChildProcess): Promise<void> {
    const gone = once(victim, 'exit');
    victim.kill('SIGKILL');
    await gone;
  }

  it('is refused to a second process, which is told the directory and who holds it', async () => {
    const holder = await holdInChild();
    assert.throws(
      () => acquireLock(directory),
      error =>
        inUse(error) &&
        error instanceof Fault &&
        error.message.includes(directory) &&
        error.message.includes(`process ${holder.pid}`),
    );
  });

  it('is free at once when its owner is killed', async () => {
    await kill(await holdInChild());
    acquireLock(directory).release();
  });

  it('is kept while its owner is stopped', async () => {
    const holder = await holdInChild();
    holder.kill('SIGSTOP');
    assert.throws(() => acquireLock(directory), inUse);
  });

  it('is refused to the same process a second time, and free after its release', () => {
    const lock = acquireLock(directory);
    assert.throws(() => acquireLock(directory), inUse);
    lock.release();
    lock.release();
    acquireLock(directory).release();
    assert.deepEqual(fs.readdirSync(directory), ['lock']);
  });

  it('is not held by a file that cannot be written: such a lock would shut out nobody', async () => {
    fs.writeFileSync(path.join(directory, 'lock'), '');
    fs.chmodSync(path.join(directory, 'lock'), 0o444);
    fs.chmodSync(directory, 0o777);
    const body = `const { acquireLock } = await import('${MODULE}');
      if (process.getuid() === 0) process.setuid(65534);
      try { acquireLock(process.argv[1]); console.log('held'); }
      catch ({ exitCode, message }) { console.log(exitCode, message); }`;
    const tried = spawn(process.execPath, ['--input-type=module', '-e', body, directory]);
    const [said] = await once(tried.stdout, 'data');
    assert.match(
      String(said),
      new RegExp(`^${EXIT.disk} .*${directory}/lock: no permission \\(EACCES\\)`),
    );
  });

  it('is not dropped by anything that walks over the directory', async () => {
    const lock = acquireLock(directory);
    const disk = realDisk(directory);
    syncAll({ a: disk, b: disk });
    const second = spawn(process.execPath, ['--input-type=module', '-e', HOLD, directory], {
      stdio: 'ignore',
    });
    const [code] = (await once(second, 'exit')) as [number];
    assert.equal(code, 1);
    lock.release();
  });

  it('says so when the owner is unknown, and when the lock file is none', () => {
    const lock = acquireLock(directory);
    fs.rmSync(path.join(directory, LOCK_OWNER_FILE));
    assert.throws(() => acquireLock(directory), /is in use by another Holdfast$/);
    lock.release();
    fs.writeFileSync(path.join(directory, 'lock'), 'something that is no database at all');
    assert.throws(
      () => acquireLock(directory),
      error => error instanceof Fault && error.exitCode === EXIT.corrupt,
    );
  });
});
