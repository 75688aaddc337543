/**
 * The lock: one process per directory, on any machine that shares the volume.
 *
 * An exclusive SQLite transaction on the file `lock`, which nothing else ever opens (closing any
 * handle of it would drop the lock). The rollback journal is kept in memory, so a kill leaves no
 * litter. Promises: refused at once to a second process (exit 75), freed by the system the moment
 * its owner dies, kept while the owner is stopped. Never: trusts the note beside it; that is for
 * the message alone.
 */
import os from 'node:os';
import { DatabaseSync } from 'node:sqlite';
import { EXIT, Fault } from '../base/fault.ts';
import { type Disk, LOCK_FILE, realDisk } from './disk.ts';
import { diskFault, misplaced } from './disk-fault.ts';
import { whyNotWritable } from './disk-path.ts';

export const LOCK_OWNER_FILE = 'lock-owner.json';

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_NOT_A_DATABASE = 26;

/**
 * Every database that holds a lock. A handle that nobody refers to any more is closed by the
 * garbage collector, and its lock would be gone while the process lives on.
 */
const held = new Set<DatabaseSync>();

export interface Lock {
  release(): void;
}

/** `remedy`: what the user may do when another process has it. */
export function acquireLock(directory: string, remedy = OWN_DIRECTORY): Lock {
  const disk = realDisk(directory);
  disk.makeFolder('');
  // A link would lock something else; `stat` refuses it.
  for (const file of [LOCK_FILE, LOCK_OWNER_FILE])
    if (disk.stat(file)?.directory === true) throw misplaced(`${disk.root}/${file}`, 'not a file');
  const database = begin(disk, remedy);
  try {
    writeOwner(disk);
  } catch (error) {
    database.close();
    throw error;
  }
  held.add(database);
  return {
    release: () => {
      if (!held.delete(database)) return;
      dropOwner(disk);
      database.close();
    },
  };
}

const OWN_DIRECTORY = 'stop that one first, or give this one its own --dir';

/**
 * A file that cannot be opened for writing SQLite opens for reading, and its exclusive transaction
 * shuts out nobody then: a first write, which no commit will ever follow, tells the two apart.
 */
const HOLD = 'PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE; PRAGMA user_version=1';

function begin(disk: Disk, remedy: string): DatabaseSync {
  const path = `${disk.root}/${LOCK_FILE}`;
  let database: DatabaseSync | null = null;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    database.exec(HOLD);
    return database;
  } catch (error) {
    database?.close();
    throw refusal(disk, { path, remedy, error });
  }
}

function refusal(
  disk: Disk,
  what: { readonly path: string; readonly remedy: string; readonly error: unknown },
): Fault {
  const { path, remedy, error } = what;
  const code = error instanceof Error && 'errcode' in error ? error.errcode : null;
  if (code === SQLITE_BUSY)
    return new Fault(
      EXIT.inUse,
      `${disk.root} is in use by another Holdfast${ownerOf(disk)}`,
      remedy,
    );
  if (code === SQLITE_NOT_A_DATABASE) return notALock(path);
  // SQLite only says that it may not write; the system knows why.
  const why = code === SQLITE_READONLY ? whyNotWritable(path) : null;
  return diskFault('lock', path, why ?? error);
}

const notALock = (path: string): Fault =>
  new Fault(
    EXIT.corrupt,
    `${path} is not a lock file`,
    'make sure that no Holdfast runs on this directory, then remove that file',
  );

/** What a start would say of the lock file, without a look into it; a lock of ours is empty. */
export function lockRefusal(disk: Disk): Fault | null {
  const bytes = disk.stat(LOCK_FILE)?.bytes ?? 0;
  return bytes === 0 ? null : notALock(`${disk.root}/${LOCK_FILE}`);
}

/** ` (process 4711 on host, since …)`, or nothing when the note cannot be read. */
function ownerOf(disk: Disk): string {
  try {
    const bytes = disk.read(LOCK_OWNER_FILE);
    const owner: unknown = JSON.parse(Buffer.from(bytes ?? []).toString());
    const { pid, host, since } = owner as Record<string, unknown>;
    return ` (process ${Number(pid)} on ${String(host)}, since ${String(since)})`;
  } catch {
    return '';
  }
}

/** A note that stays is stale, and harmless: it is shown only where the lock is held. */
function dropOwner(disk: Disk): void {
  try {
    disk.remove(LOCK_OWNER_FILE);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

function writeOwner(disk: Disk): void {
  const owner = { pid: process.pid, host: os.hostname(), since: new Date().toISOString() };
  disk.remove(LOCK_OWNER_FILE);
  const file = disk.create(LOCK_OWNER_FILE);
  try {
    file.write(Buffer.from(`${JSON.stringify(owner)}\n`));
    file.sync();
  } finally {
    file.close();
  }
}
