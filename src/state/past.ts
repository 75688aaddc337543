/**
 * The past: what a directory with `keep_history` sets aside instead of dropping it.
 *
 *   history/journal/                as in journal/, sealed segments, packed
 *   history/blobs/                  what their lines name
 *   history/previous/<step>/        the state files of some checkpoints, to start from
 *   history/manifest.json           which these are, with their hashes
 *
 * Everything there is a second name of a file that stood in the directory itself, given before the
 * first one goes: it costs nothing until then. A start never reads it, so it makes none slower.
 * Promises: nothing is removed before it is durable here; a step that is looked at is folded from the
 * newest checkpoint before it, or from the directory's beginning. Never: removes anything.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { HISTORY_STEPS } from '../base/limits.ts';
import type { AnyComponent } from '../core/component.ts';
import { BLOB_FOLDER } from './blobs.ts';
import type { Disk } from './disk.ts';
import { type Disks, type JournalScan, scanJournal } from './journal.ts';
import { JOURNAL_FOLDER, type SegmentFiles } from './journal-file.ts';
import { decodeManifest, encodeManifest, type Generation, type Manifest } from './manifest.ts';
import { ownCopy } from './nowhere.ts';
import { PREVIOUS_FOLDER } from './survey.ts';
import { writeWholeFile } from './whole-file.ts';

export const HISTORY_FOLDER = 'history';
const HISTORY_MANIFEST = `${HISTORY_FOLDER}/manifest.json`;

const isComplete = (
  { components: own }: Generation,
  components: readonly AnyComponent[],
): boolean => components.every(({ id }) => own[id] !== undefined);

/** Segments that are about to be pruned. */
export function setSegmentsAside(segments: readonly SegmentFiles[]): void {
  giveSecondNames(
    segments.flatMap(({ files }) => files.map(({ disk, path }) => ({ disk, path }))),
    JOURNAL_FOLDER,
  );
}

/** Blobs that are about to be pruned. */
export const setBlobsAside = (disk: Disk, names: readonly string[]): void =>
  giveSecondNames(
    names.map(name => ({ disk, path: `${BLOB_FOLDER}/${name}` })),
    BLOB_FOLDER,
  );

interface File {
  readonly disk: Disk;
  readonly path: string;
}

function giveSecondNames(files: readonly File[], folder: string): void {
  for (const { disk, path } of files) {
    const second = `${HISTORY_FOLDER}/${path}`;
    disk.makeFolder(`${HISTORY_FOLDER}/${folder}`);
    if (disk.stat(second) === null) disk.link(path, second);
  }
  for (const disk of new Set(files.map(file => file.disk)))
    disk.syncFolder(`${HISTORY_FOLDER}/${folder}`);
}

/**
 * The newest checkpoint, where it is one to start from: the first, every HISTORY_STEPS, and where a
 * part began afresh, which is in no fact.
 */
export function setCheckpointAside(
  disk: Disk,
  manifest: Manifest,
  components: readonly AnyComponent[],
): void {
  const [newest] = manifest.generations;
  if (newest === undefined || !isComplete(newest, components)) return;
  const known = anchorsIn(disk);
  const [last] = known;
  const isBeginning = Object.values(manifest.begins).includes(newest.seq);
  const isDue = last === undefined || newest.seq - last.seq >= HISTORY_STEPS || isBeginning;
  if (!isDue || last?.seq === newest.seq) return;
  for (const { file, seq } of Object.values(newest.components)) {
    const folder = `${HISTORY_FOLDER}/${PREVIOUS_FOLDER}/${seq}`;
    disk.makeFolder(folder);
    if (disk.stat(`${folder}/${file}`) === null) disk.link(file, `${folder}/${file}`);
    disk.syncFolder(folder);
  }
  const generations = [newest, ...known];
  writeWholeFile(disk, HISTORY_MANIFEST, encodeManifest({ ...manifest, generations, begins: {} }));
}

export const keepsHistory = (disk: Disk): boolean => disk.stat(HISTORY_MANIFEST) !== null;

/** Checkpoints to start from, newest first. */
export function anchorsIn(disk: Disk): readonly Generation[] {
  const reading = decodeManifest(disk.read(HISTORY_MANIFEST));
  return reading.kind === 'good' ? reading.manifest.generations : [];
}

/** The folder as a directory of its own; null: nothing was ever set aside. */
export function pastDisks({ a, b, at }: Disks): Disks | null {
  if (at === undefined || a.stat(`${HISTORY_FOLDER}/${JOURNAL_FOLDER}`) === null) return null;
  const own = at(`${a.root}/${HISTORY_FOLDER}`);
  return a === b ? { a: own, b: own, at } : ownCopy({ a: own, b: own, at });
}

/** Null where it has a hole: it was switched off for a while, and leads nowhere. */
function scanPast(past: Disks): JournalScan | null {
  try {
    return scanJournal(past);
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
  const older = scanPast(past);
  if (older === null) return scan;
  const { first } = scan;
  const meets = older.last === first - 1 ? older.lastHash === scan.continues : older.last >= first;
  // What lies before a time without keep_history leads nowhere.
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
