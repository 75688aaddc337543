/**
 * Files that appear whole or not at all.
 *
 * Promises: what is written was synced and read back before anybody may rename it into place.
 * Never: leaves a half-written file under a name that means something.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Disk } from './disk.ts';
import { sha256 } from './state-hash.ts';

export const TEMPORARY = '.tmp';

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Writes `<path>.tmp`, synced and read back; returns the SHA-256 of its content. */
export function writeTemporary(disk: Disk, path: string, bytes: Uint8Array): string {
  const temporary = path + TEMPORARY;
  disk.remove(temporary);
  const file = disk.create(temporary);
  try {
    file.write(bytes);
    file.sync();
  } finally {
    file.close();
  }
  const back = disk.read(temporary);
  if (back === null || !isSame(back, bytes))
    throw new Fault(
      EXIT.disk,
      `${disk.root}/${temporary} reads back other than it was written`,
      'check the disk (dmesg, smartctl) before you start again; the former file is untouched',
    );
  return sha256(bytes);
}

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** Writes a whole file in place of the former one, durably. */
export function writeWholeFile(disk: Disk, path: string, bytes: Uint8Array): void {
  writeTemporary(disk, path, bytes);
  disk.rename(path + TEMPORARY, path);
  disk.syncFolder(folderOf(path));
}
