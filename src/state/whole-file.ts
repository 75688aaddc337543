/**
 * Files that appear whole or not at all.
 *
 * Promises: what is written was synced and read back before anybody may rename it into place.
 * Never: leaves a half-written file under a name that means something.
 */
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Disk, DiskFile } from './disk.ts';
import { sha256 } from './state-hash.ts';

export const TEMPORARY = '.tmp';

export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export interface WholeFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Writes `<path>.tmp`, synced and read back; returns the SHA-256 of its content. */
export function writeTemporary(disk: Disk, path: string, bytes: Uint8Array): string {
  const [sum] = writeTemporaries(disk, [{ path, bytes }]);
  return must(sum, path);
}

/** Several: all are on their way to the disk before any is waited for. */
export function writeTemporaries(disk: Disk, files: readonly WholeFile[]): string[] {
  const open: DiskFile[] = [];
  try {
    for (const { path, bytes } of files) {
      disk.remove(path + TEMPORARY);
      const file = disk.create(path + TEMPORARY);
      open.push(file);
      file.write(bytes);
    }
    for (const file of open) file.sync();
  } finally {
    for (const file of open) file.close();
  }
  return files.map(file => readBack(disk, file));
}

function readBack(disk: Disk, { path, bytes }: WholeFile): string {
  const temporary = path + TEMPORARY;
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
