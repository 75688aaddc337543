/**
 * The disk: one small interface, so that tests can lie about it, and the real one behind it.
 *
 * Promises: the only user of node:fs in state/; paths are relative to a root, nothing above it and
 * no link is ever followed; every refusal is a `Fault` that names the file. A mutation that failed
 * once poisons the disk: all later ones throw the same fault, since after a failed write or sync
 * nobody knows what is on it. Never: retries a sync, opens the lock file, works asynchronously.
 */
import fs from 'node:fs';
import path from 'node:path';
import { assert, Bug } from '../base/assert.ts';
import type { Fault } from '../base/fault.ts';
import { STATE_FILE_BYTES_MAX } from '../base/limits.ts';
import { codeOf, diskFault, misplaced } from './disk-fault.ts';
import { copyWhole, makeMissing, realRoot } from './disk-path.ts';

/** An open handle that appends. */
export interface DiskFile {
  /** Writes all of it, however many calls that takes. */
  write(bytes: Uint8Array): void;
  /** Returns when everything written so far would survive a power cut. */
  sync(): void;
  /** Its length as the file system tells it; −1 when its name was removed or replaced. */
  size(): number;
  close(): void;
}

export interface DiskStat {
  readonly bytes: number;
  readonly directory: boolean;
  readonly modifiedMs: number;
}

export interface Disk {
  /** For messages, and for opening the same place once more. */
  readonly root: string;
  /**
   * Names of files, folders and links, sorted; none when the folder is absent. Sockets, pipes and
   * devices are nobody's memory.
   */
  list(folder: string): string[];
  /** Those of plain files alone. */
  files(folder: string): string[];
  /** Null when absent. */
  read(path: string): Uint8Array | null;
  stat(path: string): DiskStat | null;
  /** The file must not exist yet. */
  create(path: string): DiskFile;
  /** The file must exist. */
  append(path: string): DiskFile;
  rename(from: string, to: string): void;
  /** A second name for a file (a copy where there are no links); fine when `to` is it already. */
  link(from: string, to: string): void;
  /** Removes a file; absent is fine. */
  remove(path: string): void;
  /** Removes an empty folder; absent or not empty is fine. */
  removeFolder(path: string): void;
  /** Makes a folder and those above it, and syncs the parents it changed; the root's own always. */
  makeFolder(path: string): void;
  syncFolder(path: string): void;
  /** Opens, syncs, closes (rule R1: what was read may only be in the page cache). */
  syncFile(path: string): void;
}

/** Nothing but SQLite may open this one: closing any handle of it would drop the lock. */
export const LOCK_FILE = 'lock';

const NEW = fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_CREAT;
const FLAGS = {
  create: NEW | fs.constants.O_EXCL | fs.constants.O_NOFOLLOW,
  append: fs.constants.O_WRONLY | fs.constants.O_APPEND | fs.constants.O_NOFOLLOW,
  /** Not blocking: a pipe in the place of a file must not hang a start. */
  read: fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK,
} as const;

export function realDisk(root: string): Disk {
  return new RealDisk(realRoot(path.resolve(root)));
}

/** What file systems without hard links say (FAT, some network disks), or with no more of them. */
const WITHOUT_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

class RealDisk implements Disk {
  readonly root: string;
  #poison: Fault | null = null;

  constructor(root: string) {
    this.root = root;
  }

  list(folder: string): string[] {
    return this.#names(folder, entry => !isNoFile(entry));
  }

  files(folder: string): string[] {
    return this.#names(folder, entry => entry.isFile());
  }

  #names(folder: string, isWanted: (entry: fs.Dirent) => boolean): string[] {
    const read = (full: string): string[] => {
      try {
        const entries = fs.readdirSync(full, { withFileTypes: true });
        return entries.flatMap(entry => (isWanted(entry) ? [entry.name] : [])).sort();
      } catch (error) {
        if (codeOf(error) === 'ENOTDIR') throw misplaced(full, 'not a folder');
        throw error;
      }
    };
    return this.#look('list', folder, read, []);
  }

  read(file: string): Uint8Array | null {
    assert(file !== LOCK_FILE, 'the lock file is opened by the lock alone');
    return this.#look<Uint8Array | null>('read', file, readWhole, null);
  }

  stat(file: string): DiskStat | null {
    return this.#look<DiskStat | null>(
      'look at',
      file,
      full => {
        const stat = fs.lstatSync(full);
        const { size: bytes, mtimeMs: modifiedMs } = stat;
        return { bytes, directory: stat.isDirectory(), modifiedMs };
      },
      null,
    );
  }

  create(file: string): DiskFile {
    return this.#open('create', file, FLAGS.create);
  }

  append(file: string): DiskFile {
    return this.#open('open', file, FLAGS.append);
  }

  rename(from: string, to: string): void {
    const source = this.#resolve(from);
    this.#change('rename to', to, full => fs.renameSync(source, full));
  }

  link(from: string, to: string): void {
    const source = this.#resolve(from);
    this.#change('link', to, full => {
      try {
        fs.linkSync(source, full);
      } catch (error) {
        if (WITHOUT_LINKS.includes(codeOf(error))) copyWhole(source, full);
        else if (codeOf(error) !== 'EEXIST') throw error;
        else if (fs.lstatSync(source).ino !== fs.lstatSync(full).ino) throw error;
      }
    });
  }

  remove(file: string): void {
    this.#change('remove', file, full => absentIsFine(() => fs.unlinkSync(full)));
  }

  removeFolder(folder: string): void {
    this.#change('remove', folder, full =>
      absentIsFine(() => fs.rmdirSync(full), 'ENOTEMPTY', 'EEXIST'),
    );
  }

  makeFolder(folder: string): void {
    this.#change('make', folder, full => {
      for (const made of makeMissing(full)) syncPath(path.dirname(made));
      // A start that was killed may have made the root, and synced nothing.
      if (folder === '') syncAbove(full);
    });
  }

  syncFolder(folder: string): void {
    this.#change('sync', folder, syncPath);
  }

  syncFile(file: string): void {
    assert(file !== LOCK_FILE, 'the lock file is opened by the lock alone');
    this.#change('sync', file, syncPath);
  }

  #open(verb: string, file: string, flags: number): DiskFile {
    assert(file !== LOCK_FILE, 'the lock file is opened by the lock alone');
    return this.#change(verb, file, full => {
      const handle = fs.openSync(full, flags, 0o644);
      // The handle is the file, whatever its path leads to by now: no look at the path again.
      return {
        write: bytes => this.#attempt('write', full, () => writeAll(handle, bytes)),
        sync: () => this.#attempt('sync', full, () => fs.fdatasyncSync(handle)),
        size: () => {
          const stat = fs.fstatSync(handle);
          return stat.nlink === 0 ? -1 : stat.size;
        },
        close: () => fs.closeSync(handle),
      };
    });
  }

  #change<T>(verb: string, relative: string, run: (full: string) => T): T {
    if (this.#poison !== null) throw this.#poison;
    return this.#attempt(verb, this.#resolve(relative), run);
  }

  /** Runs a mutation; its first failure is the last thing this disk does. */
  #attempt<T>(verb: string, full: string, run: (full: string) => T): T {
    if (this.#poison !== null) throw this.#poison;
    try {
      return run(full);
    } catch (error) {
      if (error instanceof Bug) throw error;
      const fault = diskFault(verb, full, error);
      // Somebody else's file in the way says nothing about the disk.
      if (codeOf(error) !== 'EEXIST') this.#poison = fault;
      throw fault;
    }
  }

  #look<T>(verb: string, relative: string, run: (full: string) => T, absent: T): T {
    const full = this.#resolve(relative);
    try {
      return run(full);
    } catch (error) {
      const code = codeOf(error);
      // Below a file there is nothing.
      if (code === 'ENOENT' || (code === 'ENOTDIR' && relative === '')) return absent;
      throw diskFault(verb, full, error);
    }
  }

  /** The full path, after a look at every part of it: no link, nothing outside. */
  #resolve(relative: string): string {
    let full = this.root;
    if (relative === '') return full;
    for (const part of relative.split('/')) {
      assert(part !== '' && part !== '.' && part !== '..', `not a path inside: "${relative}"`);
      full += `/${part}`;
      let stat: fs.Stats | undefined;
      try {
        stat = fs.lstatSync(full, { throwIfNoEntry: false });
      } catch (error) {
        if (codeOf(error) === 'ENOTDIR') throw misplaced(path.dirname(full), 'not a folder');
        throw diskFault('look at', full, error);
      }
      if (stat?.isSymbolicLink()) throw misplaced(full, 'a symbolic link');
    }
    return full;
  }
}

function readWhole(full: string): Uint8Array {
  const handle = fs.openSync(full, FLAGS.read);
  try {
    const stat = fs.fstatSync(handle);
    if (!stat.isFile()) throw misplaced(full, 'not a file');
    if (stat.size > STATE_FILE_BYTES_MAX) throw misplaced(full, `too large (${stat.size} bytes)`);
    return fs.readFileSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const count = fs.writeSync(handle, bytes, done, bytes.length - done);
    assert(count > 0, 'a write that writes nothing would loop for ever');
    done += count;
  }
}

function syncPath(full: string): void {
  const handle = fs.openSync(full, FLAGS.read);
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Where the folder above belongs to somebody else its name there is old, or not ours to sync. */
function syncAbove(full: string): void {
  try {
    syncPath(path.dirname(full));
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(codeOf(error))) throw error;
  }
}

function absentIsFine(run: () => void, ...alsoFine: string[]): void {
  try {
    run();
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ENOENT' && !alsoFine.includes(code)) throw error;
  }
}

const isNoFile = (entry: fs.Dirent): boolean =>
  entry.isSocket() || entry.isFIFO() || entry.isCharacterDevice() || entry.isBlockDevice();
