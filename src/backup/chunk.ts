/**
 * Chunks: journal lines that were shipped together.
 *
 * Promises: a chunk is read whole or not at all: every line with its length, checksum and number,
 * each continuing the one before, the last one the hash of the chunk's name. Never: more in memory
 * than one chunk.
 */
import { LINE_BYTES_MAX, SHIPPED_BYTES_MAX } from '../base/limits.ts';
import { type Frame, frameAt, lineHash, parseFrame } from '../state/frame.ts';
import { blobOf as blobNamed } from '../state/replay.ts';
import { type Chunk, chunkOf, chunkPath, hashMark, SHIPPED_FOLDER } from './layout.ts';
import { damaged, packedBytesMax, unpack } from './pack.ts';
import type { BackupPlace } from './place.ts';

const CHUNK_BYTES_MAX = SHIPPED_BYTES_MAX + LINE_BYTES_MAX;

/** A line as it was shipped. */
export interface ShippedLine {
  readonly frame: Frame;
  readonly bytes: Uint8Array;
}

/** By step, then by time. */
export async function listChunks(place: BackupPlace, id: string): Promise<Chunk[]> {
  const entries = await place.list(`${id}/${SHIPPED_FOLDER}`);
  return entries
    .flatMap(({ name }) => chunkOf(name) ?? [])
    .sort((one, two) => one.first - two.first || one.timeMs - two.timeMs);
}

export async function readChunk(
  place: BackupPlace,
  id: string,
  chunk: Chunk,
): Promise<ShippedLine[]> {
  const path = chunkPath(id, chunk);
  const packed = await place.get(path, packedBytesMax(CHUNK_BYTES_MAX));
  if (packed === null) throw damaged(place, path, 'is missing');
  const bytes = unpack(packed, CHUNK_BYTES_MAX);
  const lines = bytes === null ? 'cannot be unpacked' : linesIn(bytes, chunk);
  if (typeof lines === 'string') throw damaged(place, path, `is damaged: ${lines}`);
  return lines;
}

/** What a chunk of this name holds, unpacked; or why it is none. */
export function linesIn(bytes: Uint8Array, chunk: Chunk): ShippedLine[] | string {
  const lines: ShippedLine[] = [];
  for (let at = 0; at < bytes.length; ) {
    const frame = frameAt(bytes, at);
    if (typeof frame === 'string') return frame;
    const before = lines.at(-1)?.frame;
    if (frame.kind !== 'step' || frame.seq !== chunk.first + lines.length)
      return `no line of step ${chunk.first + lines.length}`;
    if (before !== undefined && lineHash(before.hash, frame.text) !== frame.hash)
      return `step ${frame.seq} does not continue the one before`;
    lines.push({ frame, bytes: bytes.subarray(at, frame.end) });
    at = frame.end;
  }
  const last = lines.at(-1)?.frame;
  return last?.seq === chunk.last && hashMark(last.hash) === chunk.hash
    ? lines
    : 'it ends with another line than its name says';
}

/** Weights that a line names; most name none, and are not parsed. */
export function blobsNamed(frame: Frame): string[] {
  if (!frame.text.includes('"blob":"')) return [];
  const line = parseFrame(frame);
  if (typeof line === 'string' || line.kind !== 'step') return [];
  return line.facts.flatMap(fact => blobNamed(fact) ?? []);
}

/** The market time of a line: the latest that its facts tell; a candle's is its close. */
export function marketTimeOf(frame: Frame, candleMs: number): number | null {
  const line = parseFrame(frame);
  if (typeof line === 'string' || line.kind !== 'step') return null;
  const times = line.facts.flatMap(fact => {
    if (!('time' in fact) || typeof fact.time !== 'number') return [];
    return [fact.type === 'candle.closed' ? fact.time + candleMs : fact.time];
  });
  return times.length === 0 ? null : Math.max(...times);
}
