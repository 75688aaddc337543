/**
 * What the test exchange's prices are told by: candles in an array, or a tape file.
 *
 * Promises: candles as they are written, ascending by open time. Never: fills a gap.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Contract, contractOf } from './contract.ts';

/** A candle as tapes have it: prices in USDT, volume in coins. */
export interface TapeCandle {
  /** UTC milliseconds at its open. */
  readonly time: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface Tape {
  readonly contract: Contract;
  /** Length of one candle. */
  readonly stepMs: number;
  readonly candles: readonly TapeCandle[];
}

const UNITS_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

export const tapeOf = (
  coin: string,
  candles: readonly TapeCandle[],
  stepMs: number = 60_000,
): Tape => ({
  contract: contractOf(coin),
  stepMs,
  candles,
});

/** Reads `<EXCHANGE>-<BASE>-<QUOTE>-<timeframe>[-PERP].csv[.gz]`, from a time on. */
export function readTape(path: string, fromMs: number = 0): Tape {
  const [, coin = '', size, unit = ''] = /^\w+-(\w+)-\w+-(\d+)([mhd])/.exec(basename(path)) ?? [];
  const bytes = readFileSync(path);
  const rows = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1').split('\n');
  const candles: TapeCandle[] = [];
  for (const row of rows.slice(1)) {
    const [time = 0, open = 0, high = 0, low = 0, close = 0, volume = 0] = row
      .split(',')
      .map(Number);
    if (row !== '' && time >= fromMs) candles.push({ time, open, high, low, close, volume });
  }
  return tapeOf(coin, candles, Number(size) * (UNITS_MS[unit] ?? Number.NaN));
}

/** The stretch that all of them have, at most so many candles of it. */
export function alignTapes(tapes: readonly Tape[], count: number): Tape[] {
  const beginMs = Math.max(...tapes.map(tape => tape.candles[0]?.time ?? 0));
  return tapes.map(tape => ({
    ...tape,
    candles: tape.candles.filter(
      ({ time }) => time >= beginMs && time < beginMs + count * tape.stepMs,
    ),
  }));
}
