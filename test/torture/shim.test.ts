import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Deed, KINDS, type Plan, Shim, withoutShim } from './process/shim.ts';

/** What a store does to a file, one of each. */
const SCRIPT = `
  const fs = require('node:fs');
  const at = name => process.argv[1] + '/' + name;
  fs.mkdirSync(at('folder'));
  const file = fs.openSync(at('folder/x'), 'wx');
  let done = 0;
  while (done < 10) done += fs.writeSync(file, Buffer.from('0123456789'), done, 10 - done);
  fs.fdatasyncSync(file);
  fs.closeSync(file);
  fs.renameSync(at('folder/x'), at('folder/y'));
  fs.linkSync(at('folder/y'), at('z'));
  const folder = fs.openSync(at('folder'), 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
  fs.unlinkSync(at('folder/y'));
  fs.rmdirSync(at('folder'));
  fs.readFileSync(at('z'));
  console.log(Date.now());
`;
const DONE = [
  ...['mkdir', 'open-write', 'write', 'sync', 'rename'],
  ...['link', 'open-read', 'sync', 'unlink', 'rmdir', 'open-read'],
];

describe('the shim', { skip: withoutShim() ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-shim-'));
  const scene = join(folder, 'scene');
  const shim = withoutShim() === null ? new Shim(folder, scene) : null;
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(plan: Omit<Plan, 'of'> = {}) {
    rmSync(scene, { recursive: true, force: true });
    mkdirSync(scene);
    assert.ok(shim !== null);
    shim.plan({ of: KINDS, ...plan });
    const env = { ...process.env, ...shim.envOf() };
    const ended = spawnSync(process.execPath, ['-e', SCRIPT, scene], { env, encoding: 'utf8' });
    return { ...ended, told: shim.told() };
  }

  const at = (kind: string): number => DONE.indexOf(kind) + 1;

  it('counts each operation of a process once, in order', () => {
    const { status, stderr, told } = run();
    assert.equal(status, 0, stderr);
    assert.deepEqual(
      told.operations.map(({ kind }) => kind),
      DONE,
    );
    assert.equal(told.operations[2]?.bytes, 10);
    assert.equal(told.hits, 0);
  });

  it('kills before an operation, and says afterwards which', () => {
    const { signal, told } = run({ at: at('rename'), deed: { do: 'kill' } });
    assert.equal(signal, 'SIGKILL');
    assert.deepEqual([told.kind, told.path], ['rename', join(scene, 'folder/y')]);
    assert.ok(existsSync(join(scene, 'folder/x')));
  });

  it('tears a write, or shortens it and lets the process go on', () => {
    const torn = run({ at: at('write'), deed: { do: 'tear', part: 'half' } });
    assert.equal(torn.signal, 'SIGKILL');
    assert.equal(readFileSync(join(scene, 'folder/x'), 'utf8'), '01234');
    const short = run({ at: at('write'), deed: { do: 'short', part: 'one byte' } });
    assert.equal(short.status, 0, short.stderr);
    assert.equal(readFileSync(join(scene, 'z'), 'utf8'), '0123456789');
  });

  it('fails an operation, once or from then on', () => {
    const deed: Deed = { do: 'fail', with: 'ENOSPC' };
    const once = run({ at: at('link'), deed });
    assert.match(once.stderr, /ENOSPC.*link/);
    const sync = run({ at: at('sync'), deed: { do: 'fail', with: 'EIO', sticky: KINDS } });
    assert.match(sync.stderr, /EIO.*fdatasync/);
    assert.equal(sync.told.kind, 'sync');
  });

  it('drops what a failing sync should have kept', () => {
    const { stderr } = run({ at: at('sync'), deed: { do: 'drop' } });
    assert.match(stderr, /EIO.*fdatasync/);
    assert.equal(readFileSync(join(scene, 'folder/x'), 'utf8'), '');
  });

  it('lets the wall clock be wrong, and jump', () => {
    const [dayMs, slackMs] = [86_400_000, 600_000];
    const skew = (text: string): number => Number(text) - Date.now();
    assert.ok(Math.abs(skew(run({ skewMs: -dayMs }).stdout) + dayMs) < slackMs);
    const jumped = run({ at: at('link'), deed: { do: 'jump', byMs: 3 * dayMs } });
    assert.ok(Math.abs(skew(jumped.stdout) - 3 * dayMs) < slackMs);
  });
});
