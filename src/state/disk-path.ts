/**
 * Paths above a disk's root: what leads to a state directory, before anything of Holdfast's is there.
 *
 * Promises: a link that leads to the directory is followed once, when the disk is opened; a refusal
 * keeps the system's own reason. Never: looks below the root.
 */
import fs from 'node:fs';
import path from 'node:path';
import { codeOf } from './disk-fault.ts';

/** The root with its links resolved, as far as it is there. */
export function realRoot(full: string): string {
  try {
    return fs.realpathSync(full);
  } catch {
    const above = path.dirname(full);
    // What cannot be reached is told by the first use.
    return above === full ? full : path.join(realRoot(above), path.basename(full));
  }
}

/**
 * Makes a folder and those above it; returns those that were missing, from the top. Not mkdir's own
 * recursion: it runs for ever where a parent takes no folders (/proc).
 */
export function makeMissing(full: string): string[] {
  const missing: string[] = [];
  for (let at = full; !fs.existsSync(at); at = path.dirname(at)) missing.unshift(at);
  for (const folder of missing) makeOne(folder);
  return missing;
}

function makeOne(folder: string): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (codeOf(error) !== 'EEXIST' || !fs.statSync(folder).isDirectory()) throw error;
  }
}

/** The magic number of the file system of a folder, or of the nearest above it that is there. */
export function fileSystemOf(folder: string): number | null {
  const full = path.resolve(folder);
  try {
    return fs.statfsSync(full).type >>> 0;
  } catch {
    const above = path.dirname(full);
    // What cannot be looked at is told by its first use.
    return above === full ? null : fileSystemOf(above);
  }
}

/** A copy that has its name only once it is whole and durable; its folder is the caller's to sync. */
export function copyWhole(source: string, target: string): void {
  const temporary = `${target}.tmp`;
  fs.rmSync(temporary, { force: true });
  fs.copyFileSync(source, temporary, fs.constants.COPYFILE_EXCL);
  const handle = fs.openSync(temporary, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(temporary, target);
}

/** Asked without opening it, for to close the lock file drops the lock; null: it may be written. */
export function whyNotWritable(full: string): unknown {
  try {
    fs.accessSync(full, fs.constants.W_OK);
    return null;
  } catch (error) {
    return error;
  }
}
