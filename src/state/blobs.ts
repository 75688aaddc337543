/**
 * Blobs: large learned content (trained weights) under the name of its own SHA-256.
 *
 *   blobs/<sha256>.bin      on disk a
 *   blobs/<sha256>.b.bin    its mirror on disk b
 *
 * Promises: a blob is durable in both copies before its hash is handed out, hence before any line
 * names it; content is verified on every read. Never: changes a blob, removes one that is kept.
 */
import { hash as digest } from 'node:crypto';
import { assert } from '../base/assert.ts';
import { BLOB_BYTES_MAX } from '../base/limits.ts';
import type { Disk } from './disk.ts';
import type { Disks, JournalRepair } from './journal.ts';
import { COPIES, type Copy } from './journal-file.ts';
import { quarantine, quarantineCopy } from './quarantine.ts';
import { writeWholeFile } from './whole-file.ts';

export const BLOB_FOLDER = 'blobs';

const NAME = /^([0-9a-f]{64})\.(b\.)?bin$/;
const TEMPORARY = /^[0-9a-f]{64}\.(b\.)?bin\.tmp$/;

export function blobPath(hash: string, copy: Copy): string {
  return `${BLOB_FOLDER}/${hash}${copy === 'b' ? '.b' : ''}.bin`;
}

export function putBlob(disks: Disks, bytes: Uint8Array): string {
  assert(bytes.length <= BLOB_BYTES_MAX, `a blob of ${bytes.length} bytes is too large`);
  const hash = digest('sha256', bytes);
  for (const copy of COPIES) {
    const disk = disks[copy];
    const path = blobPath(hash, copy);
    disk.makeFolder(BLOB_FOLDER);
    if (stateOf(disk, path, hash) === 'whole') {
      // An earlier attempt may have been cut between its write and its sync.
      disk.syncFile(path);
      disk.syncFolder(BLOB_FOLDER);
    } else {
      writeWholeFile(disk, path, bytes);
    }
  }
  return hash;
}

/** `repaired`: one copy is bad or missing, and `repairBlobs` has work to do. Null: both are. */
export function getBlob(
  disks: Disks,
  hash: string,
): { bytes: Uint8Array; repaired: boolean } | null {
  const [a, b] = COPIES.map(copy => verified(disks[copy], blobPath(hash, copy), hash));
  const bytes = a ?? b ?? null;
  return bytes === null ? null : { bytes, repaired: a === null || b === null };
}

/** Of every blob of which there is a copy on this disk, named or not. */
export const blobNames = (disk: Disk): string[] =>
  disk.list(BLOB_FOLDER).flatMap(name => NAME.exec(name)?.[1] ?? []);

/** What `repairBlobs` would do, without doing it; a blob that is lost in both copies is in it. */
export function checkBlobs(disks: Disks, hashes: Iterable<string>): JournalRepair[] {
  const found: JournalRepair[] = [];
  for (const hash of hashes)
    for (const copy of COPIES) {
      const path = blobPath(hash, copy);
      const state = stateOf(disks[copy], path, hash);
      if (state !== 'whole')
        found.push({ file: `${disks[copy].root}/${path}`, what: `is ${state}`, kind: 'damage' });
    }
  return found;
}

/** Rewrites bad copies from good ones and says so; what is bad in both copies stays as it is. */
export function repairBlobs(disks: Disks, hashes: Iterable<string>): JournalRepair[] {
  const done: JournalRepair[] = [];
  for (const hash of hashes) {
    const good = getBlob(disks, hash);
    if (good === null || !good.repaired) continue;
    for (const copy of COPIES) {
      const disk = disks[copy];
      const path = blobPath(hash, copy);
      const state = stateOf(disk, path, hash);
      if (state === 'whole') continue;
      disk.makeFolder(BLOB_FOLDER);
      if (state === 'damaged') quarantineCopy(disk, path);
      writeWholeFile(disk, path, good.bytes);
      done.push({ file: `${disk.root}/${path}`, what: `was ${state}`, kind: 'damage' });
    }
  }
  return done;
}

/** Those that neither copy has any more; what is damaged of them goes to quarantine. */
export function giveUpLostBlobs(disks: Disks, hashes: Iterable<string>): Set<string> {
  const lost = new Set<string>();
  for (const hash of hashes) {
    if (getBlob(disks, hash) !== null) continue;
    lost.add(hash);
    for (const copy of COPIES) {
      const path = blobPath(hash, copy);
      if (disks[copy].stat(path) !== null) quarantine(disks[copy], path);
    }
  }
  return lost;
}

/**
 * Removes every blob that is not in `keep`, and what interrupted writes left. `first`: what is done
 * with the blobs before.
 */
export function pruneBlobs(
  disks: Disks,
  keep: ReadonlySet<string>,
  first: (disk: Disk, names: readonly string[]) => void = () => {},
): void {
  for (const copy of COPIES) {
    const disk = disks[copy];
    let removed = false;
    first(
      disk,
      disk.list(BLOB_FOLDER).filter(name => NAME.test(name) && !keep.has(hashIn(name))),
    );
    for (const name of disk.list(BLOB_FOLDER)) {
      const match = NAME.exec(name);
      const isUnused = match !== null && !keep.has(match[1] ?? '');
      if (!isUnused && !TEMPORARY.test(name)) continue;
      disk.remove(`${BLOB_FOLDER}/${name}`);
      removed = true;
    }
    if (removed) disk.syncFolder(BLOB_FOLDER);
  }
}

const hashIn = (name: string): string => NAME.exec(name)?.[1] ?? '';

function stateOf(disk: Disk, path: string, hash: string): 'whole' | 'missing' | 'damaged' {
  if (disk.stat(path) === null) return 'missing';
  return verified(disk, path, hash) === null ? 'damaged' : 'whole';
}

function verified(disk: Disk, path: string, hash: string): Uint8Array | null {
  const bytes = disk.read(path);
  return bytes !== null && digest('sha256', bytes) === hash ? bytes : null;
}
