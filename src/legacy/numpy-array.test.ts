/**
 * NPY files of numpy, and what only looks like one; packed files that unpack without end.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { Malformed } from '../state/malformed.ts';
import { createNotes } from './finding.ts';
import { numbersOf, readNpy } from './numpy-array.ts';
import { readAttention, readAttentionFile } from './old-attention.ts';
import { OLD_FILE_BYTES_MAX, unpack } from './unpack.ts';

const FIXTURES = join(import.meta.dirname, '../../test/fixtures/python-bot');
const file = (header: string, data = ''): Buffer => {
  const bytes = Buffer.from(`\x93NUMPY\x01\x00..${header}\n${data}`, 'latin1');
  bytes.writeUInt16LE(header.length + 1, 8);
  return bytes;
};
const header = (descr: string, shape: string): string =>
  `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`;

describe('an NPY file', () => {
  it('gives its numbers', () => {
    const array = readNpy(readFileSync(join(FIXTURES, 'plain/attention_weights.npy')));
    const { shape, numbers } = numbersOf(array) ?? assert.fail();
    assert.deepEqual([shape, [...numbers]], [[6], [0.3, 0.2, 0.1, 0.1, 0.2, 0.1]]);
  });

  it('of half floats and big-endian ones is read as well', () => {
    const half = readNpy(file(header('<f2', '2,'), '\x00\x3c\x00\xc0'));
    assert.deepEqual([...(numbersOf(half)?.numbers ?? [])], [1, -2]);
    const big = readNpy(file(header('>f8', '1,'), '\x3f\xf8\x00\x00\x00\x00\x00\x00'));
    assert.deepEqual([...(numbersOf(big)?.numbers ?? [])], [1.5]);
  });

  for (const [what, bytes] of [
    ['whose shape its bytes do not bear out', file(header('<f8', '3,'), '12345678')],
    ['of 10^12 numbers', file(header('<f8', '1000000, 1000000'))],
    ['of 2^60 numbers in sixty dimensions', file(header('<f8', '2,'.repeat(60)))],
    ['without a shape', file("{'descr': '<f8'}")],
    ['whose header never ends', Buffer.from('\x93NUMPY\x01\x00\xff\xff{', 'latin1')],
  ] as const)
    it(`${what} is refused`, () => {
      assert.throws(() => numbersOf(readNpy(bytes)), Malformed);
    });

  for (const name of ['plain', 'objects'])
    it(`of ${name} with any byte changed gives weights, a reason, or Malformed`, () => {
      const original = readFileSync(join(FIXTURES, name, 'attention_weights.npy'));
      const change = fc.tuple(fc.nat(original.length - 1), fc.nat(255));
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 5 }), changes => {
          const bytes = Buffer.from(original);
          for (const [place, byte] of changes) bytes[place] = byte;
          try {
            readAttention(readAttentionFile(bytes), [], createNotes('a'));
          } catch (error) {
            if (!(error instanceof Malformed)) throw error;
          }
        }),
        { numRuns: 1500 },
      );
    });
});

describe('a packed file', () => {
  it('that unpacks to more than is read is refused before it fills the memory', () => {
    const bomb = deflateSync(Buffer.alloc(OLD_FILE_BYTES_MAX + 1));
    assert.ok(bomb.length < OLD_FILE_BYTES_MAX / 500);
    assert.throws(() => unpack(bomb), Malformed);
  });

  it('that only begins like one is taken as it is, or refused', () => {
    assert.deepEqual(unpack(Buffer.from('x')), Buffer.from('x'));
    assert.throws(() => unpack(Buffer.from([0x1f, 0x8b, 8, 0])), /cannot be unpacked/);
  });
});
