/**
 * What the doctor says of a directory that it cannot look at, and of one that another release wrote.
 * Root may read everything, so that as root it is run as nobody, in a process of its own.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { thaw } from '../../test/fixtures/frozen-directory.ts';
import { sessionOptions } from '../../test/fixtures/session.ts';
import type { Checkup } from '../app/checkup.ts';
import { examine } from '../app/doctor.ts';
import { runSession } from '../app/session.ts';
import { must } from '../base/assert.ts';
import { EXIT } from '../base/fault.ts';
import { realDisk } from '../state/disk.ts';
import {
  encodeManifest,
  MANIFEST_FILES,
  type Manifest,
  newestOf,
  readManifests,
} from '../state/manifest.ts';
import { appendNote } from '../state/notes.ts';

const MAIN = new URL('../main.ts', import.meta.url).pathname;
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const canRun = spawnSync(process.execPath, [MAIN, '--version'], NOBODY).status === 0;
const skip = !canRun && 'nobody may not run what belongs to root here';
const canUnshare = spawnSync('unshare', ['-rm', 'true']).status === 0;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-doctor-'));
const whole = join(folder, 'whole');
after(() => rmSync(folder, { recursive: true, force: true }));
before(async () => {
  chmodSync(folder, 0o755);
  await runSession(sessionOptions({ until: { kind: 'candles', count: 50 } }, { directory: whole }));
});

function copied(name: string): string {
  const directory = join(folder, name);
  cpSync(whole, directory, { recursive: true });
  return directory;
}

function owned(directory: string): string {
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', '65534:65534', directory]);
  return directory;
}

interface Told {
  readonly code: number | null;
  readonly of: (check: string) => Checkup;
  readonly checks: readonly string[];
}

function toldOf(code: number | null, checkups: readonly Checkup[]): Told {
  for (const { level, remedy, check } of checkups)
    assert.equal(remedy === null, level === 'ok', `the remedy of ${check}`);
  const of = (name: string) =>
    must(
      checkups.find(({ check }) => check === name),
      name,
    );
  return { code, of, checks: checkups.map(({ check }) => check) };
}

function toldBy(command: string, args: readonly string[], user = {}): Told {
  const child = spawnSync(command, args, { ...user, cwd: folder, encoding: 'utf8' });
  assert.equal(child.stderr, '');
  return toldOf(child.status, (JSON.parse(child.stdout) as { checkups: Checkup[] }).checkups);
}

const asNobody = (directory: string): Told =>
  toldBy(process.execPath, [MAIN, 'doctor', '--json', '--dir', directory], NOBODY);

async function asMyself(directory: string): Promise<Told> {
  const options = { file: null, env: {}, overrides: { dir: directory }, now: Date.now };
  const { checkups, failed } = await examine(options);
  return toldOf(failed ? EXIT.checkFailed : EXIT.ok, checkups);
}

function rewrite(directory: string, change: (manifest: Manifest) => Manifest): void {
  const manifest = must(newestOf(readManifests(realDisk(directory))), 'a manifest');
  for (const file of MANIFEST_FILES)
    writeFileSync(join(directory, file), encodeManifest(change(manifest)));
}

describe('the doctor, where it may not look', { skip }, () => {
  for (const [what, barred, check] of [
    ['the manifest', 'manifest.json', 'manifest'],
    ['the journal', 'journal', 'state'],
    ['the notes', 'notes.jsonl', 'scrub'],
    ['all of it', '', 'manifest'],
  ] as const)
    it(`tells that ${what} may not be read, and goes on`, () => {
      const directory = owned(copied(`barred-${what.replaceAll(' ', '-')}`));
      chmodSync(join(directory, barred), 0o000);
      const { code, of, checks } = asNobody(directory);
      assert.equal(code, EXIT.checkFailed);
      assert.equal(of(check).level, 'fail');
      assert.match(of(check).text, /^cannot (read|list|look at) \/.* no permission \(EACCES\)$/);
      assert.match(of(check).remedy ?? '', /^give the user that runs Holdfast read and write/);
      assert.equal(of('directory: permissions').level, 'fail');
      for (const other of ['config', 'memory', 'clock', 'directory: space', 'lock', 'node'])
        assert.ok(checks.includes(other), other);
    });

  it('tells of a mirror behind a wall', () => {
    const directory = copied('mirrored');
    const wall = join(folder, 'wall');
    rewrite(directory, manifest => ({ ...manifest, mirror: join(wall, 'mirror') }));
    owned(directory);
    mkdirSync(join(wall, 'mirror'), { recursive: true });
    chmodSync(wall, 0o000);
    const { code, of } = asNobody(directory);
    chmodSync(wall, 0o755);
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('journal mirror').text, /no permission \(EACCES\)$/);
  });
});

it('the doctor says to mount a disk that is read-only', {
  skip: !canUnshare && 'no unshare',
}, () => {
  const directory = copied('read-only');
  const mounted =
    'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" "$3" doctor --json --dir "$1"';
  const args = ['-rm', 'sh', '-c', mounted, 'sh', directory, process.execPath, MAIN];
  const { code, of } = toldBy('unshare', args);
  assert.equal(code, EXIT.checkFailed);
  for (const check of ['directory: permissions', 'directory: fsync']) {
    assert.match(of(check).text, /read-only disk \(EROFS\)$/);
    assert.match(of(check).remedy ?? '', /^mount it writable/);
  }
  assert.equal(of('state').level, 'ok');
});

describe('the doctor, on a directory of', () => {
  it('0.1.0, says in one line what the next start does', async () => {
    const directory = join(folder, 'old');
    thaw(
      new URL('../../test/fixtures/directory-0.1.0.json.zst', import.meta.url).pathname,
      directory,
    );
    const { code, of, checks } = await asMyself(directory);
    assert.equal(code, EXIT.ok);
    assert.equal(checks.filter(check => check === 'release').length, 1);
    assert.equal(of('release').level, 'warn');
    assert.match(of('release').text, /^an older release wrote it, .*market 1 \(now \d+\)/);
    assert.match(of('release').remedy ?? '', /copies all of it to backups\/ .*state upgrade/);
    assert.equal(of('state').level, 'ok');
  });

  it('a newer release, refuses as a start would', async () => {
    const directory = copied('newer');
    rewrite(directory, manifest => {
      const [newest] = manifest.generations;
      const { run } = must(newest, 'a generation').components;
      const components = { ...newest!.components, run: { ...must(run, 'run'), schema: 99 } };
      return { ...manifest, generations: [{ ...newest!, components }] };
    });
    const { code, of } = await asMyself(directory);
    assert.equal(code, EXIT.checkFailed);
    assert.match(of('release').text, /^a newer release wrote it, by the schemas of run 99 /);
    assert.match(of('release').remedy ?? '', /^update Holdfast/);
  });

  it('another Node, warns', async () => {
    const directory = copied('another-node');
    rewrite(directory, manifest => ({ ...manifest, node: 'v24.0.0' }));
    const { code, of } = await asMyself(directory);
    assert.equal(code, EXIT.ok);
    assert.match(of('written by').text, /written by Node v24\.0\.0/);
  });

  it('a bot whose last scrub found something, says so', async () => {
    const directory = copied('scrubbed');
    const round = { seq: 1, files: 9, bytes: 9, findings: 2, repaired: 1, workMs: 1 };
    appendNote(realDisk(directory), { at: '2026-11-26T00:00:00.000Z', what: 'scrubbed', ...round });
    const { of } = await asMyself(directory);
    assert.equal(of('scrub').level, 'warn');
    assert.match(of('scrub').remedy ?? '', /^run state verify, and check the disk/);
  });
});
