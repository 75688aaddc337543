/**
 * An object store as a backup place, whatever speaks to it.
 *
 * Small objects are sent at once, large ones in parts: an upload that was cut is found again by its key
 * and goes on behind the parts that are there and whole (a part's tag is the MD5 of its bytes; where a
 * store tells something else the part is sent again). An upload that was not completed is no object.
 * Promises: every object is read back after it was sent. Never: deletes what it was not told to.
 */
import { hash as digest } from 'node:crypto';
import { UPLOAD_PART_BYTES } from '../base/limits.ts';
import { sha256 } from '../state/state-hash.ts';
import { type BackupPlace, notReadBack, type PlaceEntry, tooLarge } from './place.ts';

export interface StoredPart {
  readonly number: number;
  /** As the store tells it, without quotes. */
  readonly tag: string;
  readonly bytes: number;
}

/** The verbs of S3 that are needed. Faults are thrown as such; absent is null. */
export interface ObjectStore {
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Reads nothing of an object that is larger: then its length alone. */
  get(key: string, bytesMax: number): Promise<Uint8Array | number | null>;
  /** Right below a prefix; names without it, folders with a `/` at the end. */
  list(prefix: string): Promise<PlaceEntry[]>;
  remove(key: string): Promise<void>;
  /** Ids of the uploads of a key that were begun and not completed, the newest last. */
  uploads(key: string): Promise<string[]>;
  beginUpload(key: string): Promise<string>;
  parts(key: string, upload: string): Promise<StoredPart[]>;
  putPart(part: {
    readonly key: string;
    readonly upload: string;
    readonly number: number;
    readonly bytes: Uint8Array;
  }): Promise<string>;
  completeUpload(key: string, upload: string, parts: readonly StoredPart[]): Promise<void>;
  abortUpload(key: string, upload: string): Promise<void>;
}

export function objectPlace(
  store: ObjectStore,
  options: {
    readonly bucket: string;
    /** Without slashes at its ends; may be empty. */
    readonly prefix: string;
    readonly partBytes?: number;
  },
): BackupPlace {
  const { bucket, prefix, partBytes = UPLOAD_PART_BYTES } = options;
  const keyOf = (path: string): string => (prefix === '' ? path : `${prefix}/${path}`);
  const name = `s3://${keyOf('') === '' ? bucket : `${bucket}/${prefix}`}`;
  return {
    name,
    put: async (path, bytes) => {
      const key = keyOf(path);
      if (bytes.length <= partBytes) await store.put(key, bytes);
      else await putInParts(store, { key, bytes, partBytes });
      const back = await store.get(key, bytes.length);
      if (!(back instanceof Uint8Array) || sha256(back) !== sha256(bytes))
        throw notReadBack(name, path);
    },
    get: async (path, bytesMax) => {
      const found = await store.get(keyOf(path), bytesMax);
      if (typeof found === 'number') throw tooLarge(name, path, found);
      return found;
    },
    list: folder => store.list(folder === '' ? keyOf('') : `${keyOf(folder)}/`),
    remove: path => store.remove(keyOf(path)),
  };
}

async function putInParts(
  store: ObjectStore,
  {
    key,
    bytes,
    partBytes,
  }: { readonly key: string; readonly bytes: Uint8Array; readonly partBytes: number },
): Promise<void> {
  const begun = await store.uploads(key);
  const upload = begun.at(-1) ?? (await store.beginUpload(key));
  const there = begun.length === 0 ? [] : await store.parts(key, upload);
  const parts: StoredPart[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) {
    const piece = bytes.subarray(at, at + partBytes);
    const number = 1 + at / partBytes;
    const known = there.find(part => part.number === number);
    const isWhole = known?.bytes === piece.length && known.tag === digest('md5', piece);
    const tag = isWhole ? known.tag : await store.putPart({ key, upload, number, bytes: piece });
    parts.push({ number, tag, bytes: piece.length });
  }
  await store.completeUpload(key, upload, parts);
  for (const other of begun.slice(0, -1)) await store.abortUpload(key, other);
}
