/**
 * The folders of a restore: it is written and opened in `DIR.restoring` beside DIR, and gets the name
 * last; what had it goes to `DIR.before-restore-0001`.
 *
 * Promises: cut anywhere, the former directory has its name, or stands under the other one with the
 * restored one, whole, in `DIR.restoring`. Never: deletes what anybody traded on, copies.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { isFree } from '../backup/restore.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { type Disk, LOCK_FILE, realDisk } from '../state/disk.ts';
import { LOCK_OWNER_FILE } from '../state/lock.ts';
import { newestOf, readManifests } from '../state/manifest.ts';
import { restoringOf } from './foreign-folder.ts';

const asideOf = (name: string): string => `${name}.before-restore-`;

const above = (directory: string): Disk => realDisk(path.dirname(directory));

/** Where the former content would go. */
export function asideName(directory: string): string {
  const folder = above(directory);
  for (let number = 1; ; number += 1) {
    const name = `${asideOf(path.basename(directory))}${String(number).padStart(4, '0')}`;
    if (folder.stat(name) === null) return path.join(folder.root, name);
  }
}

/** The highest epoch of a directory that it, or what restores left beside it, remembers. */
export function epochKnown(directory: string, id: string): number {
  const folder = above(directory);
  const aside = folder.list('').filter(name => name.startsWith(asideOf(path.basename(directory))));
  const places = [
    directory,
    restoringOf(directory),
    ...aside.map(name => path.join(folder.root, name)),
  ];
  const epochs = places.flatMap(place => {
    const known = newestOf(readManifests(realDisk(place)));
    return known?.directory === id ? [known.epoch] : [];
  });
  return Math.max(0, ...epochs);
}

/** Found before anything is fetched; what looks like the same disk is found by the rename. */
export function refuseMountPoint(directory: string): void {
  const [own, parent] = [directory, path.dirname(directory)].map(place =>
    statSync(place, { throwIfNoEntry: false }),
  );
  if (own !== undefined && parent !== undefined && own.dev !== parent.dev)
    throw mountPoint(directory);
}

const mountPoint = (directory: string): Fault =>
  new Fault(
    EXIT.config,
    `${directory} is a mount point: a restored directory cannot take its place`,
    `restore into a folder in it with --to ${directory}/restored, and trade there with --dir`,
  );

export interface Swap {
  /** The folder that all three are in. */
  readonly above: Disk;
  readonly name: string;
  readonly restoring: string;
  /** Null: nothing is there. */
  readonly aside: string | null;
}

/** The restored folder gets the name. */
export function swap({ above: folder, name, restoring, aside }: Swap): void {
  if (aside !== null) {
    folder.rename(name, aside);
    folder.syncFolder('');
  }
  folder.rename(restoring, name);
  folder.syncFolder('');
}

/** Returns where the former content went, or null. Whoever calls it holds both folders. */
export function takePlaceOf(directory: string): string | null {
  const [folder, disk] = [above(directory), realDisk(directory)];
  const target = isFree(disk) ? null : asideName(directory);
  const names = {
    ...{ above: folder, name: path.basename(directory) },
    restoring: path.basename(restoringOf(directory)),
    aside: target === null ? null : path.basename(target),
  };
  // Whoever has the locks is found by their names no more.
  for (const place of [disk, realDisk(restoringOf(directory))])
    if (place.stat('') !== null) place.remove(LOCK_OWNER_FILE);
  // An empty folder is replaced by the rename itself.
  if (target === null && disk.stat('') !== null) disk.remove(LOCK_FILE);
  try {
    swap(names);
  } catch (error) {
    putBack(names);
    const isMount = error instanceof Fault && /\((EBUSY|EXDEV)\)$/.test(error.message);
    throw isMount ? mountPoint(directory) : error;
  }
  return target;
}

/** A disk that refused something takes nothing more: this one is opened anew. */
function putBack({ above: folder, name, aside }: Swap): void {
  const again = realDisk(folder.root);
  if (aside === null || again.stat(name) !== null || again.stat(aside) === null) return;
  try {
    again.rename(aside, name);
    again.syncFolder('');
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(
      error.exitCode,
      `${error.message}; it is in ${again.root}/${aside}`,
      error.remedy,
    );
  }
}

/** Files that call themselves by the name that their folder is about to have. */
export function called(disk: Disk, root: string): Disk {
  return new Proxy(disk, {
    get(target, key) {
      if (key === 'root') return root;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
