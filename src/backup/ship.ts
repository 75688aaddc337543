/**
 * Shipping: what the journal has and the place has not goes there.
 *
 * Promises: lines that are durable in the directory, in order, from where the place's lines of this
 * very history end; weights that a line names are there before the line. One that was cut is found
 * again by what stands in the place. Never: writes to the directory.
 */
import { BLOB_BYTES_MAX, SHIPPED_BYTES_MAX } from '../base/limits.ts';
import { getBlob } from '../state/blobs.ts';
import { type Disks, GENESIS_HASH } from '../state/journal.ts';
import { listJournal } from '../state/journal-file.ts';
import { type JournalLine, linesAfter } from '../state/journal-lines.ts';
import { blobsNamed, listChunks, readChunk } from './chunk.ts';
import {
  BACKUP_FOLDER,
  BLOB_FOLDER,
  blobOf,
  blobPath,
  type Chunk,
  chunkPath,
  hashMark,
} from './layout.ts';
import { pack, packedBytesMax, unpack } from './pack.ts';
import type { BackupPlace } from './place.ts';

export interface ShipOptions {
  readonly place: BackupPlace;
  readonly disks: Disks;
  readonly directoryId: string;
  /** Wall clock. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
}

export interface Shipped {
  readonly lines: number;
  readonly bytes: number;
  /** The journal has more. */
  readonly more: boolean;
}

export interface Position {
  readonly seq: number;
  readonly hash: string;
}

const FROM_THE_FIRST: Position = { seq: 0, hash: GENESIS_HASH };
const NOTHING: Shipped = { lines: 0, bytes: 0, more: false };

export class Shipper {
  readonly #options: ShipOptions;
  /** Null: to be looked for. */
  #at: Position | null = null;
  /** `<step>-<hash>` of weights that are there. */
  #blobs = new Set<string>();
  /** The place has something of this directory: what lies between is a gap. */
  #hasPast = false;
  /** What waited when the journal's end looked so. */
  #seen = { shape: '', bytes: 0 };

  constructor(options: ShipOptions) {
    this.#options = options;
  }

  /** Step up to which the place has every line of this history; null before the first `ship`. */
  get position(): Position | null {
    return this.#at;
  }

  /** Bytes that wait, at most about as many as one shipment takes; read again when the files changed. */
  waiting(): number {
    const shape = `${this.#at?.seq ?? 0} ${shapeOfEnd(this.#options.disks)}`;
    if (shape !== this.#seen.shape) {
      const bytes = this.#tail().lines.reduce((sum, line) => sum + line.bytes.length, 0);
      this.#seen = { shape, bytes };
    }
    return this.#seen.bytes;
  }

  /** One object at most; call it again while there is more. */
  async ship(): Promise<Shipped> {
    this.#at ??= await this.#find();
    const { after, lines, more } = this.#tail();
    const [first] = lines;
    if (after === null) return NOTHING;
    const { seq, hash } = this.#at;
    if (after.seq > seq && this.#hasPast)
      this.#options.warn(
        `steps ${seq + 1} to ${after.seq} are no longer in the journal and were not backed up: ` +
          'back up more often, or continuously',
      );
    // Another history: the directory was replaced by a copy of itself. It is followed from here on.
    if (after.seq < seq || (after.seq === seq && after.hash !== hash)) {
      this.#at = await this.#find();
      return { ...NOTHING, more: true };
    }
    this.#at = after;
    if (first === undefined) return NOTHING;
    const together = lines.filter(({ epoch }) => epoch === first.epoch);
    await this.#put(together);
    const bytes = together.reduce((sum, line) => sum + line.bytes.length, 0);
    return { lines: together.length, bytes, more: more || together.length < lines.length };
  }

  #tail() {
    return linesAfter(this.#options.disks, this.#at?.seq ?? 0, SHIPPED_BYTES_MAX);
  }

  async #put(lines: readonly JournalLine[]): Promise<void> {
    const { place, directoryId, now } = this.#options;
    const [first, last] = [lines[0]!, lines.at(-1)!];
    for (const { seq, frame } of lines)
      for (const name of blobsNamed(frame)) await this.#putBlob(seq, name);
    const content = Buffer.concat(lines.map(({ bytes }) => bytes));
    const chunk: Chunk = {
      epoch: first.epoch,
      first: first.seq,
      last: last.seq,
      timeMs: now(),
      hash: hashMark(last.hash),
    };
    await place.put(chunkPath(directoryId, chunk), pack(content));
    await readChunk(place, directoryId, chunk);
    this.#at = { seq: last.seq, hash: last.hash };
  }

  async #putBlob(seq: number, name: string): Promise<void> {
    const { place, disks, directoryId, warn } = this.#options;
    const known = `${seq}-${name}`;
    if (this.#blobs.has(known)) return;
    const path = blobPath(directoryId, seq, name);
    const found = getBlob(disks, name);
    // Weights that a later generation no longer needs may be gone by now.
    if (found === null) warn(`the weights ${name} of step ${seq} are no longer there`);
    else {
      const there = await place.get(path, packedBytesMax(BLOB_BYTES_MAX));
      const isThere = there !== null && isSame(there, found.bytes);
      if (!isThere) await place.put(path, pack(found.bytes));
    }
    this.#blobs.add(known);
  }

  /** Where the lines of the place leave the directory's history. */
  async #find(): Promise<Position> {
    const { place, disks, directoryId } = this.#options;
    const blobs = await place.list(`${directoryId}/${BLOB_FOLDER}`);
    this.#blobs = new Set(
      blobs.flatMap(({ name }) => {
        const blob = blobOf(name);
        return blob === null ? [] : [`${blob.seq}-${blob.sha256}`];
      }),
    );
    const chunks = await listChunks(place, directoryId);
    const catalogues = await place.list(`${directoryId}/${BACKUP_FOLDER}`);
    this.#hasPast = chunks.length + catalogues.length > 0;
    for (const { last, hash } of chunks.toSorted((one, two) => two.last - one.last)) {
      const { after } = linesAfter(disks, last, 0);
      if (after?.seq === last && hashMark(after.hash) === hash) return after;
      // The journal no longer goes back as far: there is a gap, or another history before it.
      if (after !== null && after.seq > last) return { seq: last, hash: '' };
    }
    return linesAfter(disks, 0, 0).after?.seq === 0 ? FROM_THE_FIRST : { seq: 0, hash: '' };
  }
}

/** The files that the journal grows in. */
function shapeOfEnd(disks: Disks): string {
  const files = listJournal(disks).segments.at(-1)?.files ?? [];
  return files
    .map(({ disk, path }) => {
      const stat = disk.stat(path);
      return `${path} ${stat?.bytes} ${stat?.modifiedMs}`;
    })
    .join();
}

function isSame(packed: Uint8Array, content: Uint8Array): boolean {
  const there = unpack(packed, content.length);
  return there !== null && Buffer.compare(there, content) === 0;
}
