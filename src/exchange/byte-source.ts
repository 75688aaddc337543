/**
 * The bytes of a plain or gzipped file, in chunks, whole lines not guaranteed.
 *
 * Promises: streams (memory does not grow with the file); an absent or unreadable file is a config
 * fault, a damaged archive a corrupt one, a failing disk a disk fault, each naming the file; tells
 * about how many bytes are to come. Never: writes, retries, or reads ahead of its buffers.
 */
import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EXIT, Fault } from '../base/fault.ts';

const NEWLINE = 10;
const CHUNK_BYTES = 256 * 1024;
/** An empty gzip file: header and trailer. */
const ARCHIVE_BYTES_MIN = 18;
/** What a gzipped tape of candles unpacks to, where its trailer cannot be believed. */
const UNPACKED_RATIO = 3;

export interface ByteSource {
  /** Unpacked size; an estimate for an archive (its trailer, which may be of one member only). */
  readonly bytesTotal: number;
  /** The last byte is no newline: the last row may be cut off. An archive vouches for its own end. */
  readonly cut: boolean;
  chunks(): AsyncGenerator<Uint8Array>;
  close(): void;
}

/** A gzip file, which vouches for its own end. */
export const isPacked = (file: string): boolean => file.endsWith('.gz');

/** Looks at the file and its size; reading begins with `chunks`. */
export async function openBytes(file: string): Promise<ByteSource> {
  const { bytesTotal, cut } = await lookAt(file).catch(error => {
    throw readingFault(file, error);
  });
  let stream: ReadStream | null = null;
  let closed = false;
  return {
    bytesTotal,
    cut,
    async *chunks() {
      stream = createReadStream(file, { highWaterMark: CHUNK_BYTES });
      const source = isPacked(file) ? unpacked(stream) : stream;
      try {
        for await (const chunk of source) yield chunk as Uint8Array;
      } catch (error) {
        if (!closed) throw readingFault(file, error);
      } finally {
        source.destroy();
        stream.destroy();
      }
    },
    close() {
      closed = true;
      stream?.destroy();
    },
  };
}

function unpacked(stream: ReadStream): Readable {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  stream.on('error', error => gunzip.destroy(error));
  stream.pipe(gunzip);
  return gunzip;
}

/** What reads as a smaller number where it was cut is believed by nobody. */
export const cutOff = (file: string): Fault =>
  new Fault(
    EXIT.corrupt,
    `${file}: its last row has no newline: it may be cut off`,
    'fetch the file again; if the row is whole, end it with a newline',
  );

async function lookAt(file: string): Promise<Pick<ByteSource, 'bytesTotal' | 'cut'>> {
  const handle = await open(file, 'r');
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw Object.assign(new Error('not a file'), { code: 'EISDIR' });
    const trailer = Buffer.alloc(4);
    await handle.read(trailer, 0, 4, Math.max(0, stats.size - 4));
    if (!isPacked(file)) return { bytesTotal: stats.size, cut: isCut(trailer, stats.size) };
    const told = trailer.readUInt32LE(0);
    const isBelieved = stats.size >= ARCHIVE_BYTES_MIN && told > stats.size;
    return { bytesTotal: isBelieved ? told : stats.size * UNPACKED_RATIO, cut: false };
  } finally {
    await handle.close();
  }
}

function isCut(trailer: Uint8Array, size: number): boolean {
  return size > 0 && trailer[Math.min(size, trailer.length) - 1] !== NEWLINE;
}

function readingFault(file: string, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new Fault(EXIT.config, `no such file: ${file}`, 'check the path');
    case 'EACCES':
    case 'EPERM':
      return new Fault(EXIT.config, `not allowed to read ${file}`, 'check its permissions');
    case 'EISDIR':
      return new Fault(EXIT.config, `not a file: ${file}`, 'name a .csv or .csv.gz file');
    case 'EIO':
      return new Fault(EXIT.disk, `the disk failed reading ${file}`, 'check the disk');
    default:
      if (code?.startsWith('Z_') || code === 'ERR_STREAM_PREMATURE_CLOSE')
        return new Fault(
          EXIT.corrupt,
          `damaged archive: ${file} (${message})`,
          'fetch the file again, or check it with: gzip -t',
        );
      return new Fault(EXIT.config, `cannot read ${file} (${message})`, 'check the file');
  }
}
