/**
 * A folder as a backup place: another disk, a mounted share.
 *
 * Promises: a file is written under a temporary name, synced, read back and renamed, and its folder
 * synced; no link is followed. Never: leaves half a file under a name that means something.
 */
import type { Disk } from '../state/disk.ts';
import { folderOf, TEMPORARY, writeWholeFile } from '../state/whole-file.ts';
import { type BackupPlace, type PlaceEntry, tooLarge } from './place.ts';

export const folderPlace = (disk: Disk): BackupPlace => ({
  name: disk.root,
  put: async (path, bytes) => {
    disk.makeFolder(folderOf(path));
    writeWholeFile(disk, path, bytes);
  },
  get: async (path, bytesMax) => {
    const stat = disk.stat(path);
    if (stat === null) return null;
    if (stat.bytes > bytesMax) throw tooLarge(disk.root, path, stat.bytes);
    return disk.read(path);
  },
  list: async folder => disk.list(folder).flatMap(name => entryOf(disk, folder, name)),
  remove: async path => {
    disk.remove(path);
    disk.syncFolder(folderOf(path));
  },
});

function entryOf(disk: Disk, folder: string, name: string): PlaceEntry[] {
  const stat = disk.stat(folder === '' ? name : `${folder}/${name}`);
  if (stat === null || name.endsWith(TEMPORARY)) return [];
  const { bytes, modifiedMs, directory } = stat;
  return [{ name: directory ? `${name}/` : name, bytes, modifiedMs }];
}
