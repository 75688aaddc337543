import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { workFolder } from '../../test/lifecycle/work-folder.ts';
import { tapeFigure } from './tape-figure.ts';

const folder = workFolder('tape-figure');
const HEADER = 'timestamp,open,high,low,close,volume\n';
const write = (name: string, bytes: Uint8Array | string): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};

describe('the figure of a tape', () => {
  it('is the hash of the file as it lies there, and the rows and times in it', async () => {
    const packed = gzipSync(`${HEADER}60000,1,1,1,1,1\n120000,1,1,1,1,1\n300000,1,1,1,1,1\n`);
    const figure = await tapeFigure(write('A-B-C-1m.csv.gz', packed));
    assert.deepEqual(figure, {
      ...{ file: 'A-B-C-1m.csv.gz', bytes: packed.length },
      sha256: createHash('sha256').update(packed).digest('hex'),
      ...{ rows: 3, from: 60_000, to: 300_000 },
    });
  });

  it('counts a last row without a newline, and no blank lines', async () => {
    const { rows, to } = await tapeFigure(write('A.csv', `${HEADER}1,1\r\n2,1\r\n3,1`));
    assert.deepEqual([rows, to], [3, 3]);
    const ended = await tapeFigure(write('B.csv', `${HEADER}1,1\n2,1\n\n\n`));
    assert.deepEqual([ended.rows, ended.to], [2, 2]);
  });

  it('has no times where there are none', async () => {
    const none = { rows: 0, from: null, to: null };
    for (const text of ['', HEADER]) {
      const { rows, from, to } = await tapeFigure(write('C.csv', text));
      assert.deepEqual({ rows, from, to }, none);
    }
    assert.equal((await tapeFigure(write('D.csv', `${HEADER}x,1\n`))).from, null);
  });

  it('counts rows across the edges of a read', async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => `${row},1.25,1.5,1,1.25,10`);
    const figure = await tapeFigure(write('E.csv', `${HEADER}${rows.join('\n')}\n`));
    assert.deepEqual([figure.rows, figure.from, figure.to], [40_000, 0, 39_999]);
  });

  it('tells of a file that is not there as any reading does', async () => {
    await assert.rejects(tapeFigure(join(folder, 'none.csv')), /no such file: .*none\.csv/);
  });
});
