/**
 * Markets to measure on: the recorded million of minutes where it exists, else simulated ones
 * written as tapes. Promises: the same seed gives the same tape.
 */
import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Candle } from '../src/core/market.ts';
import { createSimulatedMarket } from '../src/exchange/simulated-market.ts';

const dataFolder =
  process.env['HOLDFAST_DATA'] ?? resolve(import.meta.dirname, '../../shared/data');
const HEADER = 'timestamp,open,high,low,close,volume\n';
const BATCH_MINUTES = 10_000;

const MILLION = 1_000_000;
export const YEAR_MINUTES = 365 * 24 * 60;

/** The recorded tape of 1,033,226 minutes, or a simulated one of a million, written to `folder`. */
export async function longTape(folder: string): Promise<string> {
  const recorded = join(dataFolder, 'perf/BITFINEX-BTC-USD-1m.csv.gz');
  if (existsSync(recorded)) return recorded;
  const [tape = ''] = await simulatedTapes(folder, { minutes: MILLION + 10_000, symbols: 1 });
  return tape;
}

/** Where recorded tapes of these names would be. */
export const recordedTapes = (names: readonly string[]): string[] =>
  names.map(name => join(dataFolder, `${name}.csv.gz`));

const NAMES = ['SIMULATED-BTC-USDT-1m-PERP.csv', 'SIMULATED-ETH-USDT-1m-PERP.csv'];

/** One or two tapes of the simulated market; their paths. */
export async function simulatedTapes(
  folder: string,
  { minutes, symbols }: { readonly minutes: number; readonly symbols: 1 | 2 },
): Promise<string[]> {
  const market = createSimulatedMarket(1);
  const files = NAMES.slice(0, symbols).map(name => join(folder, name));
  const handles = await Promise.all(files.map(file => open(file, 'w')));
  for (const handle of handles) await handle.write(HEADER);
  for (let done = 0; done < minutes; done += BATCH_MINUTES) {
    const batch: Candle[] = [];
    for (let count = 0; count < Math.min(BATCH_MINUTES, minutes - done); count += 1)
      market.next(batch);
    for (const [index, handle] of handles.entries())
      await handle.write(
        batch
          .filter((_, at) => at % 2 === index)
          .map(lineOf)
          .join(''),
      );
  }
  for (const handle of handles) await handle.close();
  return files;
}

const lineOf = ({ time, open, high, low, close, volume }: Candle): string =>
  `${time},${open},${high},${low},${close},${volume}\n`;
