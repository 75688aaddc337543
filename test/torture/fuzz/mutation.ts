/**
 * Mutations: valid input, changed the way damage and spite change it.
 *
 * Promises: from the dice alone; never longer than a megabyte.
 */
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';

const LENGTH_MAX = 1 << 20;
const WORDS = [
  ...['null', 'true', '-0', '1e999', '-1', '0.5', '9007199254740993', '""', '[]', '{}', '"', '\\'],
  ...['{"a":', '[[[[', ']]]]', '__proto__', 'constructor', '\\u0000', '\n', ',', ':', '\r\n', ';'],
  ...['{"len":"', '","crc":"', '"seq":', '"facts":[', '"hash":"', '"head":{', "'shape': ("],
  ...['ffffffff', '00000000', '../', 'NaN', 'Infinity', '\u0000\u0000\u0000\u0000'],
].map(word => Buffer.from(word));
const BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x22, 0x2d, 0x30, 0x5b, 0x7b];

/** `others`: the valid inputs, to take pieces from. */
export function mutated(input: Uint8Array, others: readonly Uint8Array[], rng: Rng): Uint8Array {
  let bytes = Buffer.from(input);
  const rounds = 1 + rng.nextInt(6);
  for (let round = 0; round < rounds; round += 1) bytes = changed(bytes, others, rng);
  return bytes.subarray(0, LENGTH_MAX);
}

function changed(
  bytes: Buffer<ArrayBuffer>,
  others: readonly Uint8Array[],
  rng: Rng,
): Buffer<ArrayBuffer> {
  const any = <T>(list: readonly T[]): T => must(list[rng.nextInt(list.length)], 'one');
  const at = rng.nextInt(bytes.length + 1);
  const until = Math.min(bytes.length, at + 1 + rng.nextInt(1 << rng.nextInt(9)));
  const [before, middle, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, until),
    bytes.subarray(until),
  ];
  switch (rng.nextInt(9)) {
    case 0:
      if (at < bytes.length) bytes[at] = bytes[at]! ^ (1 << rng.nextInt(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = any(BYTES);
      return bytes;
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, middle, middle, after]);
    case 4:
      return Buffer.concat([before, any(WORDS), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([before, any(WORDS), after]);
    case 6: {
      const other = any(others);
      const from = rng.nextInt(other.length + 1);
      return Buffer.concat([before, other.subarray(from, from + rng.nextInt(64)), after]);
    }
    case 7:
      return rng.nextInt(4) === 0 ? Buffer.from(before) : bytes;
    default: {
      // A number in the text becomes another one.
      const text = bytes.toString('latin1');
      const found = /-?\d+(\.\d+)?/g;
      found.lastIndex = at;
      const match = found.exec(text);
      if (match === null) return bytes;
      const word = any(['-1', '0', '1e999', '-0', '4294967296', '9007199254740993', '1.5']);
      return Buffer.from(text.slice(0, match.index) + word + text.slice(found.lastIndex), 'latin1');
    }
  }
}
