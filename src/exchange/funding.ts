/**
 * Funding: when positions are settled, and at which rate.
 *
 * A file (`timestamp,funding_rate`, UTC milliseconds, a fraction per settlement) tells both for its
 * range. Outside it, and without a file, settlements are every 8 hours at 00, 08 and 16 UTC with
 * the rate null: the stated rate, always charged against us. Promises: each settlement is given
 * exactly once to whoever asks for adjoining spans, gaps included; asking costs O(1) and allocates
 * nothing when there is none. Never: invents a settlement inside a file's range.
 */
import { assert } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { FUNDING_INTERVAL_MS } from '../base/limits.ts';
import { HOUR_MS, type Millis } from '../base/time.ts';
import { isPacked, openBytes } from './byte-source.ts';
import { createRowReader } from './csv.ts';
import { parseFundingName } from './tape-name.ts';

export interface Settlement {
  readonly time: Millis;
  /** Positive: longs pay. Null: the stated rate, against us whatever the side. */
  readonly rate: number | null;
}

export interface RecordedSettlement extends Settlement {
  readonly rate: number;
}

export interface FundingSchedule {
  /** Charged where `rate` is null. */
  readonly defaultRate: number;
  /** Files whose symbol is not traded here; they were read and are not used. */
  readonly unused: readonly string[];
  /** Symbols that have a file, in order. */
  readonly recorded: readonly string[];
  /** Settlements after `afterExclusive` up to and at `throughInclusive`, ascending. */
  between(symbol: string, afterExclusive: Millis, throughInclusive: Millis): readonly Settlement[];
}

export interface FundingOptions {
  readonly files: readonly string[];
  /** Exchange ids of the market, joined by +. */
  readonly market: string;
  readonly symbols: readonly string[];
  readonly defaultRate: number;
}

export const FUNDING_HEADER = 'timestamp,funding_rate';
/** A settlement of more than this is a percentage taken for a fraction, or damage. */
const RATE_MAX = 0.1;
/** A default settlement this close to a recorded one is the same one, a little late. */
const SAME_SETTLEMENT_MS = HOUR_MS;
const NONE: readonly Settlement[] = Object.freeze([]);

/** One symbol's recorded settlements; `cursor` is where the last question ended. */
interface Series {
  readonly settlements: readonly Settlement[];
  cursor: number;
}

export async function fundingSchedule(options: FundingOptions): Promise<FundingSchedule> {
  const bySymbol = new Map<string, Series>();
  const files = new Map<string, string>();
  const unused: string[] = [];
  for (const file of options.files) {
    const { symbol, exchange } = parseFundingName(file);
    refuseForeign(file, exchange, options.market);
    const other = files.get(symbol);
    if (other !== undefined)
      throw new Fault(
        EXIT.config,
        `two funding files of ${symbol}: ${other} and ${file}`,
        'name one funding file per symbol',
      );
    files.set(symbol, file);
    const settlements = await readFundingFile(file);
    if (options.symbols.includes(symbol)) bySymbol.set(symbol, { settlements, cursor: 0 });
    else unused.push(file);
  }
  return {
    defaultRate: options.defaultRate,
    unused,
    recorded: [...bySymbol.keys()].sort(),
    between(symbol, afterExclusive, throughInclusive) {
      const series = bySymbol.get(symbol);
      if (series !== undefined) return recorded(series, afterExclusive, throughInclusive);
      const last = floorToInterval(throughInclusive);
      return last > afterExclusive ? defaults(afterExclusive, throughInclusive) : NONE;
    },
  };
}

/** Rates differ from exchange to exchange. */
function refuseForeign(file: string, exchange: string, market: string): void {
  if (market.split('+').includes(exchange)) return;
  throw new Fault(
    EXIT.config,
    `${file} has the funding of ${exchange}; the market is ${market}`,
    `name a file of ${market}, or none: the stated rate is charged then`,
  );
}

export async function readFundingFile(file: string): Promise<readonly RecordedSettlement[]> {
  const settlements: RecordedSettlement[] = [];
  let last = 0;
  const reader = createRowReader({
    file,
    header: FUNDING_HEADER,
    whole: isPacked(file),
    accept(fields) {
      const [time = 0, rate = 0] = fields;
      if (!Number.isInteger(time) || time <= 0) return `timestamp ${time} is not UTC milliseconds`;
      if (time <= last) return `timestamp ${time} is not after the row before`;
      if (Math.abs(rate) > RATE_MAX) return `funding_rate ${rate} is not a fraction`;
      last = time;
      settlements.push({ time, rate });
      return null;
    },
    refuse(line, why) {
      throw new Fault(EXIT.corrupt, `${file}:${line}: ${why}`, 'mend or fetch the file again');
    },
  });
  const source = await openBytes(file);
  for await (const chunk of source.chunks()) reader.push(chunk);
  reader.end();
  if (settlements.length === 0)
    throw new Fault(EXIT.corrupt, `${file} holds no funding rates`, 'fetch the file again');
  return settlements;
}

const floorToInterval = (time: Millis): Millis => time - (time % FUNDING_INTERVAL_MS);

function defaults(after: Millis, through: Millis): Settlement[] {
  const found: Settlement[] = [];
  let time = floorToInterval(after) + FUNDING_INTERVAL_MS;
  for (; time <= through; time += FUNDING_INTERVAL_MS) found.push({ time, rate: null });
  return found;
}

function recorded(series: Series, after: Millis, through: Millis): readonly Settlement[] {
  const { settlements } = series;
  const first = (settlements[0] as Settlement).time;
  const last = (settlements[settlements.length - 1] as Settlement).time;
  if (after >= last + SAME_SETTLEMENT_MS || through <= first - SAME_SETTLEMENT_MS)
    return floorToInterval(through) > after ? defaults(after, through) : NONE;

  const from = seek(series, after);
  let to = from;
  while (to < settlements.length && (settlements[to] as Settlement).time <= through) to += 1;
  series.cursor = to;
  if (after >= first && through <= last) return to === from ? NONE : settlements.slice(from, to);
  return [
    ...defaults(after, Math.min(through, first - SAME_SETTLEMENT_MS)),
    ...settlements.slice(from, to),
    ...defaults(Math.max(after, last + SAME_SETTLEMENT_MS), through),
  ];
}

/** Index of the first settlement after `after`; a step from the cursor when time went on. */
function seek(series: Series, after: Millis): number {
  const { settlements, cursor } = series;
  const isAfter = (index: number): boolean =>
    index >= settlements.length || (settlements[index] as Settlement).time > after;
  const isBefore = (index: number): boolean => index < 0 || !isAfter(index);
  if (isAfter(cursor) && isBefore(cursor - 1)) return cursor;
  let low = 0;
  let high = settlements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(middle)) high = middle;
    else low = middle + 1;
  }
  assert(isAfter(low) && isBefore(low - 1), 'settlements ascend');
  return low;
}
