/**
 * The ballast: a file that is only there to be removed when the disk is full.
 *
 * Promises: its bytes are really on the disk (not a hole, not compressible), so removing it makes
 * room for the last note. Never: holds anything of use.
 */
import { Rng, seedRng } from '../base/rng.ts';
import type { Disk } from './disk.ts';
import { TEMPORARY, writeTemporary } from './whole-file.ts';

export const BALLAST_FILE = 'ballast';
export const BALLAST_BYTES = 64 * 1024;

export function makeBallast(disk: Disk): void {
  if (disk.stat(BALLAST_FILE)?.bytes === BALLAST_BYTES) return;
  const words = new Uint32Array(BALLAST_BYTES / 4);
  const rng = new Rng(seedRng(1));
  for (let index = 0; index < words.length; index += 1) words[index] = rng.nextUint32();
  writeTemporary(disk, BALLAST_FILE, new Uint8Array(words.buffer));
  // A name that a power cut takes is given again by the next start: no sync of the folder can fail.
  disk.rename(BALLAST_FILE + TEMPORARY, BALLAST_FILE);
}

export function dropBallast(disk: Disk): void {
  disk.remove(BALLAST_FILE);
}
