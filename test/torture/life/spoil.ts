/**
 * Damage that one copy can mend, done to a directory at rest.
 *
 * Promises: what stood there afterwards is kept for the oracle: it must not be thrown away.
 */
import { must } from '../../../src/base/assert.ts';
import type { SimulatedDisk } from '../../simulated-disk.ts';
import type { Living } from './living.ts';

/** The newest file whose path matches, in a folder. */
export function fileIn(disk: SimulatedDisk, folder: string, pattern: RegExp): string {
  const inFolder = (name: string) => (folder === '' ? name : `${folder}/${name}`);
  const path = disk
    .files(folder)
    .map(inFolder)
    .findLast(name => pattern.test(name));
  return must(path, `${folder}: ${pattern.source}`);
}

/** Flips a bit at a share of its length. */
export function flip(living: Living, disk: SimulatedDisk, path: string, share = 0.6): void {
  disk.tamper(path, data => {
    const at = Math.floor(data.length * share);
    data[at] = must(data[at], 'byte') ^ 4;
    living.spoilt.push(Buffer.from(data));
    return data;
  });
}

export function loseAll(disk: SimulatedDisk, folder: string, pattern: RegExp): void {
  for (const name of disk.files(folder)) if (pattern.test(name)) disk.lose(`${folder}/${name}`);
}

/** Flips a bit of a part's file under its own name, and in each spare of it on either disk. */
export function flipEverywhere(living: Living, name: string): void {
  const { a, b } = living.disks;
  flip(living, a, name);
  for (const disk of new Set([a, b]))
    for (const folder of disk.list('previous'))
      for (const spare of disk.files(`previous/${folder}`))
        if (spare === name) flip(living, disk, `previous/${folder}/${spare}`);
}
