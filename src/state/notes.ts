/**
 * Notes about the running itself (started, stopped, recovered, checkpoint, ...): no part of the
 * state, no seq, no hash.
 *
 * Promises: one JSON object per line, appended and synced; at most two files of a bounded size; a
 * torn line is passed over. Never: read to decide anything, and never worth failing for: what the
 * bot knows is in the journal and the state files.
 */
import { NOTES_FILE_BYTES_MAX } from '../base/limits.ts';
import { dropBallast } from './ballast.ts';
import { type Disk, realDisk } from './disk.ts';

export const NOTES_FILE = 'notes.jsonl';
export const NOTES_FILE_BEFORE = 'notes.1.jsonl';

export interface Note {
  /** ISO wall time. */
  readonly at: string;
  /** `started`, `stopped`, `recovered`, `checkpoint`, ... */
  readonly what: string;
  readonly [key: string]: unknown;
}

/** Throws the disk's fault like any other write. */
export function appendNote(disk: Disk, note: Note): void {
  const line = Buffer.from(`${JSON.stringify(note)}\n`);
  const bytes = disk.stat(NOTES_FILE)?.bytes ?? null;
  if (bytes !== null && bytes + line.length > NOTES_FILE_BYTES_MAX)
    disk.rename(NOTES_FILE, NOTES_FILE_BEFORE);
  const isNew = bytes === null || bytes + line.length > NOTES_FILE_BYTES_MAX;
  const torn = !isNew && endsTorn(disk);
  const file = isNew ? disk.create(NOTES_FILE) : disk.append(NOTES_FILE);
  try {
    file.write(torn ? Buffer.concat([Buffer.from('\n'), line]) : line);
    file.sync();
  } finally {
    file.close();
  }
  if (isNew) disk.syncFolder('');
}

/**
 * The note of why everything stopped. The disk it is about refuses all writes by now, so the place
 * is opened once more; a full disk gets its ballast back. True when it was written.
 */
export function lastNote(
  disk: Disk,
  note: Note,
  reopen: (root: string) => Disk = realDisk,
): boolean {
  try {
    const again = reopen(disk.root);
    dropBallast(again);
    appendNote(again, note);
    return true;
  } catch {
    return false;
  }
}

/** Oldest first, the newest `last` of them. */
export function readNotes(disk: Disk, options: { last: number }): Note[] {
  const notes: Note[] = [];
  for (const path of [NOTES_FILE_BEFORE, NOTES_FILE]) {
    const bytes = disk.read(path);
    if (bytes === null) continue;
    for (const line of Buffer.from(bytes).toString().split('\n')) {
      const note = parseNote(line);
      if (note !== null) notes.push(note);
    }
  }
  return options.last <= 0 ? [] : notes.slice(-options.last);
}

/** A note cut by a crash must not swallow the one after it. */
function endsTorn(disk: Disk): boolean {
  const bytes = disk.read(NOTES_FILE);
  return bytes !== null && bytes.length > 0 && bytes.at(-1) !== 10;
}

function parseNote(line: string): Note | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return null;
    const { at, what } = value as Record<string, unknown>;
    return typeof at === 'string' && typeof what === 'string' ? (value as Note) : null;
  } catch {
    return null;
  }
}
