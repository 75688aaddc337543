/**
 * What a recorded file is, for whoever wants to have the same one: its hash, its rows, its time.
 *
 * Promises: the hash is of the file's bytes as they lie on the disk (what `sha256sum` prints);
 * rows are lines with content below the header, good or bad. Never: keeps more than two lines.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Millis } from '../base/time.ts';
import { openBytes } from './byte-source.ts';

export interface TapeFigure {
  /** Its name without the folder. */
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  /** First field of the first and the last row; null where that is no time. */
  readonly from: Millis | null;
  readonly to: Millis | null;
}

export async function tapeFigure(file: string): Promise<TapeFigure> {
  const content = await contentOf(file);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return { file: basename(file), sha256: hash.digest('hex'), bytes, ...content };
}

/** First: an absent or damaged file is told of by its fault. */
async function contentOf(file: string): Promise<Pick<TapeFigure, 'rows' | 'from' | 'to'>> {
  const source = await openBytes(file);
  let [lines, first, last] = [0, '', ''];
  const take = (line: string): void => {
    if (line.trim() === '') return;
    lines += 1;
    if (lines === 2) first = line;
    last = line;
  };
  let carry = '';
  for await (const chunk of source.chunks()) {
    const rows = (carry + Buffer.from(chunk).toString('latin1')).split('\n');
    carry = rows.pop() ?? '';
    for (const row of rows) take(row);
  }
  take(carry);
  if (lines < 2) return { rows: 0, from: null, to: null };
  return { rows: lines - 1, from: timeIn(first), to: timeIn(last) };
}

function timeIn(row: string): Millis | null {
  const [text = ''] = row.split(',', 1);
  const time = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(time) ? time : null;
}
