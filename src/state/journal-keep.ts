/**
 * Housekeeping of sealed segments: packing and pruning.
 *
 * Promises: a plain segment is removed only after its packed form is durable and was read back; a
 * segment is pruned only with all before it, and a mark says so before the first of them goes.
 * Never: touches the newest segment, which a writer may hold.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Disks } from './journal.ts';
import { Cursor } from './journal-cursor.ts';
import {
  COPIES,
  fullName,
  JOURNAL_FOLDER,
  listJournal,
  PACKED,
  PRUNED,
  pack,
  type SegmentFile,
  type SegmentFiles,
  unpack,
} from './journal-file.ts';
import { writeWholeFile } from './whole-file.ts';

/** Segments that hold nothing but steps below `below`; the newest is never one of them. */
function sealedBelow(disks: Disks, below: number): SegmentFiles[] {
  const { segments } = listJournal(disks);
  return segments.filter((_, index) => {
    const next = segments[index + 1];
    return next !== undefined && next.first <= below;
  });
}

/** Packs what is plain; returns the bytes saved. */
export function compressSealed(disks: Disks, below: number): number {
  let saved = 0;
  for (const segment of sealedBelow(disks, below))
    for (const file of segment.files) if (!file.packed) saved += packFile(file, segment.first);
  return saved;
}

function packFile(file: SegmentFile, first: number): number {
  const { disk, path } = file;
  const plain = disk.read(path);
  // Damage is for recovery to mend, from the other copy; packing it would only hide it.
  if (plain === null || !isWhole(plain, first)) return 0;
  const packed = pack(plain);
  writeWholeFile(disk, path + PACKED, packed);
  const readBack = disk.read(path + PACKED);
  const unpacked = readBack === null ? null : unpack(readBack);
  if (unpacked === null || Buffer.compare(unpacked, plain) !== 0)
    throw new Fault(
      EXIT.disk,
      `cannot read back ${disk.root}/${path}${PACKED} as it was written`,
      'check the disk (dmesg, smartctl); the plain file is still there',
    );
  disk.remove(path);
  disk.syncFolder(JOURNAL_FOLDER);
  return plain.length - packed.length;
}

function isWhole(bytes: Uint8Array, first: number): boolean {
  const cursor = new Cursor(bytes, first);
  while (cursor.line !== null) cursor.advance();
  return cursor.head !== null && cursor.badAt < 0;
}

/**
 * Removes segments whose every step lies below `below`; returns the names of their files. `first`:
 * what is done with them before.
 */
export function pruneJournal(
  disks: Disks,
  below: number,
  first: (victims: readonly SegmentFiles[]) => void = () => {},
): string[] {
  const victims = sealedBelow(disks, below);
  const newest = victims.at(-1);
  if (newest === undefined) return [];
  first(victims);
  const files = victims.flatMap(segment => segment.files);
  // The newest victim is marked first: from then on all up to it are no part of the journal.
  for (const { disk, path } of newest.files) disk.rename(path, path + PRUNED);
  for (const copy of COPIES) disks[copy].syncFolder(JOURNAL_FOLDER);
  for (const file of files) if (!newest.files.includes(file)) file.disk.remove(file.path);
  for (const copy of COPIES) disks[copy].syncFolder(JOURNAL_FOLDER);
  for (const { disk, path } of newest.files) disk.remove(path + PRUNED);
  for (const copy of COPIES) disks[copy].syncFolder(JOURNAL_FOLDER);
  return files.map(fullName);
}
