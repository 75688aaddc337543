/**
 * Mending what the scrub suspects, in a directory whose bot runs.
 *
 * Promises: judged anew, by what the running store knows (its manifest and chain), never by which
 * copy is whose; a good copy takes a name only when its hash, or the chain on both sides of it, is
 * the one that is vouched for; the original is in quarantine before. May be cut anywhere: what
 * stands then is as good as before or better. What has no good copy left stays where it is, or is
 * no longer vouched for, and is told of either way. Never: deletes; runs beside a checkpoint.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import { blobPath, checkBlobs, getBlob, repairBlobs } from './blobs.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import { headIn } from './journal-cursor.ts';
import { fullName, listJournal, type SegmentFiles } from './journal-file.ts';
import { repairSegment } from './journal-repair.ts';
import { readSegment, type SegmentImage } from './journal-segment.ts';
import { encodeManifest, type FileRecord, MANIFEST_FILES, type Manifest } from './manifest.ts';
import { flawsOf, type PastFlaw, type PastItem } from './past-look.ts';
import { quarantine, quarantineCopy } from './quarantine.ts';
import { keepTwins } from './retention.ts';
import { contentOf, copyOf, isSpareWhole, placesOf, recordsOf, type Suspect } from './scrub.ts';
import { writeManifest } from './snapshot.ts';
import { sha256 } from './state-hash.ts';
import { HISTORY_FOLDER, PREVIOUS_FOLDER } from './survey.ts';
import { folderOf, writeWholeFile } from './whole-file.ts';

export interface Mending {
  readonly file: string;
  readonly what: string;
  /** False: no copy is good. */
  readonly repaired: boolean;
}

export interface Mended {
  /** Empty: nothing is wrong after all. */
  readonly told: readonly Mending[];
  /** Set where a content is no longer vouched for. */
  readonly manifest: Manifest | null;
  /** A component whose file has to be written from memory. */
  readonly rewrite: string | null;
}

export interface MendContext {
  readonly disks: Disks;
  readonly components: readonly AnyComponent[];
  readonly manifest: Manifest;
  /** By component: the record of the file under its stable name. */
  readonly live: ReadonlyMap<string, FileRecord>;
  /** Blobs named since the newest generation. */
  readonly blobs: ReadonlySet<string>;
  readonly journalFirst: number;
}

type Kind<K extends Suspect['kind']> = Extract<Suspect, { kind: K }>;

const FINE: Mended = { told: [], manifest: null, rewrite: null };
const telling = (told: readonly Mending[]): Mended => ({ ...FINE, told });

export function mend(context: MendContext, suspect: Suspect): Mended {
  switch (suspect.kind) {
    case 'manifest':
      return telling(mendManifests(context));
    case 'blob':
      return telling(mendBlob(context, suspect.hash));
    case 'segment':
      return telling(mendSegment(context, suspect.first));
    case 'past':
      return telling(mendPast(context, suspect.item));
    case 'file':
      return suspect.live ? mendLive(context, suspect) : mendSpare(context, suspect);
  }
}

/** The store's own is the truth; both files are made from it. */
function mendManifests({ disks: { a }, manifest }: MendContext): Mending[] {
  const bytes = encodeManifest(manifest);
  return MANIFEST_FILES.flatMap(file => {
    const there = contentOf(a, file);
    if (there !== null && Buffer.compare(there, bytes) === 0) return [];
    const what = put(a, file, bytes);
    return [{ file: `${a.root}/${file}`, what: `${what}: written anew`, repaired: true }];
  });
}

/** In place of what is wrong there, which gets a name in the quarantine first. */
function put(disk: Disk, path: string, bytes: Uint8Array): 'was damaged' | 'was missing' {
  const isThere = disk.stat(path) !== null;
  if (isThere) quarantineCopy(disk, path);
  disk.makeFolder(folderOf(path));
  writeWholeFile(disk, path, bytes);
  return isThere ? 'was damaged' : 'was missing';
}

function mendLive(context: MendContext, suspect: Kind<'file'>): Mended {
  const { disks, manifest, live } = context;
  const { a } = disks;
  const id = suspect.component;
  const record = live.get(id);
  if (record === undefined || record.sha256 !== suspect.sha256) return FINE;
  const { file } = record;
  const there = contentOf(a, file);
  if (there !== null && sha256(there) === record.sha256) return FINE;
  const good = goodOf(context, suspect, record);
  const name = `${a.root}/${file}`;
  if (good !== null)
    return telling([{ file: name, what: `${put(a, file, good)}: written again`, repaired: true }]);
  if (a.stat(file) !== null) quarantineCopy(a, file);
  const what = 'was damaged, and no copy of it is left: written anew from memory';
  return {
    told: [{ file: name, what, repaired: true }],
    manifest: without(manifest, id, record),
    rewrite: id,
  };
}

function goodOf(
  { disks }: MendContext,
  { bytes }: Kind<'file'>,
  record: FileRecord,
): Uint8Array | null {
  if (bytes !== null && sha256(bytes) === record.sha256) return bytes;
  return copyOf(disks, record);
}

function mendSpare(context: MendContext, suspect: Kind<'file'>): Mended {
  const { disks, manifest, live } = context;
  const { copy, component: id } = suspect;
  const disk = disks[copy];
  const record = recordsOf(manifest, id).find(each => each.sha256 === suspect.sha256);
  if (record === undefined) return FINE;
  const isFormer = live.get(id)?.sha256 !== record.sha256;
  if (isSpareWhole(disk, record, copy === 'a' && isFormer)) return FINE;
  const path = placeToMend(disk, record, recordsOf(manifest, id));
  const good = goodOf(context, suspect, record);
  const file = `${disk.root}/${path}`;
  if (good !== null)
    return telling([{ file, what: `${put(disk, path, good)}: written again`, repaired: true }]);
  return giveUp(context, { id, record, path });
}

/** Of several contents of one step those that are vouched for stay: the one that is not is it. */
function placeToMend(disk: Disk, record: FileRecord, vouched: readonly FileRecord[]): string {
  const places = placesOf(disk, record);
  const isVouched = (path: string): boolean => {
    const there = contentOf(disk, path);
    const sum = there === null ? null : sha256(there);
    return vouched.some(each => each.sha256 === sum);
  };
  const rotten = places.find(path => !isVouched(path));
  if (rotten !== undefined) return rotten;
  for (let number = 1; ; number += 1) {
    const folder = `${PREVIOUS_FOLDER}/${record.seq}${number === 1 ? '' : `.${number}`}`;
    if (!places.includes(`${folder}/${record.file}`)) return `${folder}/${record.file}`;
  }
}

/**
 * A former content that is nowhere any more. What follows from it is whole, so nothing is lost; but
 * the newest file is alone now, and gets a second copy before anything else is done.
 */
function giveUp(
  context: MendContext,
  spare: { readonly id: string; readonly record: FileRecord; readonly path: string },
): Mended {
  const { disks, components, manifest, live, journalFirst } = context;
  const { id, record, path } = spare;
  const { a } = disks;
  const file = `${a.root}/${path}`;
  const newest = live.get(id);
  const there = newest === undefined ? null : contentOf(a, newest.file);
  if (newest === undefined || there === null || sha256(there) !== newest.sha256)
    return telling([{ file, what: 'is damaged, and no copy of it is left', repaired: false }]);
  const next = { ...without(manifest, id, record), serial: manifest.serial + 1 };
  const prepared = { seq: newest.seq, records: {}, formerKept: true };
  keepTwins(a, { components, manifest: next, journalFirst, prepared, former: null });
  const isThere = a.stat(path) !== null;
  if (isThere) quarantine(a, path);
  writeManifest(a, next);
  const was = isThere ? 'was damaged' : 'was missing';
  const what = `${was}, and no copy of it is left: it was only a spare; nothing is lost`;
  return { told: [{ file, what, repaired: true }], manifest: next, rewrite: null };
}

/** The manifest that no longer names a content. */
function without(manifest: Manifest, id: string, record: FileRecord): Manifest {
  const generations = manifest.generations.map(generation => {
    const { [id]: own, ...others } = generation.components;
    return own?.sha256 === record.sha256 ? { ...generation, components: others } : generation;
  });
  return { ...manifest, generations };
}

function mendBlob({ disks, manifest, blobs }: MendContext, hash: string): Mending[] {
  const named = manifest.generations.some(generation => generation.blobs.includes(hash));
  if (!named && !blobs.has(hash)) return [];
  const file = `${disks.a.root}/${blobPath(hash, 'a')}`;
  let good: unknown;
  try {
    if (checkBlobs(disks, [hash]).length === 0) return [];
    good = getBlob(disks, hash);
  } catch (error) {
    return [{ file, what: unreadable(error), repaired: false }];
  }
  if (good === null)
    return [{ file, what: 'is damaged or missing in both copies', repaired: false }];
  return repairBlobs(disks, [hash]).map(({ file: bad, what }) => ({
    file: bad,
    what: `${what}: written again from its other copy`,
    repaired: true,
  }));
}

function mendPast({ disks }: MendContext, item: PastItem): Mending[] {
  let flaws: readonly PastFlaw[];
  try {
    flaws = flawsOf(disks, item);
  } catch (error) {
    const file = `${disks.a.root}/${HISTORY_FOLDER}`;
    return [{ file, what: unreadable(error), repaired: false }];
  }
  return flaws.map(({ disk, path, what, good }) => {
    const file = `${disk.root}/${path}`;
    const bytes = good ?? (item.part === 'file' ? copyOf(disks, item.record) : null);
    if (bytes === null)
      return { file, what: `${what}, and no copy of it is left`, repaired: false };
    const was = put(disk, path, bytes);
    return { file, what: `${was}: written again from another copy`, repaired: true };
  });
}

/** What the disk or the content refuses; anything else goes on its way. */
function unreadable(error: unknown): string {
  const isKnown =
    error instanceof Fault && (error.exitCode === EXIT.disk || error.exitCode === EXIT.corrupt);
  if (!isKnown) throw error;
  return `cannot be mended: ${error.message}`;
}

function mendSegment(context: MendContext, first: number): Mending[] {
  const { segments } = listJournal(context.disks);
  const at = segments.findIndex(segment => segment.first === first);
  const [files, next] = [segments[at], segments[at + 1]];
  // Pruned meanwhile, or the one that is being written.
  if (files === undefined || next === undefined) return [];
  const names = files.files.map(fullName).join(' and ');
  let image: SegmentImage | null;
  try {
    image = readSegment(context.disks, files, false);
    if (image === null || image.flaws.every(({ kind }) => kind !== 'damage')) return [];
    if (!isOfChain(context, image, next))
      return [{ file: names, what: 'does not lead to the segment after it', repaired: false }];
  } catch (error) {
    return [{ file: names, what: unreadable(error), repaired: false }];
  }
  repairSegment(image);
  return image.flaws
    .filter(({ kind }) => kind === 'damage')
    .map(({ file, what }) => ({
      file: fullName(file),
      what: `${what}: written again from the other copy`,
      repaired: true,
    }));
}

/** The union must begin and end as its neighbours and the checkpoints say. */
function isOfChain({ manifest }: MendContext, image: SegmentImage, next: SegmentFiles): boolean {
  const { head, last, lastHash } = image;
  const follows = next.files.some(file => {
    const after = headIn(file, next.first);
    return after?.first === last + 1 && after.continues === lastHash;
  });
  const isVouched = manifest.generations.every(
    ({ seq, chain }) =>
      (seq !== last || chain === lastHash) && (seq !== head.first - 1 || chain === head.continues),
  );
  return follows && isVouched && head.directory === manifest.directory;
}
