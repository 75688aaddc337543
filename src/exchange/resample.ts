/**
 * Coarser candles from finer ones, exactly.
 *
 * Buckets start at UTC multiples of the timeframe. Open is the first, high the highest, low the
 * lowest, close the last, volume the decimal sum. Promises: equal to what the exchange itself
 * records at the coarser timeframe, volumes included; what a prefix of a tape gives is a prefix of
 * what the tape gives. A bucket with candles missing inside or at its end keeps what is there; the
 * tape's first bucket is dropped unless the tape has its beginning, its last unless it has its end.
 * Never: invents a bucket in which no candle closed.
 */
import { assert } from '../base/assert.ts';
import type { Millis } from '../base/time.ts';
import type { Candle } from '../core/market.ts';

/** Integers below this stay exact through a product or a quotient by a power of ten. */
const EXACT_MAX = 2_251_799_813_685_248;
const POWERS_OF_TEN = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12] as const;

/** A sum of decimals: `scaled` / 10^`decimals`; float addition once that does not fit. */
interface DecimalSum {
  scaled: number;
  decimals: number;
  exact: boolean;
  /** The plain sum, the fallback. */
  rough: number;
}

export interface Resampler {
  /** Buckets that these candles completed. */
  push(candles: readonly Candle[]): Candle[];
}

/** `from` divides `to`. What is unfinished at the end is dropped by never asking for it. */
export function createResampler(from: Millis, to: Millis): Resampler {
  assert(to > from && to % from === 0, `cannot resample ${from} ms to ${to} ms`);
  const volume: DecimalSum = { scaled: 0, decimals: 0, exact: true, rough: 0 };
  let symbol = '';
  let start = -1;
  let open = 0;
  let high = 0;
  let low = 0;
  let close = 0;
  /** False while in a first bucket that the tape entered in its middle. */
  let whole = false;

  const begin = (candle: Candle, bucket: number): void => {
    whole = start >= 0 || candle.time === bucket;
    ({ symbol, open, high, low } = candle);
    start = bucket;
    clearSum(volume);
  };
  const emit = (out: Candle[]): void => {
    if (whole) out.push({ symbol, time: start, open, high, low, close, volume: total(volume) });
    whole = false;
  };

  return {
    push(candles) {
      const out: Candle[] = [];
      for (const candle of candles) {
        const bucket = candle.time - (candle.time % to);
        if (bucket !== start) {
          emit(out);
          begin(candle, bucket);
        }
        if (candle.high > high) high = candle.high;
        if (candle.low < low) low = candle.low;
        close = candle.close;
        addDecimal(volume, candle.volume);
        if (candle.time + from === bucket + to) emit(out);
      }
      return out;
    },
  };
}

function clearSum(sum: DecimalSum): void {
  sum.scaled = 0;
  sum.decimals = 0;
  sum.exact = true;
  sum.rough = 0;
}

function addDecimal(sum: DecimalSum, value: number): void {
  sum.rough += value;
  while (sum.exact) {
    const power = POWERS_OF_TEN[sum.decimals] as number;
    const scaled = Math.round(value * power);
    if (scaled + sum.scaled > EXACT_MAX) {
      sum.exact = false;
    } else if (scaled / power === value) {
      // A decimal of at most 15 digits is the only one that short with this double.
      sum.scaled += scaled;
      return;
    } else if (sum.decimals + 1 < POWERS_OF_TEN.length) {
      sum.decimals += 1;
      sum.scaled *= 10;
    } else {
      sum.exact = false;
    }
  }
}

const total = (sum: DecimalSum): number =>
  sum.exact
    ? sum.scaled / (POWERS_OF_TEN[sum.decimals] as number)
    : Number(sum.rough.toPrecision(15));
