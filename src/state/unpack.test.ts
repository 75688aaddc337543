import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { unpackZstd } from './unpack.ts';

const BYTES_MAX = 100_000;

describe('what is packed', () => {
  it('has every byte behind its end counted, also one that another frame might begin with', () => {
    const packed = zstdCompressSync(Buffer.from('the same again '.repeat(500)));
    for (const count of [1, 2, 3, 4])
      for (let byte = 0; byte < 256; byte += 1) {
        const longer = Buffer.concat([packed, Buffer.alloc(count, byte)]);
        assert.equal(unpackZstd(longer, BYTES_MAX).rest, count, `${count} of ${byte}`);
      }
  });

  it('has none behind its end whatever it ends in', () => {
    const ends = new Set<number>();
    for (let length = 0; length < 3000; length += 1) {
      const content = Buffer.from(`${length} `.repeat(length % 40) + length);
      const packed = zstdCompressSync(content);
      ends.add(packed.at(-1) ?? 0);
      const { rest, content: back } = unpackZstd(packed, BYTES_MAX);
      assert.equal(rest, 0);
      assert.deepEqual(Buffer.from(back), content);
    }
    assert.ok(ends.has(0x28) || [...ends].some(end => end >> 4 === 5), 'one of those was met');
  });
});
