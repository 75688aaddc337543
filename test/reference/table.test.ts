/**
 * Exported tables as numpy, pyarrow and Python's own csv read them.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { encodeTable, type TableFormat } from '../../src/app/export-table.ts';
import { emptied, SAMPLE } from '../fixtures/export-table.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { askPython, unlessPython } from './python.ts';

type Columns = Readonly<Record<string, readonly [type: string, values: readonly string[]]>>;

const folder = workFolder('table');

async function readBy(format: TableFormat): Promise<{ full: Columns; empty: Columns }> {
  const [full, empty] = [join(folder, `full.${format}`), join(folder, `empty.${format}`)];
  writeFileSync(full, await encodeTable(SAMPLE, format));
  writeFileSync(empty, await encodeTable(emptied(SAMPLE), format));
  const answer = askPython<Record<string, Columns>>('table_run.py', { [format]: [full, empty] });
  return { full: answer[full] ?? {}, empty: answer[empty] ?? {} };
}

describe('an exported table', () => {
  it('is read by numpy, column by column', { skip: unlessPython('numpy') }, async () => {
    const { full, empty } = await readBy('npy');
    assert.deepEqual(full, {
      text: ['<U13', ['BTC/USDT:USDT', 'a "b", c\nd', 'ünï 🜚']],
      time: ['datetime64[ms]', ['1970-01-01T00:00:00.000', '2025-03-01T12:30:15.250', 'NaT']],
      money: ['float64', ['-2.48000001', '90071992.5474099', 'nan']],
      number: ['float64', ['0.1', '-2.5e-300', 'nan']],
      whole: ['int64', ['0', '-5', '1099511627776']],
      flag: ['bool', ['True', 'False', 'True']],
    });
    assert.deepEqual(empty['time'], ['datetime64[ms]', []]);
  });

  it('is read by pyarrow with its types, money to the unit', {
    skip: unlessPython('pyarrow'),
  }, async () => {
    const { full, empty } = await readBy('parquet');
    assert.deepEqual(full, {
      text: ['string', ['BTC/USDT:USDT', 'a "b", c\nd', 'ünï 🜚']],
      time: [
        'timestamp[ms, tz=UTC]',
        ['1970-01-01 00:00:00+00:00', '2025-03-01 12:30:15.250000+00:00', 'None'],
      ],
      money: ['decimal128(18, 8)', ['-2.48000001', '90071992.54740991', 'None']],
      number: ['double', ['0.1', '-2.5e-300', 'None']],
      whole: ['int64', ['0', '-5', '1099511627776']],
      flag: ['bool', ['True', 'False', 'True']],
    });
    assert.deepEqual(empty['money'], ['decimal128(18, 8)', []]);
  });

  it('is read by Python as CSV', { skip: unlessPython('csv') }, async () => {
    const { full, empty } = await readBy('csv');
    assert.deepEqual(full['text']?.[1], ['BTC/USDT:USDT', 'a "b", c\nd', 'ünï 🜚']);
    assert.deepEqual(full['money']?.[1], ['-2.48000001', '90071992.54740991', '']);
    assert.deepEqual(empty['flag'], ['text', []]);
  });
});
