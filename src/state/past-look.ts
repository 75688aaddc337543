/**
 * Looking at what is set aside (past.ts): each of its files by its hash, or by the chain.
 *
 * Promises: read-only; what is wrong is named file by file, with the content that belongs there where
 * another copy has it. A copy that was never there is not missed: a mirror may have come later.
 * Never: takes a disk that cannot be read for damage; that is a fault.
 */

import { blobNames, blobPath, getBlob } from './blobs.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import { headIn } from './journal-cursor.ts';
import { COPIES, listJournal, pack, type SegmentFile } from './journal-file.ts';
import { readSegment, type SegmentImage, unionOf } from './journal-segment.ts';
import { decodeManifest, type FileRecord } from './manifest.ts';
import {
  anchorsIn,
  fileInPast,
  folderFor,
  HISTORY_MANIFEST,
  pastDisks,
  pastFolder,
  unlessCorrupt,
} from './past.ts';
import { sha256 } from './state-hash.ts';
import { HISTORY_FOLDER, previousFolders } from './survey.ts';

/** One content, in all its copies. Plain data. */
export type PastItem =
  | { readonly part: 'manifest' }
  | { readonly part: 'file'; readonly record: FileRecord }
  | { readonly part: 'blob'; readonly hash: string }
  | { readonly part: 'segment'; readonly first: number };

export interface PastFlaw {
  readonly disk: Disk;
  readonly path: string;
  readonly what: string;
  /** What belongs there; null: no copy in the folder has it. */
  readonly good: Uint8Array | null;
  readonly remedy: string;
}

const MENDED = 'the scrub of a running bot writes it again from its other copy';
const LOST =
  'the bot needs none of it, and `--at` may reach less far back; check the disk (smartctl)';

export function pastItems(disks: Disks): PastItem[] {
  if (disks.a.stat(HISTORY_FOLDER) === null) return [];
  const past = pastFolder(disks);
  const hashes = new Set([past.a, past.b].flatMap(blobNames));
  return [
    { part: 'manifest' },
    ...recordsIn(disks).map(record => ({ part: 'file', record }) as const),
    ...[...hashes].map(hash => ({ part: 'blob', hash }) as const),
    ...listJournal(past).segments.map(({ first }) => ({ part: 'segment', first }) as const),
  ];
}

export const flawsOf = (disks: Disks, item: PastItem): PastFlaw[] =>
  findFlaws(disks, item).map(flaw => ({ ...flaw, remedy: flaw.good === null ? LOST : MENDED }));

type Found = Omit<PastFlaw, 'remedy'>;

function findFlaws(disks: Disks, item: PastItem): Found[] {
  switch (item.part) {
    case 'manifest':
      return manifestFlaws(disks);
    case 'file':
      return fileFlaws(disks, item.record);
    case 'blob':
      return blobFlaws(disks, item.hash);
    case 'segment':
      return segmentFlaws(disks, item.first);
  }
}

/** Of all its copies. */
export function sizeOf(disks: Disks, item: PastItem): { files: number; bytes: number } {
  if (item.part === 'file') return { files: 1, bytes: item.record.bytes };
  const sizes = filesOf(pastFolder(disks), item).flatMap(
    ({ disk, path }) => disk.stat(path)?.bytes ?? [],
  );
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function filesOf(
  past: Disks,
  item: Exclude<PastItem, { part: 'file' }>,
): readonly { disk: Disk; path: string }[] {
  switch (item.part) {
    case 'manifest':
      return [{ disk: past.a, path: 'manifest.json' }];
    case 'blob':
      return COPIES.map(copy => ({ disk: past[copy], path: blobPath(item.hash, copy) }));
    case 'segment':
      return listJournal(past).segments.find(({ first }) => first === item.first)?.files ?? [];
  }
}

/** Of all checkpoints to start from, one for each content. */
function recordsIn({ a }: Disks): FileRecord[] {
  const all = anchorsIn(a).flatMap(({ components }) => Object.values(components));
  return [...new Map(all.map(record => [record.sha256, record])).values()];
}

/** It is written before anything is dropped; until then it may not be there. */
function manifestFlaws(disks: Disks): Found[] {
  const disk = disks.a;
  const { kind } = decodeManifest(disk.read(HISTORY_MANIFEST));
  const isDue = kind === 'absent' && pastDisks(disks) !== null;
  if (kind !== 'damaged' && !isDue) return [];
  const what = isDue ? 'is missing' : 'is damaged';
  return [{ disk, path: HISTORY_MANIFEST, what, good: null }];
}

function fileFlaws(disks: Disks, record: FileRecord): Found[] {
  const [{ a: disk }, past] = [disks, pastFolder(disks)];
  if (fileInPast(past.a, record) !== null) return [];
  const vouched = new Set(recordsIn(disks).map(each => each.sha256));
  const rotten = previousFolders(past.a)
    .filter(({ seq }) => seq === record.seq)
    .map(({ folder }) => `${folder}/${record.file}`)
    .find(path => {
      const there = past.a.read(path);
      return there !== null && !vouched.has(sha256(there));
    });
  const path = rotten ?? `${folderFor(disk, record)}/${record.file}`;
  const what = rotten === undefined ? 'is missing' : 'is damaged';
  return [{ disk, path: `${HISTORY_FOLDER}/${path}`, what, good: null }];
}

function blobFlaws(disks: Disks, hash: string): Found[] {
  const past = pastFolder(disks);
  const rotten = COPIES.filter(copy => {
    const there = past[copy].read(blobPath(hash, copy));
    return there !== null && sha256(there) !== hash;
  });
  if (rotten.length === 0) return [];
  const good = getBlob(past, hash)?.bytes ?? getBlob(disks, hash)?.bytes ?? null;
  return rotten.map(copy => {
    const path = `${HISTORY_FOLDER}/${blobPath(hash, copy)}`;
    return { disk: disks[copy], path, what: 'is damaged', good };
  });
}

function segmentFlaws(disks: Disks, first: number): Found[] {
  const past = pastFolder(disks);
  const files = listJournal(past).segments.find(segment => segment.first === first);
  if (files === undefined) return [];
  const flawIn = (file: SegmentFile, what: string, good: Uint8Array | null): Found => {
    const disk = file.stray ? disks.a : disks[file.copy];
    return { disk, path: `${HISTORY_FOLDER}/${file.path}`, what, good };
  };
  const image = unlessCorrupt(() => readSegment(past, files, false));
  if (image === null)
    return files.files.map(file => flawIn(file, 'is damaged, and so is its other copy', null));
  const bad = image.flaws.filter(({ state }) => ['damaged', 'short', 'torn'].includes(state));
  if (bad.length === 0) return [];
  const union = leadsOn(disks, image) ? unionOf(files) : null;
  return bad.map(({ file, what }) =>
    flawIn(file, what, union !== null && file.packed ? pack(union) : union),
  );
}

/** What is left of both copies is all there was: the segment after it says so. */
function leadsOn(disks: Disks, { head, last, lastHash }: SegmentImage): boolean {
  const later = [pastFolder(disks), disks].flatMap(each => listJournal(each).segments);
  return later.some(
    ({ first, files }) =>
      first === last + 1 &&
      first > head.first &&
      files.some(file => headIn(file, first)?.continues === lastHash),
  );
}
