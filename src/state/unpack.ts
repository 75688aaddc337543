/**
 * Unpacking zstd, within a bound.
 *
 * Promises: never more than `bytesMax` of output, whatever the content declares; a small file costs
 * a small buffer. Never: a partial result; what is cut, damaged or too large throws.
 */
import { zstdDecompressSync } from 'node:zlib';
import { UNPACK_CHUNK_BYTES } from '../base/limits.ts';

/** What `info` makes of the result; the types do not know. */
interface WithInfo {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

const CHUNK_BYTES_MIN = 16 * 1024;
/** State and journal pack to between a third and a tenth: most unpack into one piece. */
const USUAL_RATIO = 12;

export interface Unpacked {
  readonly content: Uint8Array;
  /** Bytes behind the end of what was packed. */
  readonly rest: number;
}

export function unpackZstd(bytes: Uint8Array, bytesMax: number): Unpacked {
  const usual = Math.max(CHUNK_BYTES_MIN, bytes.length * USUAL_RATIO);
  const chunkSize = Math.min(UNPACK_CHUNK_BYTES, usual);
  const options = { maxOutputLength: bytesMax, chunkSize, info: true };
  const { buffer, engine } = zstdDecompressSync(bytes, options) as unknown as WithInfo;
  const rest = bytes.length - engine.bytesWritten;
  return { content: buffer, rest: rest === 0 && isWholeBefore(bytes, options) ? 1 : rest };
}

/**
 * A last byte that another frame might begin with is taken for its beginning, and passed over: then
 * what stands before it is whole without it.
 */
function isWholeBefore(bytes: Uint8Array, options: object): boolean {
  const last = bytes.at(-1) ?? 0;
  if (last !== FRAME_BYTE && last >> 4 !== SKIPPED_FRAME_BITS) return false;
  try {
    zstdDecompressSync(bytes.subarray(0, -1), options);
    return true;
  } catch {
    return false;
  }
}

/** First bytes of a frame and of one that is skipped, 0x50 to 0x5f (RFC 8878, 3.1). */
const FRAME_BYTE = 0x28;
const SKIPPED_FRAME_BITS = 0x5;
