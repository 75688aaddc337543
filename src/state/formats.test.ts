import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Encoded } from '../core/component.ts';
import { parsePlainObject } from './format-json.ts';
import { decodeFile, encodeFile, Malformed } from './formats.ts';

const envelope = { component: 'sample', schema: 3, seq: 1234 };

const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(n => (n === 0 ? 0 : n));
const plain = fc.letrec<{ node: unknown }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3 },
    number,
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.string().filter(isKey), tie('node'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).node;
function isKey(key: string): boolean {
  return !['__proto__', 'component', 'schema', 'seq'].includes(key);
}
const value = fc.dictionary(fc.string().filter(isKey), plain, {
  maxKeys: 5,
  noNullPrototype: true,
});

const anyDouble = fc.double();
const matrix = fc
  .record({ rows: fc.nat(6), columns: fc.integer({ min: 1, max: 7 }) })
  .chain(({ rows, columns }) =>
    fc
      .array(anyDouble, { minLength: rows * columns, maxLength: rows * columns })
      .map(numbers => ({ rows, columns, data: Float64Array.from(numbers) })),
  );
const tensor = fc
  .record({ shape: fc.array(fc.nat(4), { maxLength: 3 }), width: fc.nat(2), fill: anyDouble })
  .map(({ shape, width, fill }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data = new [Float64Array, Float32Array, Int8Array][width]!(count);
    return { shape, data: data.fill(fill) };
  });

const samples: Record<string, Encoded> = {
  json: { format: 'json', value: { a: [1, 2.5, 'x'], b: { c: null } } },
  'json.zst': { format: 'json.zst', value: { a: [1, 2.5, 'x'], b: { c: null } } },
  npy: { format: 'npy', rows: 2, columns: 4, data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, -0) },
  safetensors: {
    format: 'safetensors',
    tensors: {
      w: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      m: { shape: [1], data: Float64Array.of(-0) },
      bytes: { shape: [3], data: Int8Array.of(-128, 0, 127) },
      empty: { shape: [0], data: new Float32Array(0) },
    },
    metadata: { layers: '2' },
  },
};

describe('formats', () => {
  for (const format of ['json', 'json.zst'] as const)
    it(`${format} gives back every plain value`, () => {
      fc.assert(
        fc.property(value, held => {
          const bytes = encodeFile(envelope, { format, value: held });
          const back = decodeFile(bytes, format, 'sample');
          assert.deepEqual(back, { ...envelope, content: { format, value: held } });
        }),
      );
    });

  it('a text is nested a thousand deep at most, wherever in memory and in it the brackets are', () => {
    const fill = 'Yy_'.repeat(30_000);
    for (const [level, close] of [
      ['[', ']'],
      ['{"":', '}'],
    ] as const)
      for (let offset = 0; offset < 4; offset += 1)
        for (const [depth, isFine] of [
          [1000, true],
          [1001, false],
        ] as const) {
          const inner = `${level.repeat(depth - 1)}0${close.repeat(depth - 1)}`;
          const text = `{"":"${fill}${'x'.repeat(offset)}","k":${inner}}`;
          const bytes = Buffer.from(' '.repeat(offset) + text).subarray(offset);
          const read = () => parsePlainObject(bytes);
          if (isFine) assert.doesNotThrow(read);
          else assert.throws(read, /nested more than 1000 deep/);
        }
  });

  it('npy gives back every bit of a matrix of any width', () => {
    fc.assert(
      fc.property(matrix, held => {
        const bytes = encodeFile(envelope, { format: 'npy', ...held });
        const back = decodeFile(bytes, 'npy', 'sample');
        assert.deepEqual(back, { ...envelope, content: { format: 'npy', ...held } });
      }),
    );
  });

  it('safetensors gives back every tensor and string', () => {
    const names = fc
      .string({ minLength: 1 })
      .filter(n => n !== '__proto__' && n !== '__metadata__');
    const strings = fc.dictionary(fc.string().filter(isKey), fc.string(), {
      noNullPrototype: true,
    });
    const tensors = fc.dictionary(names, tensor, { noNullPrototype: true });
    fc.assert(
      fc.property(tensors, strings, (held, metadata) => {
        const content: Encoded = { format: 'safetensors', tensors: held, metadata };
        const back = decodeFile(encodeFile(envelope, content), 'safetensors', 'sample');
        assert.deepEqual(back, { ...envelope, content });
      }),
    );
  });

  it('safetensors puts wide tensors first, so that each stands at a multiple of its width', () => {
    const bytes = encodeFile(envelope, samples['safetensors']!);
    const length = Number(Buffer.from(bytes).readBigUInt64LE(0));
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
    assert.equal(length % 8, 0);
    assert.deepEqual(header.m.data_offsets, [0, 8]);
    assert.deepEqual(header.w.data_offsets, [8, 24]);
    assert.deepEqual(header.bytes, { dtype: 'I8', shape: [3], data_offsets: [24, 27] });
    assert.deepEqual(header.__metadata__, {
      component: 'sample',
      schema: '3',
      seq: '1234',
      layers: '2',
    });
  });

  for (const [format, content] of Object.entries(samples)) {
    const bytes = encodeFile(envelope, content);
    const decode = (changed: Uint8Array) => decodeFile(changed, content.format, 'sample');

    it(`${format}: every truncation is seen`, () => {
      // The newline after the last brace of a plain JSON file carries nothing.
      const whole = format === 'json' ? bytes.length - 1 : bytes.length;
      for (let length = 0; length < whole; length += 1)
        assert.throws(() => decode(bytes.slice(0, length)), Malformed, `cut at ${length}`);
    });

    it(`${format}: a flipped bit is an error or changes nothing but what it stands for`, () => {
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const changed = Uint8Array.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        try {
          decode(changed);
        } catch (error) {
          assert.ok(error instanceof Malformed, `bit ${bit}: ${error}`);
        }
      }
    });

    it(`${format}: a file of another component is refused`, () => {
      assert.throws(() => decodeFile(bytes, content.format, 'other'), Malformed);
    });
  }

  it('a zstd file with a flipped bit in its data never decodes to something else', () => {
    const bytes = encodeFile(envelope, samples['json.zst']!);
    const original = { ...envelope, content: samples['json.zst'] };
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Uint8Array.from(bytes);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      try {
        assert.deepEqual(decodeFile(changed, 'json.zst', 'sample'), original, `bit ${bit}`);
      } catch (error) {
        assert.ok(error instanceof Malformed, `bit ${bit}: ${error}`);
      }
    }
  });

  it('a __proto__ key is refused however it is spelt', () => {
    for (const key of ['__proto__', '\\u005f_proto__', '__\\u0070roto__']) {
      const text = `{"component":"sample","schema":1,"seq":0,"a":[{"${key}":{"x":1}}]}`;
      assert.throws(() => decodeFile(Buffer.from(text), 'json', 'sample'), /__proto__/);
    }
  });

  it('a plain JSON file has a key a line with the envelope first', () => {
    const text = Buffer.from(encodeFile(envelope, samples['json']!)).toString();
    const lines = text.split('\n');
    assert.deepEqual(lines.slice(1, 5), [
      '"component": "sample",',
      '"schema": 3,',
      '"seq": 1234,',
      '"a": [1,2.5,"x"],',
    ]);
  });

  it('numpy opens an npy file', context => {
    const python = spawnSync('python3', ['-c', 'import numpy']);
    if (python.status !== 0) return context.skip('python3 with numpy is not installed');
    const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-npy-'));
    try {
      const file = path.join(folder, 'attention_weights.npy');
      writeFileSync(file, encodeFile(envelope, samples['npy']!));
      const script =
        'import numpy,sys,json; a=numpy.load(sys.argv[1]); ' +
        'print(json.dumps([str(a.dtype), a.shape, a[:2].tolist(), a[2,1:].tolist()]))';
      const run = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
      assert.deepEqual(JSON.parse(run.stdout), [
        'float64',
        [3, 4],
        [
          [1, 2, 3, 4],
          [5, 6, 7, -0],
        ],
        [3, 1234, 0],
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
