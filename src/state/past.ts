/**
 * The past: what a directory with `keep_history` sets aside instead of dropping it.
 *
 *   history/journal/                as in journal/, sealed segments, packed
 *   history/blobs/                  what their lines name
 *   history/previous/<step>/        the state files of some checkpoints, to start from
 *                                   (<step>.2: other contents of that step)
 *   history/manifest.json           which these are, with their hashes
 *
 * Everything there is a second name of a file that stood in the directory itself, given before the
 * first one goes: it costs nothing until then. A start reads no more of it than the newest segment, to
 * see whether it still leads to the journal, so it makes none slower.
 * Promises: nothing is removed before it is durable here; a step that is looked at is folded from the
 * newest checkpoint before it, or from the directory's beginning. Never: removes anything.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { HISTORY_STEPS } from '../base/limits.ts';
import type { AnyComponent } from '../core/component.ts';
import { BLOB_FOLDER } from './blobs.ts';
import type { Disk } from './disk.ts';
import { folderDisk } from './folder-disk.ts';
import { type Disks, type JournalScan, scanJournal } from './journal.ts';
import { JOURNAL_FOLDER, listJournal, type SegmentFiles } from './journal-file.ts';
import { readSegment } from './journal-segment.ts';
import {
  decodeManifest,
  encodeManifest,
  type FileRecord,
  type Generation,
  type Manifest,
} from './manifest.ts';
import { ownCopy } from './nowhere.ts';
import { sha256 } from './state-hash.ts';
import { HISTORY_FOLDER, type Known, PREVIOUS_FOLDER, previousFolders } from './survey.ts';
import { writeWholeFile } from './whole-file.ts';

export const HISTORY_MANIFEST = `${HISTORY_FOLDER}/manifest.json`;

const isComplete = (
  { components: own }: Generation,
  components: readonly AnyComponent[],
): boolean => components.every(({ id }) => own[id] !== undefined);

/** Segments that are about to be pruned. */
export function setSegmentsAside(segments: readonly SegmentFiles[]): void {
  giveSecondNames(
    segments.flatMap(({ files }) => files),
    { root: HISTORY_FOLDER, folder: JOURNAL_FOLDER },
  );
}

/** Blobs that are about to be pruned. */
export const setBlobsAside = (disk: Disk, names: readonly string[]): void =>
  giveSecondNames(
    names.map(name => ({ disk, path: `${BLOB_FOLDER}/${name}` })),
    { root: HISTORY_FOLDER, folder: BLOB_FOLDER },
  );

interface File {
  readonly disk: Disk;
  readonly path: string;
}

/** Files of a folder, in the folder of that name below another. */
export function giveSecondNames(
  files: readonly File[],
  { root, folder }: { readonly root: string; readonly folder: string },
): void {
  for (const { disk, path } of files) {
    const second = `${root}/${path}`;
    disk.makeFolder(`${root}/${folder}`);
    if (disk.stat(second) === null) disk.link(path, second);
  }
  for (const disk of new Set(files.map(file => file.disk))) disk.syncFolder(`${root}/${folder}`);
}

/**
 * The newest checkpoint, where it is one to start from: the first, every HISTORY_STEPS, where a part
 * began afresh, which is in no fact, and where what was set aside before no longer leads here.
 */
export function setCheckpointAside(
  disks: Disks,
  manifest: Manifest,
  components: readonly AnyComponent[],
): void {
  const disk = disks.a;
  const [newest] = manifest.generations;
  if (newest === undefined || !isComplete(newest, components)) return;
  const known = anchorsIn(disk);
  const [last] = known;
  // A part may have begun afresh at the very step of one that stands here already.
  const there = known.find(({ seq }) => seq === newest.seq);
  if (there !== undefined && isSame(there, newest)) return;
  const isBeginning = Object.values(manifest.begins).includes(newest.seq);
  const isFar = last === undefined || newest.seq - last.seq >= HISTORY_STEPS;
  if (!isFar && !isBeginning && !isCutOff(disks, last)) return;
  for (const record of Object.values(newest.components)) {
    const folder = `${HISTORY_FOLDER}/${folderFor(disk, record)}`;
    const path = `${folder}/${record.file}`;
    disk.makeFolder(folder);
    if (disk.stat(path) === null) disk.link(record.file, path);
    disk.syncFolder(folder);
  }
  const generations = [newest, ...known].toSorted((one, two) => two.seq - one.seq);
  writeWholeFile(disk, HISTORY_MANIFEST, encodeManifest({ ...manifest, generations, begins: {} }));
}

const isSame = (one: Generation, other: Generation): boolean =>
  Object.entries(other.components).every(
    ([id, { sha256: sum }]) => one.components[id]?.sha256 === sum,
  );

/** `previous/<seq>`, or `previous/<seq>.2` where another content of that seq stands already. */
export function folderFor(disk: Disk, { seq, file, sha256: sum }: FileRecord): string {
  for (let number = 1; ; number += 1) {
    const folder = `${PREVIOUS_FOLDER}/${seq}${number === 1 ? '' : `.${number}`}`;
    const there = disk.read(`${HISTORY_FOLDER}/${folder}/${file}`);
    if (there === null || sha256(there) === sum) return folder;
  }
}

/** The steps after the newest checkpoint here are gone: keep_history was off for a while. */
function isCutOff(disks: Disks, last: Generation): boolean {
  const [oldest] = listJournal(disks).segments;
  if (oldest === undefined || last.seq >= oldest.first - 1) return false;
  const past = pastDisks(disks);
  const newest = past === null ? undefined : listJournal(past).segments.at(-1);
  if (past === null || newest === undefined) return true;
  const image = unlessCorrupt(() => readSegment(past, newest, true));
  return image === null || image.last < oldest.first - 1;
}

export const keepsHistory = (disk: Disk): boolean => disk.stat(HISTORY_MANIFEST) !== null;

/** Checkpoints to start from, newest first. */
export function anchorsIn(disk: Disk): readonly Generation[] {
  const reading = decodeManifest(disk.read(HISTORY_MANIFEST));
  return reading.kind === 'good' ? reading.manifest.generations : [];
}

/** The file of a checkpoint to start from, with its path in the folder; null: none is whole. */
export function fileInPast(
  past: Disk,
  { seq, file, sha256: sum }: FileRecord,
): { readonly path: string; readonly content: Uint8Array } | null {
  for (const each of previousFolders(past)) {
    const path = `${each.folder}/${file}`;
    const content = each.seq === seq ? past.read(path) : null;
    if (content !== null && sha256(content) === sum) return { path, content };
  }
  return null;
}

/** The folder as a directory of its own, to be read; null: no segment was ever set aside. */
export const pastDisks = (disks: Disks): Disks | null =>
  disks.a.stat(`${HISTORY_FOLDER}/${JOURNAL_FOLDER}`) === null ? null : pastFolder(disks);

export function pastFolder({ a, b, alone }: Disks): Disks {
  const own = folderDisk(a, HISTORY_FOLDER);
  if (a === b) return { a: own, b: own };
  const both = { a: own, b: folderDisk(b, HISTORY_FOLDER) };
  return alone ? ownCopy(both) : both;
}

/** Null where it leads nowhere. */
function scanPast(past: Disks, known: Known): JournalScan | null {
  const scan = unlessCorrupt(() => scanJournal(past, known));
  // Its second copy may be another's, or of another time.
  if (scan !== null || past.a === past.b) return scan;
  return unlessCorrupt(() => scanJournal(ownCopy(past), known));
}

export function unlessCorrupt<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Fault && error.exitCode === EXIT.corrupt) return null;
    throw error;
  }
}

/** The journal with all that was set aside of it, as one chain. */
export function wholeJournal(disks: Disks): JournalScan {
  const scan = scanJournal(disks);
  const past = pastDisks(disks);
  if (past === null) return scan;
  const { first } = scan;
  const directory = scan.heads.at(-1)?.directory ?? null;
  // What lies before a time without keep_history is passed over.
  const older = scanPast(past, { directory, floor: first - 1 });
  if (older === null) return scan;
  const meets = older.last === first - 1 ? older.lastHash === scan.continues : older.last >= first;
  if (!meets || older.first >= first) return scan;
  return {
    ...scan,
    first: older.first,
    continues: older.continues,
    heads: [...older.heads.filter(head => head.first < first), ...scan.heads],
    *steps(from = 0) {
      for (const step of older.steps(from)) {
        if (step.seq >= first) break;
        yield step;
      }
      yield* scan.steps(Math.max(from, first));
    },
  };
}
