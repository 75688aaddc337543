/**
 * The stationary bootstrap (Politis & Romano 1994): how far a figure of a time series may be luck.
 *
 * A resample is made of blocks of the series: each begins anywhere, has a geometric length of mean
 * `blockMean`, and wraps around at the end, so that neighbours stay neighbours and every row is as
 * likely as any other. The interval is that of the percentiles.
 * Promises: the same seed gives the same interval. Never: an interval of too few rows.
 */
import { assert } from './assert.ts';
import { Rng, seedRng } from './rng.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface Bootstrap {
  readonly seed: number;
  readonly resamples: number;
  /** Share of the resamples inside the interval: 0.95. */
  readonly level: number;
  /** Mean length of a block in rows; `blockMeanOf` where it is absent. */
  readonly blockMean?: number;
}

/** Fewer rows hold too few blocks to say anything of their spread. */
export const ROWS_MIN = 20;

/** The cube root of the rows: the order that keeps the error of the variance least. */
export const blockMeanOf = (rows: number): number => Math.max(1, Math.ceil(Math.cbrt(rows)));

/** What a figure is on the rows named; null where it has no value on them. */
export type Statistic = (rows: Uint32Array) => number | null;

/** The mean per thing counted, where a row is a sum over several: null where none are. */
export const meanOf =
  (sums: ArrayLike<number>, counts: ArrayLike<number>): Statistic =>
  rows => {
    let sum = 0;
    let count = 0;
    for (let index = 0; index < rows.length; index += 1) {
      sum += sums[rows[index]!]!;
      count += counts[rows[index]!]!;
    }
    return count === 0 ? null : sum / count;
  };

/** All rows once: what a statistic is of the series itself. */
export const everyRow = (count: number): Uint32Array =>
  Uint32Array.from({ length: count }, (_, row) => row);

/** Null with fewer than ROWS_MIN rows, or where half the resamples have no value. */
export function intervalOf(
  count: number,
  statistic: Statistic,
  bootstrap: Bootstrap,
): Interval | null {
  if (count < ROWS_MIN) return null;
  const { seed, resamples, level, blockMean = blockMeanOf(count) } = bootstrap;
  assert(
    level > 0 && level < 1 && blockMean >= 1,
    `an interval of ${level}, blocks of ${blockMean}`,
  );
  const rng = new Rng(seedRng(seed));
  const rows = new Uint32Array(count);
  const values: number[] = [];
  for (let round = 0; round < resamples; round += 1) {
    resample(rows, rng, blockMean);
    const value = statistic(rows);
    if (value !== null && Number.isFinite(value)) values.push(value);
  }
  if (values.length * 2 < resamples) return null;
  values.sort((a, b) => a - b);
  const tail = (1 - level) / 2;
  return { low: quantileOf(values, tail), high: quantileOf(values, 1 - tail) };
}

/** Fills `rows` with the row numbers of one resample. */
export function resample(rows: Uint32Array, rng: Rng, blockMean: number): void {
  let row = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const begins = index === 0 || rng.nextFloat() * blockMean < 1;
    row = begins ? rng.nextInt(rows.length) : (row + 1) % rows.length;
    rows[index] = row;
  }
}

/** Between the two nearest of the sorted values. */
function quantileOf(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below) + 0;
}
