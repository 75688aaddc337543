/**
 * Unpacking zstd, within a bound.
 *
 * Promises: never more than `bytesMax` of output, whatever the content declares; a small file costs
 * a small buffer. Never: a partial result; what is cut, damaged or too large throws.
 */
import { zstdDecompressSync } from 'node:zlib';
import { UNPACK_CHUNK_BYTES } from '../base/limits.ts';

const CHUNK_BYTES_MIN = 16 * 1024;
/** State and journal pack to between a third and a tenth: most unpack into one piece. */
const USUAL_RATIO = 12;

export function unpackZstd(bytes: Uint8Array, bytesMax: number): Uint8Array {
  const usual = Math.max(CHUNK_BYTES_MIN, bytes.length * USUAL_RATIO);
  const chunkSize = Math.min(UNPACK_CHUNK_BYTES, usual);
  return zstdDecompressSync(bytes, { maxOutputLength: bytesMax, chunkSize });
}
