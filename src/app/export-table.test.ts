/**
 * Tables for other programs, read back without any.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { emptied, MOMENT, SAMPLE } from '../../test/fixtures/export-table.ts';
import { readNpy } from '../legacy/numpy-array.ts';
import { encodeTable, moneyText } from './export-table.ts';

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;

describe('a table', () => {
  it('as CSV quotes what has to be, and leaves empty what is not known', async () => {
    const text = Buffer.from(await encodeTable(SAMPLE, 'csv')).toString();
    assert.equal(
      text,
      'text,time,money,number,whole,flag\n' +
        'BTC/USDT:USDT,0,-2.48000001,0.1,0,true\n' +
        `"a ""b"", c\nd",${MOMENT},90071992.54740991,-2.5e-300,-5,false\n` +
        'ünï 🜚,,,,1099511627776,true\n',
    );
  });

  it('as Parquet has real types', async () => {
    const file = bufferOf(await encodeTable(SAMPLE, 'parquet'));
    const { schema } = parquetMetadata(file);
    assert.deepEqual(
      schema.slice(1).map(({ name, converted_type: type, scale }) => [name, type, scale]),
      [
        ['text', 'UTF8', undefined],
        ['time', 'TIMESTAMP_MILLIS', undefined],
        ['money', 'DECIMAL', 8],
        ['number', undefined, undefined],
        ['whole', undefined, undefined],
        ['flag', undefined, undefined],
      ],
    );
    const rows = await parquetReadObjects({ file });
    assert.equal(rows.length, 3);
    assert.deepEqual(rows[1]?.['time'], new Date(MOMENT));
    assert.deepEqual(rows[1]?.['whole'], -5n);
    assert.deepEqual(rows[2]?.['text'], 'ünï 🜚');
    assert.equal(rows[2]?.['money'] ?? null, null);
  });

  it('without rows still has its columns', async () => {
    const empty = emptied(SAMPLE);
    const csv = Buffer.from(await encodeTable(empty, 'csv')).toString();
    assert.equal(csv, 'text,time,money,number,whole,flag\n');
    const file = bufferOf(await encodeTable(empty, 'parquet'));
    assert.equal(parquetMetadata(file).schema.length, 7);
    assert.equal((await parquetReadObjects({ file })).length, 0);
    const npy = Buffer.from(await encodeTable(empty, 'npy')).toString('latin1');
    assert.match(npy, /\('money', '<f8'\).*'shape': \(0,\), \}/);
  });

  it('is the same bytes every time', async () => {
    for (const format of ['csv', 'npy', 'parquet'] as const)
      assert.deepEqual(await encodeTable(SAMPLE, format), await encodeTable(SAMPLE, format));
  });

  it('as NPY begins its data at a multiple of 64', async () => {
    const bytes = await encodeTable(SAMPLE, 'npy');
    assert.equal((10 + Buffer.from(bytes).readUInt16LE(8)) % 64, 0);
    assert.throws(() => readNpy(bytes), /not one of a plain array/);
  });

  it('has money to the unit', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), units => {
        const [whole = '', rest = ''] = moneyText(units).replace('-', '').split('.');
        const exact = BigInt(whole) * 100_000_000n + BigInt(rest.padEnd(8, '0'));
        assert.equal(moneyText(units).startsWith('-') ? -exact : exact, BigInt(units));
      }),
    );
    assert.deepEqual([0, 1, -100_000_000].map(moneyText), ['0', '0.00000001', '-1']);
  });
});
