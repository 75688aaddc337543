/**
 * A cursor over one copy of a segment: its good lines in order, whatever lies between them.
 *
 * Promises: a line is believed only with its length, checksum and shape; after bad bytes it goes on
 * at the next good line. Never: decides which copy is right.
 */
import {
  type Frame,
  frameAt,
  LINE_START,
  lineHash,
  parseFrame,
  type SegmentHead,
} from './frame.ts';
import { type SegmentFile, unpack } from './journal-file.ts';

const NEXT_LINE = Buffer.from(`\n${LINE_START}`);

export class Cursor {
  readonly bytes: Buffer;
  /** Null: damaged, or not the head of this segment. */
  readonly head: SegmentHead | null;
  readonly headText: string;
  readonly headEnd: number;
  /** The next good line; null at the end. */
  line: Frame | null = null;
  /** Where the next good line begins. */
  lineAt = 0;
  /** Offset of the first byte that belongs to no good line; −1 when there is none. */
  badAt = -1;
  #offset = 0;

  constructor(bytes: Uint8Array, first: number) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const frame = frameAt(bytes, 0);
    const head = typeof frame === 'string' ? null : headOf(frame, first);
    this.head = head;
    this.headText = head === null ? '' : (frame as Frame).text;
    this.headEnd = head === null ? 0 : (frame as Frame).end;
    if (head === null && bytes.length > 0) this.#skipBad();
    else this.#offset = this.headEnd;
    this.advance();
  }

  /** The next line is good by itself but does not belong here. */
  rejectLine(): void {
    if (this.badAt < 0) this.badAt = this.lineAt;
    this.advance();
  }

  advance(): void {
    this.line = null;
    while (this.#offset < this.bytes.length) {
      const frame = frameAt(this.bytes, this.#offset);
      if (typeof frame !== 'string' && frame.kind === 'step') {
        this.line = frame;
        this.lineAt = this.#offset;
        this.#offset = frame.end;
        return;
      }
      this.#skipBad();
    }
  }

  #skipBad(): void {
    if (this.badAt < 0) this.badAt = this.#offset;
    const next = this.bytes.indexOf(NEXT_LINE, this.#offset);
    this.#offset = next < 0 ? this.bytes.length : next + 1;
  }
}

/** The head in a file of the segment that begins at `first`, whatever else the file holds. */
export function headIn({ disk, path, packed }: SegmentFile, first: number): SegmentHead | null {
  const raw = disk.read(path);
  const bytes = raw !== null && packed ? unpack(raw) : raw;
  return bytes === null ? null : new Cursor(bytes, first).head;
}

function headOf(frame: Frame, first: number): SegmentHead | null {
  const line = parseFrame(frame);
  if (typeof line === 'string' || line.kind !== 'head') return null;
  const { head } = line;
  const isWhole = lineHash(head.continues, line.text) === line.hash;
  return isWhole && head.first === first ? head : null;
}
