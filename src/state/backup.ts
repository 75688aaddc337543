/**
 * Backups: a copy of the whole directory, made before the first upgrade of a directory.
 *
 * Promises: independent copies (not links), synced; the manifest is copied last, so that a backup
 * with one is whole. Never: replaces another backup, never copies logs, quarantine or backups.
 */
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import { MANIFEST_FILES } from './manifest.ts';
import { folderOf } from './whole-file.ts';

export const BACKUP_FOLDER = 'backups';
/**
 * Without `history/`: an upgrade changes none of it and removes nothing there, a start reads none of it to
 * go on, and it grows without end, so that a copy of all of it before each upgrade would fill the disk.
 */
const FOLDERS = ['journal', 'previous', 'blobs'] as const;
const LEFT_OUT = /^(lock|lock-.*|ballast|.*\.tmp|.*\.log|notes.*\.jsonl)$/;

/** `backups/0001-before-upgrade`; the one that holds this very manifest when there is one. */
export function backupDirectory(disks: Disks, reason: string): string {
  const disk = disks.a;
  const [manifestFile] = MANIFEST_FILES;
  const manifest = disk.read(manifestFile);
  const taken = disk.list(BACKUP_FOLDER);
  for (const name of taken) {
    if (!name.endsWith(`-${reason}`) || manifest === null) continue;
    const copy = disk.read(`${BACKUP_FOLDER}/${name}/${manifestFile}`);
    if (copy !== null && Buffer.compare(copy, manifest) === 0) return `${BACKUP_FOLDER}/${name}`;
  }
  const number = 1 + Math.max(0, ...taken.map(name => Number.parseInt(name, 10) || 0));
  const target = `${BACKUP_FOLDER}/${String(number).padStart(4, '0')}-${reason}`;
  const files = filesToCopy(disk).filter(path => path !== manifestFile);
  for (const path of files) copyFile(disk, disk, { path, target });
  if (disks.b !== disk)
    for (const path of filesIn(disks.b, 'journal'))
      if (disk.stat(`${target}/${path}`) === null) copyFile(disks.b, disk, { path, target });
  if (manifest !== null) copyFile(disk, disk, { path: manifestFile, target });
  return target;
}

function filesToCopy(disk: Disk): string[] {
  const top = disk.list('').filter(name => {
    const isFolder = disk.stat(name)?.directory === true;
    return !isFolder && !LEFT_OUT.test(name);
  });
  return [...FOLDERS.flatMap(folder => filesIn(disk, folder)), ...top];
}

export function filesIn(disk: Disk, folder: string): string[] {
  return disk.list(folder).flatMap(name => {
    const path = folder === '' ? name : `${folder}/${name}`;
    return disk.stat(path)?.directory === true ? filesIn(disk, path) : [path];
  });
}

function copyFile(from: Disk, to: Disk, { path, target }: { path: string; target: string }): void {
  const bytes = from.read(path);
  if (bytes === null) return;
  const copy = `${target}/${path}`;
  to.makeFolder(folderOf(copy));
  const file = to.create(copy);
  try {
    file.write(bytes);
    file.sync();
  } finally {
    file.close();
  }
  to.syncFolder(folderOf(copy));
}
