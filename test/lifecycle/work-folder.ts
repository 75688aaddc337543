/**
 * A folder of its own for a test file, and the tapes and configs it needs in there.
 *
 * Promises: in memory where the system has such a place (a kill does not lose page cache, so a
 * slow disk would add nothing but minutes); removed at the end. Never: recorded data.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Candle } from '../../src/core/market.ts';
import { createSimulatedMarket } from '../../src/exchange/simulated-market.ts';

const MEMORY = '/dev/shm';
const HEADER = 'timestamp,open,high,low,close,volume';

export function workFolder(name: string): string {
  const parent = existsSync(MEMORY) ? MEMORY : tmpdir();
  const folder = mkdtempSync(join(parent, `holdfast-${name}-`));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Minutes of the simulated market as one tape per symbol; the same for a seed. */
export function writeTapes(folder: string, options: { seed: number; minutes: number }): string[] {
  const market = createSimulatedMarket(options.seed);
  const candles: Candle[] = [];
  for (let minute = 0; minute < options.minutes; minute += 1) market.next(candles);
  return ['BTC', 'ETH'].map(base => {
    const own = candles.filter(({ symbol }) => symbol.startsWith(base));
    return writeTape(folder, `BINANCE-${base}-USDT-1m-PERP.csv`, own);
  });
}

export function writeTape(
  folder: string,
  name: string,
  candles: readonly Omit<Candle, 'symbol'>[],
): string {
  const rows = candles.map(({ time, open, high, low, close, volume }) =>
    [time, open, high, low, close, volume].join(),
  );
  return writeText(folder, name, `${[HEADER, ...rows].join('\n')}\n`);
}

export function writeText(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The key `learning` of a config with which a few thousand minutes train both models. */
export const QUICK_LEARNING = {
  ...{ retrain_every: 100, deep_signal_model: true, cusum_sigmas: 0.1, example_minutes: 0 },
  ...{ barrier_sigmas: 1, barrier_candles: 20 },
};

export const writeConfig = (folder: string, config: object, name = 'config.json'): string =>
  writeText(folder, name, JSON.stringify(config));
