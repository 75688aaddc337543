/**
 * Content in a backup place: compressed, known by the hash of what it holds.
 *
 * Promises: what is packed was unpacked again and compared before it is sent; what is unpacked is
 * bounded by what was declared, so that a bomb is refused before it is anywhere. Never: believes
 * content whose hash is another.
 */
import { constants, zstdCompressSync } from 'node:zlib';
import { assert } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { sha256 } from '../state/state-hash.ts';
import { unpackZstd } from '../state/unpack.ts';
import type { BackupPlace } from './place.ts';

/** State files are packed already; lines and weights gain little from more. */
const LEVEL = 3;
/** What a packed content may be longer than the plain one: frame, blocks, checksum. */
const OVERHEAD_BYTES = 1024;

export const packedBytesMax = (bytes: number): number =>
  bytes + Math.ceil(bytes / 128) + OVERHEAD_BYTES;

export function pack(content: Uint8Array): Uint8Array {
  const packed = zstdCompressSync(content, {
    params: { [constants.ZSTD_c_checksumFlag]: 1, [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  const back = unpack(packed, content.length);
  assert(back !== null && Buffer.compare(back, content) === 0, 'packed content unpacks to itself');
  return packed;
}

/** Null: it is no packed content and nothing else, or more than `bytesMax`. */
export function unpack(packed: Uint8Array, bytesMax: number): Uint8Array | null {
  try {
    const { content, rest } = unpackZstd(packed, Math.max(1, bytesMax));
    return rest === 0 ? content : null;
  } catch {
    return null;
  }
}

export interface Declared {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The content behind a name; a fault (65) that names it where it is not what was declared. */
export async function getContent(place: BackupPlace, declared: Declared): Promise<Uint8Array> {
  const { path, bytes } = declared;
  const packed = await place.get(path, packedBytesMax(bytes));
  if (packed === null) throw damaged(place, path, 'is missing');
  const content = unpack(packed, bytes);
  if (content === null || content.length !== bytes || sha256(content) !== declared.sha256)
    throw damaged(place, path, 'is damaged');
  return content;
}

export const damaged = (place: BackupPlace, path: string, what: string): Fault =>
  new Fault(EXIT.corrupt, `${place.name}/${path} ${what}`, 'restore to another moment with --at');
