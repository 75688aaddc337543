/**
 * Rule R1: what recovery has read may exist only in the page cache; this makes it durable.
 *
 * Promises: on return every live file and folder of both disks would survive a power cut. Needed
 * before anything new is acknowledged: without it kill, restart, power cut loses facts that
 * recovery had already built on. Never: opens the lock file; the quarantine is synced as it is made.
 */
import { type Disk, LOCK_FILE } from './disk.ts';
import type { Disks } from './journal.ts';
import { QUARANTINE_FOLDER } from './quarantine.ts';

export function syncAll(disks: Disks): void {
  syncTree(disks.a, '');
  if (disks.b !== disks.a) syncTree(disks.b, '');
}

function syncTree(disk: Disk, folder: string): void {
  for (const name of disk.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (path === LOCK_FILE || path.startsWith(`${LOCK_FILE}-`) || path === QUARANTINE_FOLDER)
      continue;
    const stat = disk.stat(path);
    if (stat?.directory) syncTree(disk, path);
    else if (stat !== null) disk.syncFile(path);
  }
  if (folder !== '' || disk.stat('') !== null) disk.syncFolder(folder);
}
