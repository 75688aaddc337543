/**
 * Real disks that get full or read-only under a small life: a tmpfs over the scene, in a mount
 * namespace of its own.
 *
 * Promises: what the life left is on the scene afterwards, under the same paths; the mounts end
 * with the case. Never: runs where mounting is not allowed (`withoutMounts`).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { EXIT } from '../../../src/base/fault.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { comeBack } from './oracle.ts';
import { acknowledgedIn, LIFE, type Stage } from './stage.ts';

const UNSHARED = ['-m', '--propagation', 'private', 'sh', '-ec'];

export const withoutMounts = (): string | null =>
  spawnSync('unshare', [...UNSHARED, 'mount -t tmpfs none /mnt'], { stdio: 'ignore' }).status === 0
    ? null
    : 'needs root (unshare -m, mount)';

/** $1: the scene, $2: where to leave it, $3: an option of the mount; then the life. */
const CARRY_OUT = 'cp -a "$scene/." "$out/"; exit $code';
const FULL = `scene=$1 out=$2; mount -t tmpfs -o "$3" none "$scene"; shift 3
  code=0; "$@" || code=$?; ${CARRY_OUT}`;
const READ_ONLY = `scene=$1 out=$2; mount -t tmpfs none "$scene"; shift 3
  "$1" "$2" "$3" 9 "" ""; mount -o remount,ro "$scene"
  code=0; "$@" || code=$?; ${CARRY_OUT}`;

/** Steps that no such disk has room for. */
const ENDLESS = 300;

export function fillDisk(stage: Stage, rng: Rng): string {
  const kilobytes = 80 + 4 * rng.nextInt(20);
  return live(stage, { script: FULL, option: `size=${kilobytes}k`, reason: 'ENOSPC' });
}

export const remountReadOnly = (stage: Stage): string =>
  live(stage, { script: READ_ONLY, option: '', reason: 'EROFS' });

function live(
  stage: Stage,
  disk: { readonly script: string; readonly option: string; readonly reason: string },
): string {
  stage.begin();
  const { script, option, reason } = disk;
  const out = stage.emptyFolder('carried-out');
  const life = [process.execPath, LIFE, stage.directory, String(ENDLESS), '', ''];
  const args = [...UNSHARED, script, 'sh', stage.scene, out, option, ...life];
  const { code, stdout, stderr } = stage.exec('unshare', args);
  assert.equal(code, EXIT.disk, stdout.slice(-200) + stderr);
  assert.match(stderr, new RegExp(`^holdfast: [^\\n]+\\(${reason}\\) — [^\\n]+\\n$`));
  assert.ok(stderr.includes(`${stage.scene}/`), stderr);
  stage.begin('carried-out');
  const { directory } = stage;
  comeBack({ directory, mirror: null, acknowledged: acknowledgedIn(stdout) });
  return `a real disk (${reason}) halted it`;
}
