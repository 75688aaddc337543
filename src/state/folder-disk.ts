/**
 * One folder of a disk, read as a disk of its own.
 *
 * Never: written to; that is a bug.
 */
import { Bug } from '../base/assert.ts';
import type { Disk } from './disk.ts';

const refuse = (): never => {
  throw new Bug('a folder that is looked at as a disk is only read');
};

export function folderDisk(disk: Disk, folder: string): Disk {
  const inside = (path: string): string => (path === '' ? folder : `${folder}/${path}`);
  return {
    root: `${disk.root}/${folder}`,
    list: path => disk.list(inside(path)),
    files: path => disk.files(inside(path)),
    read: path => disk.read(inside(path)),
    stat: path => disk.stat(inside(path)),
    ...{ create: refuse, append: refuse, rename: refuse, link: refuse, remove: refuse },
    ...{ removeFolder: refuse, makeFolder: refuse, syncFolder: refuse, syncFile: refuse },
  };
}
