import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { recorded, unlessRecorded } from '../../test/tape-fixture.ts';
import { createRowReader } from './csv.ts';

interface Refused {
  readonly line: number;
  readonly why: string;
}

function read(text: string, cuts: readonly number[] = [], header = 'a,b', whole = true) {
  const taken: number[][] = [];
  const refused: Refused[] = [];
  const reader = createRowReader({
    file: 'x.csv',
    ...{ header, whole },
    accept(fields) {
      taken.push([...fields]);
      return null;
    },
    refuse: (line, why) => refused.push({ line, why }),
  });
  const bytes = Buffer.from(text, 'latin1');
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((x, y) => x - y)) {
    reader.push(bytes.subarray(from, Math.min(cut, bytes.length)));
    from = Math.min(cut, bytes.length);
  }
  reader.end();
  return { taken, refused };
}

describe('rows of numbers', () => {
  it('equal Number(text) bit for bit, whatever the digits', () => {
    const decimal = fc
      .tuple(fc.bigInt(0n, 99_999_999_999_999_999n), fc.integer({ min: 0, max: 17 }))
      .map(([digits, scale]) => {
        const text = String(digits).padStart(scale + 1, '0');
        return scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
      });
    fc.assert(
      fc.property(decimal, decimal, (first, second) => {
        assert.deepEqual(read(`a,b\n${first},${second}\n`).taken, [
          [Number(first), Number(second)],
        ]);
      }),
    );
  });

  it('take signs and exponents, and never give −0', () => {
    const { taken } = read('a,b\n-0,1e-7\n-2.5E+3,+4\n.5,6.\n');
    assert.deepEqual(taken, [
      [0, 1e-7],
      [-2500, 4],
      [0.5, 6],
    ]);
    assert.ok(!Object.is(taken[0]?.[0], -0));
  });

  it('are the same wherever the chunks are cut', () => {
    const text = 'a,b\r\n1.5,2\r\n3,x\r\n\r\n4\r\n5,6,7\r\n8.25,9';
    const whole = read(text);
    assert.deepEqual(whole.taken, [
      [1.5, 2],
      [8.25, 9],
    ]);
    assert.deepEqual(
      whole.refused.map(row => row.line),
      [3, 4, 5, 6],
    );
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), cuts => {
        assert.deepEqual(read(text, cuts), whole);
      }),
    );
  });

  for (const [text, why] of [
    ['1', 'b is missing'],
    ['1,', 'b is missing'],
    [',1', 'a is missing'],
    ['1,2,3', 'more than 2 fields'],
    ['1,2,', 'more than 2 fields'],
    ['1,NaN', 'b is not a number: "NaN"'],
    ['1,Infinity', 'b is not a number: "Infinity"'],
    ['1,1e999', 'b is not a number: "1e999"'],
    ['1,0x10', 'b is not a number: "0x10"'],
    ['1, 2', 'b is not a number: " 2"'],
    ['1,1.2.3', 'b is not a number: "1.2.3"'],
    ['1,.', 'b is not a number: "."'],
    ['1,--2', 'b is not a number: "--2"'],
  ] as const)
    it(`refuse "${text}": ${why}`, () => {
      assert.deepEqual(read(`a,b\n${text}\n`), { taken: [], refused: [{ line: 2, why }] });
    });

  it('forgive blank lines at the end of the file alone', () => {
    assert.deepEqual(read('a,b\n1,2\n\n\n').refused, []);
    assert.deepEqual(read('a,b\n\n1,2\n').refused, [{ line: 2, why: 'an empty line' }]);
  });

  it('need the header to the letter', () => {
    assert.throws(() => read('b,a\n1,2\n'), /x\.csv:1: the file has the wrong header "b,a"/);
    assert.throws(() => read(''), /x\.csv:1: the file is empty/);
  });

  it('give up on a file without lines before it fills the memory', () => {
    assert.throws(() => read(`a,b\n${'1'.repeat(10_000)}`), /x\.csv:2: a line of more than/);
  });

  const tape = 'demo/KUCOIN-BTC-USDT-4h.csv.gz';
  it('equal Number(text) on a recorded tape', { skip: unlessRecorded(tape) }, () => {
    const text = gunzipSync(readFileSync(recorded(tape))).toString('latin1');
    const lines = text.trimEnd().split('\n');
    const { taken, refused } = read(text, [], lines[0]);
    assert.deepEqual(refused, []);
    assert.deepEqual(
      taken,
      lines.slice(1).map(line => line.split(',').map(Number)),
    );
  });
});
