import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { MINUTE_MS } from '../base/time.ts';
import type { Candle } from '../core/market.ts';
import { openPartial } from './partial-tape.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-partial-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const START = Date.UTC(2025, 0, 1);
const symbol = 'BTC/USDT:USDT';
const candle = (k: number): Candle => ({
  ...{ symbol, time: START + k * MINUTE_MS, open: 10, high: 12, low: 9, close: 11, volume: 0.5 },
});
let files = 0;
/** A partial tape with minutes 0 to 2, closed. */
function begun(): string {
  files += 1;
  const file = join(folder, `${files}.partial`);
  const partial = open(file);
  partial.append([candle(0), candle(1)]);
  partial.append([]);
  partial.append([candle(2)]);
  partial.close();
  return file;
}
const open = (file: string) => openPartial({ file, symbol, timeframeMs: MINUTE_MS });

describe('a tape that is being fetched', () => {
  it('goes on after its last row, and reads as what was appended', () => {
    const partial = open(begun());
    assert.equal(partial.next, START + 3 * MINUTE_MS);
    partial.append([candle(5)]);
    assert.deepEqual(partial.read().candles, [0, 1, 2, 5].map(candle));
    partial.close();
    partial.remove();
  });

  it('a torn last row is cut off, at every byte', () => {
    const row = `${START + 3 * MINUTE_MS},10,12,9,11,0.5`;
    for (let bytes = 1; bytes <= row.length; bytes += 1) {
      const file = begun();
      const before = readFileSync(file);
      appendFileSync(file, row.slice(0, bytes));
      const partial = open(file);
      assert.equal(partial.next, START + 3 * MINUTE_MS);
      assert.deepEqual(readFileSync(file), before);
      partial.close();
    }
  });

  it('one that is no tape any more is begun anew', () => {
    for (const damage of ['\0\0\0\0\0\n', `${START},10,12,9,11,1\n`, 'noise\n']) {
      const file = begun();
      appendFileSync(file, damage);
      const partial = open(file);
      assert.equal(partial.next, null);
      partial.append([candle(7)]);
      assert.deepEqual(partial.read().candles, [candle(7)]);
      partial.close();
    }
  });

  it('one that was cut inside its header is begun anew', () => {
    const file = join(folder, 'header.partial');
    writeFileSync(file, 'timestamp,op');
    const partial = open(file);
    partial.append([candle(0)]);
    assert.deepEqual(partial.read().candles, [candle(0)]);
    partial.close();
    partial.remove();
    assert.ok(!existsSync(file));
  });
});
