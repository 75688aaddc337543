import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { decodeLineAt } from '../../test/journal-fixture.ts';
import { Bug } from '../base/assert.ts';
import { LINE_BYTES_MAX } from '../base/limits.ts';
import { encodeHead, encodeLine, FORMAT, GENESIS_HASH, lineHash } from './frame.ts';

const FACTS = ['{"type":"candle.closed","note":"ü \\u2028 {}"}', '{"type":"day.started"}'];

it('a line reads back as it was written', () => {
  const { bytes, hash } = encodeLine(123, FACTS, GENESIS_HASH);
  const read = decodeLineAt(bytes, 0);
  assert.ok(read.ok && read.line.kind === 'step');
  assert.equal(read.end, bytes.length);
  assert.equal(read.line.seq, 123);
  assert.equal(read.line.hash, hash);
  assert.equal(lineHash(GENESIS_HASH, read.line.text), hash);
  assert.deepEqual(
    read.line.facts,
    FACTS.map(text => JSON.parse(text) as unknown),
  );
});

it('a line is JSON on one line whose fields say what the bytes are', () => {
  const text = Buffer.from(encodeLine(7, FACTS, GENESIS_HASH).bytes).toString();
  assert.equal(text.indexOf('\n'), text.length - 1);
  const value = JSON.parse(text) as { len: string; seq: number };
  assert.deepEqual(Object.keys(value), ['len', 'crc', 'seq', 'facts', 'hash']);
  assert.equal(Number.parseInt(value.len, 16), Buffer.byteLength(text));
});

it('the layout of a line is frozen', () => {
  const { bytes } = encodeLine(1, ['{"type":"x"}'], GENESIS_HASH);
  assert.equal(
    Buffer.from(bytes).toString(),
    '{"len":"0000006d","crc":"326ab7e9","seq":1,"facts":[{"type":"x"}],"hash":"2689a123f8d56c76277258fc46e95e51"}\n',
  );
});

it('a head reads back with its manifest', () => {
  const head = {
    format: FORMAT,
    directory: 'd1',
    first: 5,
    continues: GENESIS_HASH,
    manifest: { seq: 4 },
  };
  const read = decodeLineAt(encodeHead(head).bytes, 0);
  assert.ok(read.ok && read.line.kind === 'head');
  assert.deepEqual(read.line.head, head);
});

it('every flipped bit of a line is seen', () => {
  const { bytes } = encodeLine(9, FACTS, GENESIS_HASH);
  for (let at = 0; at < bytes.length; at += 1)
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = damaged[at]! ^ (1 << bit);
      assert.equal(decodeLineAt(damaged, 0).ok, false, `byte ${at} bit ${bit}`);
    }
});

it('every cut of a line is seen', () => {
  const { bytes } = encodeLine(9, FACTS, GENESIS_HASH);
  for (let length = 0; length < bytes.length; length += 1)
    assert.equal(decodeLineAt(bytes.subarray(0, length), 0).ok, false, `${length} bytes`);
});

it('arbitrary bytes are never a line and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      assert.equal(decodeLineAt(bytes, 0).ok, false);
    }),
  );
});

it('an impossible length is refused before anything is read', () => {
  const bytes = Buffer.from(encodeLine(9, FACTS, GENESIS_HASH).bytes);
  bytes.write('ffffffff', 8);
  assert.deepEqual(decodeLineAt(bytes, 0), { ok: false, why: 'impossible length' });
});

it('any text survives, and the hash depends on the line before', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(), (text, seq) => {
      const fact = JSON.stringify({ type: 't', text });
      const { bytes, hash } = encodeLine(seq, [fact], GENESIS_HASH);
      const read = decodeLineAt(bytes, 0);
      assert.ok(read.ok && read.line.kind === 'step');
      assert.deepEqual(read.line.facts, [JSON.parse(fact) as unknown]);
      assert.notEqual(encodeLine(seq, [fact], hash).hash, hash);
    }),
  );
});

it('a fact with a key __proto__ is refused, however it is spelt; the same word as text is not', () => {
  const read = (fact: string) => decodeLineAt(encodeLine(1, [fact], GENESIS_HASH).bytes, 0).ok;
  assert.equal(read('{"type":"x","__proto__":{"admin":1}}'), false);
  assert.equal(read('{"type":"x","a":{"\\u005f_proto__":1}}'), false);
  assert.equal(read('{"type":"x","reason":"__proto__"}'), true);
});

it('a step too long to be read again is a bug where it is written', () => {
  const fact = `{"type":"${'x'.repeat(LINE_BYTES_MAX)}"}`;
  assert.throws(() => encodeLine(1, [fact], GENESIS_HASH), Bug);
});
