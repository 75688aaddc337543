/**
 * The scrub: one round over everything at rest in a directory whose bot runs: state files, spares,
 * manifests, blobs and sealed journal segments, and what is set aside of them, every copy of each.
 *
 * Promises: read-only; a look at a time, so that the caller may rest between two of them; what is
 * wrong is only suspected here (a checkpoint may have replaced it meanwhile) and is judged again by
 * the store, the one writer (mend.ts). Where another copy is at hand, or can be made again from an
 * older file and the journal, it comes with the suspicion. Never: looks at the segment that is
 * being written, or at what nothing vouches for.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import { blobNames, checkBlobs } from './blobs.ts';
import type { Disk } from './disk.ts';
import { encodeFile } from './formats.ts';
import type { Disks } from './journal.ts';
import { COPIES, type Copy, listJournal } from './journal-file.ts';
import { readSegment } from './journal-segment.ts';
import {
  decodeManifest,
  type FileRecord,
  MANIFEST_FILES,
  type Manifest,
  newestOf,
  readManifests,
} from './manifest.ts';
import { flawsOf, type PastItem, pastItems, sizeOf } from './past-look.ts';
import { recover } from './recover.ts';
import { sha256 } from './state-hash.ts';
import { previousFolders } from './survey.ts';

/** What does not look as it should. Plain data: it comes from a worker. */
export type Suspect =
  | { readonly kind: 'manifest' }
  | { readonly kind: 'blob'; readonly hash: string }
  | { readonly kind: 'segment'; readonly first: number }
  | { readonly kind: 'past'; readonly item: PastItem }
  | {
      readonly kind: 'file';
      readonly copy: Copy;
      readonly component: string;
      /** Of the content that belongs there. */
      readonly sha256: string;
      readonly live: boolean;
      /** That content, where it could be had. */
      readonly bytes: Uint8Array | null;
    };

export interface Look {
  /** Files that were read, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  readonly suspect: Suspect | null;
}

export function* scrubRound(disks: Disks, components: readonly AnyComponent[]): Generator<Look> {
  yield lookAtManifests(disks.a);
  for (const { id } of components) yield* lookAtFiles(disks, components, id);
  for (const hash of new Set([disks.a, disks.b].flatMap(blobNames))) yield lookAtBlob(disks, hash);
  for (const { first } of listJournal(disks).segments) yield lookAtSegment(disks, first);
  for (const item of pastItems(disks)) yield lookAtPast(disks, item);
}

/** Anything that a look can see is wrong twice before it is suspected: a bot writes meanwhile. */
const LOOKS = 2;

function isWrong(look: () => boolean): boolean {
  for (let count = 0; count < LOOKS; count += 1) if (!look()) return false;
  return true;
}

function lookAtManifests(disk: Disk): Look {
  const bytes = MANIFEST_FILES.reduce((sum, file) => sum + (disk.stat(file)?.bytes ?? 0), 0);
  const suspect = isWrong(() => !areManifestsWhole(disk)) ? ({ kind: 'manifest' } as const) : null;
  return { files: MANIFEST_FILES.length, bytes, suspect };
}

function areManifestsWhole(disk: Disk): boolean {
  const [one, other] = MANIFEST_FILES.map(file => contentOf(disk, file));
  if (one === null || other === null || one === undefined || other === undefined) return false;
  return decodeManifest(one).kind === 'good' && Buffer.compare(one, other) === 0;
}

/** The content of a file; null where there is none, or the disk does not give it. */
export function contentOf(disk: Disk, path: string): Uint8Array | null {
  try {
    return disk.read(path);
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** The records of a component, one for each content, newest first. */
export function recordsOf({ generations }: Manifest, id: string): FileRecord[] {
  const known = new Map<string, FileRecord>();
  for (const { components } of generations) {
    const record = components[id];
    if (record !== undefined && !known.has(record.sha256)) known.set(record.sha256, record);
  }
  return [...known.values()];
}

/** Where a former content of a component stands on a disk: `previous/<its seq>`, or beside it. */
export const placesOf = (disk: Disk, { seq, file }: FileRecord): string[] =>
  previousFolders(disk).flatMap(({ folder, seq: own }) =>
    own === seq && disk.stat(`${folder}/${file}`) !== null ? [`${folder}/${file}`] : [],
  );

const holds = (disk: Disk, path: string, sum: string): boolean => {
  const bytes = contentOf(disk, path);
  return bytes !== null && sha256(bytes) === sum;
};

/** Whether a copy of a former content is whole; one that need not be there is, when it is not. */
export function isSpareWhole(disk: Disk, record: FileRecord, needed: boolean): boolean {
  const places = placesOf(disk, record);
  if (places.length === 0) return !needed;
  return places.some(path => holds(disk, path, record.sha256));
}

function* lookAtFiles(
  disks: Disks,
  components: readonly AnyComponent[],
  id: string,
): Generator<Look> {
  const manifest = newestOf(readManifests(disks.a));
  const [live, ...former] = manifest === null ? [] : recordsOf(manifest, id);
  if (live === undefined) return;
  const isTwin = former.length === 0;
  yield lookAtFile(disks, components, { id, record: live, copy: 'a', live: true });
  for (const record of isTwin ? [live] : former)
    for (const copy of disks.a === disks.b ? (['a'] as const) : COPIES)
      yield lookAtFile(disks, components, { id, record, copy, live: false });
}

interface Target {
  readonly id: string;
  readonly record: FileRecord;
  readonly copy: Copy;
  readonly live: boolean;
}

function lookAtFile(disks: Disks, components: readonly AnyComponent[], target: Target): Look {
  const { id, record, copy, live } = target;
  const seen = { files: 1, bytes: record.bytes, suspect: null };
  if (!isWrong(() => !isFileWhole(disks, target))) return seen;
  const bytes = copyOf(disks, record) ?? madeAgain(disks, components, target);
  const what = { component: id, sha256: record.sha256, live, bytes };
  return { ...seen, suspect: { kind: 'file', copy, ...what } };
}

/** Also where the manifest vouches for it no more: what is then there is looked at next time. */
function isFileWhole(disks: Disks, { id, record, copy, live }: Target): boolean {
  const manifest = newestOf(readManifests(disks.a));
  const records = manifest === null ? [] : recordsOf(manifest, id);
  if (live)
    return records[0]?.sha256 !== record.sha256 || holds(disks.a, record.file, record.sha256);
  if (!records.some(({ sha256: sum }) => sum === record.sha256)) return true;
  const needed = copy === 'a' && records[0]?.sha256 !== record.sha256;
  return isSpareWhole(disks[copy], record, needed);
}

/** The same content from anywhere else it may stand. */
export function copyOf({ a, b }: Disks, record: FileRecord): Uint8Array | null {
  const places = [a, b].flatMap(disk => placesOf(disk, record).map(path => ({ disk, path })));
  for (const { disk, path } of [{ disk: a, path: record.file }, ...places]) {
    const bytes = contentOf(disk, path);
    if (bytes !== null && sha256(bytes) === record.sha256) return bytes;
  }
  return null;
}

/** From an older file and the journal, bit for bit; null where there is none that leads there. */
function madeAgain(
  disks: Disks,
  components: readonly AnyComponent[],
  { id, record }: Target,
): Uint8Array | null {
  const { seq } = record;
  const own = components.filter(component => component.id === id);
  try {
    const { states, seq: reached } = recover({ disks, components: own, through: seq });
    const [component] = own;
    if (component === undefined || reached !== seq) return null;
    const { version: schema, file } = component;
    const bytes = encodeFile({ component: id, schema, seq }, file.encode(states[id]));
    return sha256(bytes) === record.sha256 ? bytes : null;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

function lookAtBlob(disks: Disks, hash: string): Look {
  let bytes = 0;
  const suspect = isWrong(() => !orDamaged(() => checkBlobs(disks, [hash]).length === 0, false));
  for (const disk of [disks.a, disks.b]) bytes += blobBytes(disk, hash);
  return { files: 2, bytes, suspect: suspect ? { kind: 'blob', hash } : null };
}

const blobBytes = (disk: Disk, hash: string): number =>
  disk
    .list('blobs')
    .filter(name => name.startsWith(hash))
    .reduce((sum, name) => sum + (disk.stat(`blobs/${name}`)?.bytes ?? 0), 0);

/** The newest segment is being written, and recovery has seen to all others at the start. */
function lookAtSegment(disks: Disks, first: number): Look {
  let seen = { files: 0, bytes: 0 };
  const suspect = isWrong(() => {
    const { segments } = listJournal(disks);
    const files = segments.slice(0, -1).find(segment => segment.first === first);
    if (files === undefined) return false;
    const sizes = files.files.map(({ disk, path }) => disk.stat(path)?.bytes ?? 0);
    seen = { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
    const image = orDamaged(() => readSegment(disks, files, false), null);
    return image === null || image.flaws.some(({ kind }) => kind === 'damage');
  });
  return { ...seen, suspect: suspect ? { kind: 'segment', first } : null };
}

function lookAtPast(disks: Disks, item: PastItem): Look {
  const { files, bytes } = sizeOf(disks, item);
  const suspect = isWrong(() => orDamaged(() => flawsOf(disks, item).length > 0, true));
  return { files, bytes, suspect: suspect ? { kind: 'past', item } : null };
}

function orDamaged<T>(look: () => T, damaged: T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof Fault && (error.exitCode === EXIT.corrupt || error.exitCode === EXIT.disk))
      return damaged;
    throw error;
  }
}
