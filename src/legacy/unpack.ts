/**
 * Takes the compression off an old file: zlib and gzip, as joblib writes them.
 *
 * Promises: bounded: never more than OLD_FILE_BYTES_MAX. Never: guesses; bzip2, xz, lzma and lz4,
 * which joblib can write too, are named with the command that unpacks them.
 */
import { unzipSync } from 'node:zlib';
import { Malformed, reasonOf } from '../state/malformed.ts';

/** Before and after: the old bot's files are a few MB. */
export const OLD_FILE_BYTES_MAX = 128 * 1024 * 1024;

const OTHERS: readonly (readonly [magic: readonly number[], name: string, command: string])[] = [
  [[0x42, 0x5a, 0x68], 'bzip2', 'bzip2 -dc'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz', 'xz -dc'],
  [[0x5d, 0x00, 0x00], 'lzma', 'xz --format=lzma -dc'],
  [[0x04, 0x22, 0x4d, 0x18], 'lz4', 'lz4 -dc'],
];

const begins = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, place) => bytes[place] === byte);

export function unpack(bytes: Uint8Array): Uint8Array {
  if (bytes.length > OLD_FILE_BYTES_MAX) throw new Malformed(`${bytes.length} bytes are too many`);
  for (const [magic, name, command] of OTHERS)
    if (begins(bytes, magic))
      throw new Malformed(
        `it is packed with ${name}: unpack it with ${command}, then import again`,
      );
  const gzip = begins(bytes, [0x1f, 0x8b]);
  const zlib = bytes[0] === 0x78 && (((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0)) % 31 === 0;
  if (!gzip && !zlib) return bytes;
  try {
    return unzipSync(bytes, { maxOutputLength: OLD_FILE_BYTES_MAX, chunkSize: CHUNK_BYTES });
  } catch (error) {
    throw new Malformed(`it cannot be unpacked (${reasonOf(error)})`);
  }
}

const CHUNK_BYTES = 1024 * 1024;
