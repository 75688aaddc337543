/**
 * The places: which names of a state directory are files and which are folders.
 *
 * Promises: read-only; what stands in the way of a start is found before anything is written, a
 * folder or a link where a temporary file would go too. Never: minds names that are not Holdfast's,
 * nor the log, which may be anywhere.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import { BACKUP_FOLDER } from './backup.ts';
import { BLOB_FOLDER } from './blobs.ts';
import { type Disk, LOCK_FILE } from './disk.ts';
import { misplaced } from './disk-fault.ts';
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER, listJournal } from './journal-file.ts';
import { LOCK_OWNER_FILE } from './lock.ts';
import { MANIFEST_FILES } from './manifest.ts';
import { NOTES_FILE, NOTES_FILE_BEFORE } from './notes.ts';
import { QUARANTINE_FOLDER } from './quarantine.ts';
import { HISTORY_FOLDER, PREVIOUS_FOLDER, previousFolders } from './survey.ts';
import { TEMPORARY } from './whole-file.ts';

export interface Misplaced {
  readonly disk: Disk;
  readonly path: string;
  readonly fault: Fault;
}

interface Expected {
  readonly disk: Disk;
  readonly path: string;
  readonly folder: boolean;
}

const SHARED_FOLDERS = [JOURNAL_FOLDER, PREVIOUS_FOLDER, BLOB_FOLDER];
const SHARED_FILES = [LOCK_FILE, LOCK_OWNER_FILE];

/** What is of another kind than its name says. */
export function misplacedIn(disks: Disks, components: readonly AnyComponent[]): Misplaced[] {
  const { a, b } = disks;
  const whole = [...MANIFEST_FILES, ...components.map(({ file }) => file.name)];
  const own = [...whole, ...whole.map(name => name + TEMPORARY), NOTES_FILE, NOTES_FILE_BEFORE];
  const top = [
    ...expect(a, [...SHARED_FOLDERS, QUARANTINE_FOLDER, BACKUP_FOLDER, HISTORY_FOLDER], true),
    ...expect(a, [...SHARED_FILES, ...own], false),
    ...(a === b ? [] : [...expect(b, SHARED_FOLDERS, true), ...expect(b, SHARED_FILES, false)]),
  ].flatMap(lookAt);
  if (top.length > 0) return top;
  const spares = [...new Set([a, b])].flatMap(disk =>
    previousFolders(disk).map(({ folder }) => ({ disk, path: folder, folder: true })),
  );
  const wrong = spares.flatMap(lookAt);
  if (wrong.length > 0) return wrong;
  const left = spares.flatMap(({ disk, path: folder }) =>
    whole.flatMap(name =>
      expect(disk, [`${folder}/${name}`, `${folder}/${name}${TEMPORARY}`], false),
    ),
  );
  const { litter, segments } = listJournal(disks);
  const journal = [...litter, ...segments.flatMap(({ files }) => files)];
  const blobs = [...new Set([a, b])].flatMap(disk =>
    disk
      .list(BLOB_FOLDER)
      .flatMap(name => (name.endsWith('.bin') ? [{ disk, path: `${BLOB_FOLDER}/${name}` }] : [])),
  );
  const files = [...journal, ...blobs].map(({ disk, path }) => ({ disk, path, folder: false }));
  return [...left, ...files].flatMap(lookAt);
}

/** Before anything is written: a start that cannot end must not begin. */
export function refuseMisplaced(disks: Disks, components: readonly AnyComponent[]): void {
  const [first] = misplacedIn(disks, components);
  if (first !== undefined) throw first.fault;
}

const expect = (disk: Disk, paths: readonly string[], folder: boolean): Expected[] =>
  paths.map(path => ({ disk, path, folder }));

function lookAt({ disk, path, folder }: Expected): Misplaced[] {
  const full = `${disk.root}/${path}`;
  try {
    const stat = disk.stat(path);
    if (stat === null || stat.directory === folder) return [];
    return [{ disk, path, fault: misplaced(full, folder ? 'not a folder' : 'not a file') }];
  } catch (error) {
    // A link, or something below one.
    if (error instanceof Fault && error.exitCode === EXIT.corrupt)
      return [{ disk, path, fault: error }];
    throw error;
  }
}
