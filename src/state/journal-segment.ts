/**
 * One segment as it can be had, and what is wrong with each of its files.
 *
 * Promises: judges by content: a file is whole when it equals the union byte for byte. A step that
 * is gone from every copy while the chain goes on behind it is refused (exit 65).
 * Never: writes.
 */

import { EXIT, Fault } from '../base/fault.ts';
import { JOURNAL_GATHER_BYTES_MAX } from '../base/limits.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import type { SegmentHead } from './frame.ts';
import type { Disks } from './journal.ts';
import {
  COPIES,
  type Copy,
  fullName,
  pack,
  type SegmentFile,
  type SegmentFiles,
  segmentPath,
} from './journal-file.ts';
import { type Reading, SegmentMerge } from './journal-merge.ts';

/** Of the lines that are written and synced at once: by so much a crash may leave a copy behind. */
const BATCH_BYTES_MAX = 2 * JOURNAL_GATHER_BYTES_MAX;

/** What is wrong with a file of a segment. */
export interface Flaw {
  readonly file: SegmentFile;
  /**
   * `missing`: no file. `short`: it ends before the union does. `torn`: it goes on after the
   * union's end. `damaged`: other bytes. `spare`: a second form of a copy that is whole.
   * `stray`: left where copy b once was, and not whole.
   */
  readonly state: 'missing' | 'short' | 'torn' | 'damaged' | 'spare' | 'stray';
  readonly kind: 'damage' | 'interrupted';
  readonly what: string;
  /** Of a torn file: the bytes after the union's end. */
  readonly tail: Uint8Array | null;
}

export interface SegmentImage {
  readonly files: SegmentFiles;
  readonly head: SegmentHead;
  readonly last: number;
  readonly lastHash: string;
  readonly bytes: number;
  readonly flaws: readonly Flaw[];
}

/** Null: a segment whose creation was cut before it held anything. */
export function readSegment(
  disks: Disks,
  files: SegmentFiles,
  newest: boolean,
): SegmentImage | null {
  const merge = new SegmentMerge(files);
  for (const _ of merge.lines());
  const later = merge.later();
  if (later !== null && !(newest && isUnfinishedBatch(merge))) throw hole(merge, later);
  const { head, last, lastHash, bytes } = merge;
  if (head === null && newest) return null;
  if (head === null) throw headless(files);
  const isWhole = (reading: Reading) =>
    !reading.lacking &&
    reading.rest === 0 &&
    reading.cursor?.badAt === -1 &&
    reading.cursor.line === null &&
    reading.cursor.bytes.length === bytes;
  const union = merge.readings.every(isWhole) ? null : unionOf(files);
  const flaws = [
    ...missingFlaws(disks, files, { merge, newest }),
    ...merge.readings.flatMap(reading =>
      isWhole(reading) || union === null ? [] : judge(reading, union, { merge, newest }),
    ),
  ];
  flaws.push(...packedFlaws(files, merge.readings.filter(isWhole), flaws));
  flaws.push(...spareFlaws(files, flaws));
  const own = flaws.filter(flaw => !flaw.file.stray);
  return { files, head, last, lastHash, bytes, flaws: [...own, ...strayFlaws(files, flaws)] };
}

/** All bytes of the union: what every whole copy holds. */
export function unionOf(files: SegmentFiles): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { bytes } of new SegmentMerge(files).lines()) parts.push(bytes);
  return Buffer.concat(parts);
}

/**
 * A batch is written to copy a and synced before copy b gets it. So a power cut can leave any of
 * its pages in copy a, good lines behind lost ones, while copy b ends cleanly where it began.
 * Anything else with a good line behind a bad one is a hole.
 */
function isUnfinishedBatch(merge: SegmentMerge): boolean {
  const isOf = (reading: Reading, copy: Copy) => reading.files.some(file => file.copy === copy);
  const [a, ...more] = merge.readings.filter(reading => reading.cursor?.line);
  if (merge.head === null || a === undefined || more.length > 0) return false;
  if (a.lacking || isOf(a, 'b')) return false;
  const others = merge.readings.filter(reading => reading !== a);
  const endsCleanly = (reading: Reading) =>
    reading.cursor?.badAt === -1 && reading.cursor.bytes.length === reading.goodEnd;
  const began = Math.min(...others.map(reading => reading.goodEnd));
  return (
    others.some(reading => isOf(reading, 'b')) &&
    others.every(endsCleanly) &&
    (a.cursor?.bytes.length ?? 0) - began <= BATCH_BYTES_MAX
  );
}

interface Case {
  readonly merge: SegmentMerge;
  readonly newest: boolean;
}

/** A start that was cut between the two copies: no step can be in it yet. */
const isUnborn = ({ merge, newest }: Case): boolean =>
  newest && merge.head !== null && merge.last < merge.head.first;

function judge(reading: Reading, union: Uint8Array, context: Case): Flaw[] {
  const { newest } = context;
  const bytes = reading.cursor?.bytes ?? null;
  return reading.files.map(file => {
    if (bytes === null) {
      const what = reading.strange ? 'belongs to another directory' : 'cannot be unpacked';
      return { file, state: 'damaged', kind: 'damage', what, tail: null };
    }
    if (reading.rest > 0) {
      const what = `goes on behind its end (${reading.rest} bytes)`;
      return { file, state: 'damaged', kind: 'damage', what, tail: null };
    }
    const same = commonLength(bytes, union);
    const isTail = newest && !file.packed && reading.cursor?.head;
    const kind = isTail ? 'interrupted' : 'damage';
    if (same === bytes.length)
      return {
        file,
        state: 'short',
        kind: isTail && union.length - same <= BATCH_BYTES_MAX ? 'interrupted' : 'damage',
        what: `ends ${union.length - same} bytes early`,
        tail: null,
      };
    // A whole head and nothing else: of a start that took no step, before the copies were parted.
    const isHeadAlone = bytes.length === reading.cursor?.headEnd;
    if (same < union.length && reading.cursor?.head && (isUnborn(context) || isHeadAlone))
      return {
        file,
        state: 'short',
        kind: isUnborn(context) ? kind : 'damage',
        what: 'has the head of an earlier start, and no steps',
        tail: null,
      };
    if (same < union.length)
      return {
        file,
        state: 'damaged',
        kind: 'damage',
        what: `is damaged at byte ${same}`,
        tail: null,
      };
    const tail = bytes.subarray(same);
    return { file, state: 'torn', kind, what: `ends in a torn write (${tail.length} bytes)`, tail };
  });
}

function commonLength(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  let same = 0;
  while (same < length && left[same] === right[same]) same += 1;
  return same;
}

function missingFlaws(disks: Disks, files: SegmentFiles, context: Case): Flaw[] {
  const { merge } = context;
  const isThere = (copy: Copy) =>
    merge.readings.some(({ files: own }) => own.some(file => file.copy === copy && !file.stray));
  const form = { packed: false, stray: false };
  return COPIES.filter(copy => !isThere(copy)).map(copy => ({
    file: { copy, disk: disks[copy], path: segmentPath(files.first, copy), ...form },
    state: 'missing',
    kind: isUnborn(context) ? 'interrupted' : 'damage',
    what: 'is missing',
    tail: null,
  }));
}

/**
 * A flipped bit can leave a packed file that still unpacks to the same lines. Where one copy is
 * written anew, the other is held against that one, now and ever after.
 */
function packedFlaws(
  files: SegmentFiles,
  whole: readonly Reading[],
  known: readonly Flaw[],
): Flaw[] {
  const packed = whole.filter(reading => reading.files.some(file => file.packed));
  if (packed.length === 0 || (packed.length === 1 && known.length === 0)) return [];
  const expected = pack(unionOf(files));
  const odd = packed.filter(reading => Buffer.compare(reading.raw, expected) !== 0);
  // Packed by another version of zstd: then nobody can tell, and the lines are right anyway.
  if (odd.length === packed.length && known.length === 0) return [];
  return odd.flatMap(reading =>
    reading.files.map(file => ({
      file,
      state: 'damaged' as const,
      kind: 'damage' as const,
      what: 'is damaged in its packing',
      tail: null,
    })),
  );
}

/** Packing was interrupted between the new file and the removal of the old one. */
function spareFlaws(files: SegmentFiles, known: readonly Flaw[]): Flaw[] {
  const isKnown = (file: SegmentFile) => known.some(flaw => flaw.file === file);
  return files.files
    .filter(file => file.packed && !isKnown(file))
    .filter(file => files.files.some(other => isSameCopy(other, file) && !other.packed))
    .map(file => ({
      file,
      state: 'spare',
      kind: 'interrupted',
      what: 'stands beside its plain form (packing was interrupted)',
      tail: null,
    }));
}

const isSameCopy = (one: SegmentFile, other: SegmentFile): boolean =>
  one.copy === other.copy && one.stray === other.stray;

function strayFlaws(files: SegmentFiles, known: readonly Flaw[]): Flaw[] {
  const isWhole = (file: SegmentFile) => known.every(flaw => flaw.file !== file);
  return files.files
    .filter(file => file.stray)
    .map(file => ({
      file,
      state: isWhole(file) ? 'spare' : 'stray',
      kind: 'interrupted',
      what: 'is left from before the second copy had a folder of its own',
      tail: null,
    }));
}

const namesOf = (files: readonly SegmentFile[]): string => files.map(fullName).join(' and ');

function hole(merge: SegmentMerge, later: number): Fault {
  const names = namesOf(merge.readings.flatMap(reading => reading.files));
  const gap = merge.last + 1;
  const what = merge.head === null ? 'the head is' : `step ${gap} is`;
  return new Fault(
    EXIT.corrupt,
    `the journal has a hole: ${what} damaged in both copies and step ${later} stands behind it` +
      ` (${names})`,
    ACCEPT_LOSS,
  );
}

const headless = (files: SegmentFiles): Fault =>
  new Fault(
    EXIT.corrupt,
    `the journal has a hole: the head of the segment is damaged in both copies` +
      ` (${namesOf(files.files)})`,
    ACCEPT_LOSS,
  );
