/**
 * Rule R1: what recovery has read may exist only in the page cache; this makes it durable.
 *
 * Promises: on return every file and folder that recovery reads would survive a power cut. Needed
 * before anything new is acknowledged: without it kill, restart, power cut loses facts that
 * recovery had already built on. Never: opens the lock file, or what somebody else keeps in the same
 * folder (a mirror's may be a whole disk); quarantine and backups are synced as they are made.
 */
import { BLOB_FOLDER } from './blobs.ts';
import { type Disk, LOCK_FILE } from './disk.ts';
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER } from './journal-file.ts';
import { HISTORY_FOLDER, PREVIOUS_FOLDER } from './survey.ts';

const FOLDERS = [JOURNAL_FOLDER, BLOB_FOLDER, PREVIOUS_FOLDER];

export function syncAll(disks: Disks): void {
  const { a, b } = disks;
  for (const name of a.files('')) if (!name.startsWith(LOCK_FILE)) a.syncFile(name);
  syncFolders(a);
  if (b !== a) syncFolders(b);
}

function syncFolders(disk: Disk): void {
  const there = disk.list('');
  for (const folder of FOLDERS) if (there.includes(folder)) syncTree(disk, folder);
  // Its manifest's name; all else there was synced before its first name went.
  if (there.includes(HISTORY_FOLDER)) disk.syncFolder(HISTORY_FOLDER);
  if (disk.stat('') !== null) disk.syncFolder('');
}

function syncTree(disk: Disk, folder: string): void {
  const files = new Set(disk.files(folder));
  for (const name of disk.list(folder)) {
    const path = `${folder}/${name}`;
    if (files.has(name)) disk.syncFile(path);
    else if (disk.stat(path)?.directory === true) syncTree(disk, path);
  }
  disk.syncFolder(folder);
}
