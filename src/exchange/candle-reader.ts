/**
 * Candles of one tape from its bytes: what a row must be to be believed.
 *
 * Promises: a row is taken only if its numbers can be a candle (prices above 0 and inside
 * high..low, volume not negative) and its time comes after the one before, on the grid that the
 * first row began. Any other row is a corrupt fault with file and line, or skipped and counted;
 * where rows are skipped, row-order.ts tells which of two that contradict each other is the bad one.
 * Never: fills, sorts or repairs.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Millis } from '../base/time.ts';
import type { Candle } from '../core/market.ts';
import { isPacked } from './byte-source.ts';
import { createRowReader } from './csv.ts';
import { createRowOrder } from './row-order.ts';
import { isTime, timeFault } from './row-time.ts';

export const TAPE_HEADER = 'timestamp,open,high,low,close,volume';

export interface SkippedRow {
  readonly file: string;
  readonly line: number;
  readonly why: string;
}

/** Rows that were refused and passed over: all counted, the first few told. */
export interface Skipped {
  count: number;
  readonly rows: SkippedRow[];
}

export const SKIPPED_ROWS_TOLD_MAX = 20;

export const createSkipped = (): Skipped => ({ count: 0, rows: [] });

export interface CandleReader {
  /** Candles of the lines that this chunk completed. */
  push(chunk: Uint8Array): Candle[];
  end(): Candle[];
}

export function createCandleReader(options: {
  readonly file: string;
  readonly symbol: string;
  readonly timeframeMs: Millis;
  /** Where refused rows go; null: the first one is a fault. */
  readonly skipped: Skipped | null;
}): CandleReader {
  const { file, symbol, timeframeMs, skipped } = options;
  let batch: Candle[] = [];
  let last = 0;

  const refuse = (line: number, why: string): void => {
    if (skipped === null)
      throw new Fault(
        EXIT.corrupt,
        `${file}:${line}: ${why}`,
        'mend or fetch the file again, or skip such rows with --skip-bad-rows',
      );
    skipped.count += 1;
    if (skipped.rows.length < SKIPPED_ROWS_TOLD_MAX) skipped.rows.push({ file, line, why });
  };

  const order =
    skipped === null
      ? null
      : createRowOrder({ timeframeMs, take: candle => batch.push(candle), skip: refuse });

  const accept = (fields: Float64Array, line: number): string | null => {
    const time = fields[0] as number;
    const open = fields[1] as number;
    const high = fields[2] as number;
    const low = fields[3] as number;
    const close = fields[4] as number;
    const volume = fields[5] as number;
    const inside = low > 0 && open >= low && open <= high && close >= low && close <= high;
    if (!inside || volume < 0) return rowFault(fields);
    const candle = { symbol, time, open, high, low, close, volume };
    if (order !== null) return order.push(candle, line);
    const timely = time > last && (time - last) % timeframeMs === 0;
    if (!isTime(time) || (last > 0 && !timely)) return timeFault(time, last, timeframeMs);
    last = time;
    batch.push(candle);
    return null;
  };

  const reader = createRowReader({
    ...{ file, header: TAPE_HEADER, whole: isPacked(file) },
    ...{ accept, refuse },
  });
  const taken = (): Candle[] => {
    const candles = batch;
    batch = [];
    return candles;
  };
  return {
    push(chunk) {
      reader.push(chunk);
      return taken();
    },
    end() {
      reader.end();
      order?.end();
      return taken();
    },
  };
}

function rowFault(fields: Float64Array): string {
  const [, open = 0, high = 0, low = 0, close = 0, volume = 0] = fields;
  if (Math.min(open, high, low, close) <= 0) return 'a price is not above 0';
  if (volume < 0) return `volume is negative (${volume})`;
  if (high < low) return `high ${high} is below low ${low}`;
  const [name, price] = open < low || open > high ? ['open', open] : ['close', close];
  return `${name} ${price} is outside low ${low} .. high ${high}`;
}
