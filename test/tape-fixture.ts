/**
 * Tapes for tests: written ones in a folder of their own, and the recorded ones where they exist.
 *
 * Promises: recorded data is looked for in HOLDFAST_DATA, else in ../shared/data beside the
 * project, and a test that needs it can say plainly that it is absent. Never: writes there.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Bookmark, Feed } from '../src/core/exchange.ts';
import type { Candle } from '../src/core/market.ts';

const HEADER = 'timestamp,open,high,low,close,volume';

const { HOLDFAST_DATA } = process.env;
const dataFolder = HOLDFAST_DATA ?? resolve(import.meta.dirname, '../../shared/data');

export const recorded = (file: string): string => join(dataFolder, file);

/** What `skip` takes: false when the recorded file is there, else why not. */
export const unlessRecorded = (file: string): string | false =>
  existsSync(recorded(file)) ? false : `no recorded market data (${recorded(file)})`;

export interface TapeFolder {
  readonly path: string;
  /** Writes a file of these lines (or this text) and gives its path; gzipped by its name. */
  write(name: string, content: string | readonly string[]): string;
}

export function tapeFolder(context: TestContext): TapeFolder {
  const path = mkdtempSync(join(tmpdir(), 'holdfast-tape-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    write(name, content) {
      const file = join(path, name);
      const text = typeof content === 'string' ? content : `${[HEADER, ...content].join('\n')}\n`;
      writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
      return file;
    },
  };
}

/** Rows of a quiet market: one candle each `stepMs`. */
export function rows(options: {
  readonly start: number;
  readonly count: number;
  readonly stepMs: number;
  readonly price?: number;
}): string[] {
  const { start, count, stepMs, price = 100 } = options;
  return Array.from({ length: count }, (_, index) => {
    const open = price + (index % 7);
    return `${start + index * stepMs},${open},${open + 2},${open - 1.5},${open + 0.5},${index % 5}.25`;
  });
}

export async function allCandles(
  feed: Feed,
  after: Readonly<Record<string, Bookmark>> = {},
): Promise<Candle[]> {
  const candles: Candle[] = [];
  for await (const batch of feed.candles(after)) for (const candle of batch) candles.push(candle);
  return candles;
}
