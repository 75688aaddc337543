/**
 * The layout of a backup place.
 *
 *   <directory id>/objects/<sha256>.zst           a state file, under the hash of its content
 *   <directory id>/blobs/<step>-<sha256>.zst      trained weights, by the step that names them
 *   <directory id>/shipped/<epoch>-<first>-<last>-<time>-<hash>.jsonl.zst
 *                                                 journal lines of these steps, as they stand in the
 *                                                 journal; hash: of the last one, its first half
 *   <directory id>/backups/<step>-<time>.json     a catalogue: the files of one generation
 *   <directory id>/restores/<epoch>.json          an epoch that a restore took
 *
 * A catalogue says how every part stood at its step; the shipped lines lead from there to any later
 * step of the same epoch, each by its hash continuing the one before. (An epoch begins with a reset, a
 * restore or an accepted loss: what happened there no line tells, so nothing is replayed across. One
 * that a line begins, as a rollback does, is followed.) What is needed to go on is written first and the catalogue last, so whatever is cut leaves
 * the place as good as it was.
 *
 * Two histories of one epoch can only come from a copy of the directory that was put in its place.
 * Both are kept; from where they part the one that was shipped later is followed.
 *
 * What is no longer needed goes in the opposite order: catalogues, then lines and weights that only
 * lead to steps before the oldest one that is kept, then files that none of them lists.
 *
 * Promises: names sort by what they begin with; every number is padded. Never: believes a name that
 * does not have exactly this shape.
 */

export const OBJECT_FOLDER = 'objects';
export const BLOB_FOLDER = 'blobs';
export const SHIPPED_FOLDER = 'shipped';
export const BACKUP_FOLDER = 'backups';
export const RESTORE_FOLDER = 'restores';

/** An epoch has six digits in the names. */
export const EPOCH_MAX = 999_999;

const DIRECTORY_ID = /^[0-9a-f]{16}$/;
const BLOB = /^(\d{12})-([0-9a-f]{64})\.zst$/;
const CHUNK = /^(\d{6})-(\d{12})-(\d{12})-(\d{13})-([0-9a-f]{16})\.jsonl\.zst$/;
const CATALOGUE = /^(\d{12})-(\d{13})\.json$/;
const RESTORE = /^(\d{6})\.json$/;

const padded = (value: number, digits: number): string => String(value).padStart(digits, '0');
const HASH_DIGITS = 16;

export const isDirectoryId = (text: string): boolean => DIRECTORY_ID.test(text);

export const objectPath = (id: string, sha256: string): string =>
  `${id}/${OBJECT_FOLDER}/${sha256}.zst`;

export const blobPath = (id: string, seq: number, sha256: string): string =>
  `${id}/${BLOB_FOLDER}/${padded(seq, 12)}-${sha256}.zst`;

/** Lines that were shipped together. */
export interface Chunk {
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  /** Wall time of the shipping. */
  readonly timeMs: number;
  /** First half of the hash of the last line. */
  readonly hash: string;
}

export const hashMark = (hash: string): string => hash.slice(0, HASH_DIGITS);

export const chunkPath = (id: string, { epoch, first, last, timeMs, hash }: Chunk): string =>
  `${id}/${SHIPPED_FOLDER}/${padded(epoch, 6)}-${padded(first, 12)}-${padded(last, 12)}-` +
  `${padded(timeMs, 13)}-${hash}.jsonl.zst`;

export function chunkOf(name: string): Chunk | null {
  const [, epoch, first, last, timeMs, hash = ''] = CHUNK.exec(name) ?? [];
  if (epoch === undefined) return null;
  const [e, f, l, t] = [Number(epoch), Number(first), Number(last), Number(timeMs)];
  return f > l ? null : { epoch: e, first: f, last: l, timeMs: t, hash };
}

export function blobOf(name: string): { readonly seq: number; readonly sha256: string } | null {
  const [, seq, sha256] = BLOB.exec(name) ?? [];
  return seq === undefined || sha256 === undefined ? null : { seq: Number(seq), sha256 };
}

/** What the name of a catalogue says. */
export interface CatalogueName {
  readonly name: string;
  readonly seq: number;
  readonly timeMs: number;
}

export const cataloguePath = (id: string, seq: number, timeMs: number): string =>
  `${id}/${BACKUP_FOLDER}/${padded(seq, 12)}-${padded(timeMs, 13)}.json`;

export function catalogueName(name: string): CatalogueName | null {
  const [, seq, timeMs] = CATALOGUE.exec(name) ?? [];
  return seq === undefined ? null : { name, seq: Number(seq), timeMs: Number(timeMs) };
}

export const restorePath = (id: string, epoch: number): string =>
  `${id}/${RESTORE_FOLDER}/${padded(epoch, 6)}.json`;

export const restoredEpoch = (name: string): number => Number(RESTORE.exec(name)?.[1] ?? 0);
