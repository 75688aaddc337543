/**
 * Names of journal files, and what stands in the journal's folders.
 *
 * Promises: one list of segments, whatever form each copy is in; marks of an interrupted pruning
 * are obeyed. Never: looks inside a file, except to unpack it.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import { must } from '../base/assert.ts';
import { JOURNAL_SEGMENT_BYTES_MAX } from '../base/limits.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import { type Unpacked, unpackZstd } from './unpack.ts';

export const JOURNAL_FOLDER = 'journal';
export const TMP = '.tmp';
export const PRUNED = '.pruned';
export const PACKED = '.zst';

export type Copy = 'a' | 'b';
export const COPIES = ['a', 'b'] as const;

/** One file that holds a copy of a segment. */
export interface SegmentFile {
  readonly copy: Copy;
  readonly disk: Disk;
  readonly path: string;
  readonly packed: boolean;
  /** Copy b in the directory itself, from before it had a mirror: read, and then done with. */
  readonly stray: boolean;
}

export interface SegmentFiles {
  readonly first: number;
  /** Where the next segment begins; Infinity for the newest. */
  readonly end: number;
  readonly files: readonly SegmentFile[];
  /** Id of the directory it should be of, where that is known. */
  readonly directory?: string | null;
}

export interface JournalFolder {
  /** Oldest first; without what is being pruned. */
  readonly segments: readonly SegmentFiles[];
  /** What an interrupted job left and repair removes: temporary files, segments being pruned. */
  readonly litter: readonly { readonly disk: Disk; readonly path: string }[];
}

const NAME = /^(\d{12})\.([ab])\.jsonl(\.zst)?(\.tmp|\.pruned)?$/;

export const segmentPath = (first: number, copy: Copy): string =>
  `${JOURNAL_FOLDER}/${String(first).padStart(12, '0')}.${copy}.jsonl`;

/** For messages. */
export const fullName = (file: { readonly disk: Disk; readonly path: string }): string =>
  `${file.disk.root}/${file.path}`;

interface Found extends SegmentFile {
  readonly first: number;
  readonly suffix: string;
}

function findAll(disks: Disks): Found[] {
  const { a, b, alone } = disks;
  // Where both copies share a folder, each disk owns the names of its own copy.
  const found = [...findCopy(a, 'a', false), ...findCopy(b, 'b', false)];
  return a === b || alone ? found : [...found, ...findCopy(a, 'b', true)];
}

function findCopy(disk: Disk, copy: Copy, stray: boolean): Found[] {
  return disk.list(JOURNAL_FOLDER).flatMap(name => {
    const match = NAME.exec(name);
    if (match?.[2] !== copy) return [];
    const [path, first] = [`${JOURNAL_FOLDER}/${name}`, Number(match[1])];
    const packed = match[3] !== undefined;
    return [{ copy, disk, path, packed, first, suffix: match[4] ?? '', stray }];
  });
}

export function listJournal(disks: Disks): JournalFolder {
  const found = findAll(disks);
  const pruned = found.filter(file => file.suffix === PRUNED).map(file => file.first);
  const prunedThrough = Math.max(-1, ...pruned);
  const isLitter = (file: Found) => file.suffix !== '' || file.first <= prunedThrough;
  const segments = new Map<number, SegmentFile[]>();
  for (const file of found)
    if (!isLitter(file)) {
      const files = segments.get(file.first) ?? [];
      files.push(file);
      segments.set(file.first, files);
    }
  const firsts = [...segments.keys()].sort((left, right) => left - right);
  return {
    segments: firsts.map((first, index) => {
      const end = firsts[index + 1] ?? Number.POSITIVE_INFINITY;
      return { first, end, files: must(segments.get(first), 'segment') };
    }),
    litter: found.filter(isLitter),
  };
}

export function pack(bytes: Uint8Array): Uint8Array {
  return zstdCompressSync(bytes, {
    params: {
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_compressionLevel]: 6,
    },
  });
}

export const unpack = (bytes: Uint8Array): Uint8Array | null =>
  unpackWithRest(bytes)?.content ?? null;

/** Null when it is not what `pack` made. */
export function unpackWithRest(bytes: Uint8Array): Unpacked | null {
  try {
    return unpackZstd(bytes, JOURNAL_SEGMENT_BYTES_MAX);
  } catch {
    return null;
  }
}
