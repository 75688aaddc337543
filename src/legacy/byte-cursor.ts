/**
 * A place in bytes that somebody else wrote, and what is read from there.
 *
 * Promises: a length is compared with what is left before it is believed; too little throws Malformed.
 * Never: copies bytes that it gives out.
 */
import { Malformed } from '../state/malformed.ts';

/** The longest line of the old text opcodes: a number or a name. */
const LINE_BYTES_MAX = 64 * 1024;
const NEWLINE = 0x0a;

export interface Cursor {
  /** The next `count` bytes. */
  take(count: number): Buffer;
  byte(): number;
  uint16(): number;
  uint32(): number;
  int32(): number;
  /** A 64-bit length. */
  length64(): number;
  /** Big-endian, as pickles have it. */
  double(): number;
  /** Text up to the end of the line, which is passed over. */
  line(): Buffer;
  position(): number;
}

export function createCursor(source: Uint8Array): Cursor {
  const bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
  let place = 0;
  const take = (count: number): Buffer => {
    if (count < 0 || count > bytes.length - place)
      throw new Malformed(`it ends inside a value (${count} bytes at ${place})`);
    place += count;
    return bytes.subarray(place - count, place);
  };
  return {
    take,
    byte: () => take(1).readUInt8(0),
    uint16: () => take(2).readUInt16LE(0),
    uint32: () => take(4).readUInt32LE(0),
    int32: () => take(4).readInt32LE(0),
    length64() {
      const length = take(8).readBigUInt64LE(0);
      if (length > BigInt(bytes.length)) throw new Malformed(`a length of ${length} bytes`);
      return Number(length);
    },
    double: () => take(8).readDoubleBE(0),
    line() {
      const end = bytes.subarray(place, place + LINE_BYTES_MAX).indexOf(NEWLINE);
      if (end < 0) throw new Malformed(`a line at ${place} has no end`);
      const line = take(end);
      place += 1;
      return line;
    },
    position: () => place,
  };
}
