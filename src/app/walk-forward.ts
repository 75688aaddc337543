/**
 * The walk-forward report: an evaluation's days, cut into consecutive segments of market time.
 *
 * Every figure is out of sample (see evaluation.ts). Promises: segments follow each other without a
 * gap, and add up to the whole: returns compound, trades, fees and examples sum. Returns and Sharpe
 * are those of metrics.ts (days without a point count as 0, 365 days a year, no Sharpe below 10
 * trades); intervals are of the stationary bootstrap over days, seeded. Never: hides a segment.
 */
import { type Bootstrap, everyRow, type Interval, intervalOf, meanOf } from '../base/bootstrap.ts';
import { toQuote, type Units } from '../base/money.ts';
import { DAY_MS, utcDate } from '../base/time.ts';
import { JUDGED, type Judged } from '../learn/ensemble-state.ts';
import { annualised, RATIO_TRADES_MIN } from '../trade/metrics.ts';
import { type DayRecord, type Evaluation, type ForecastSums, noForecasts } from './evaluation.ts';
import { type Reliability, reliabilityOf } from './reliability.ts';

/** Calendar months (UTC), or so many parts of equal length. */
export type Cut = { readonly kind: 'months' } | { readonly kind: 'parts'; readonly count: number };

export type Forecasts<T> = Readonly<Partial<Record<Judged, T>>>;

export interface ForecastScore {
  readonly examples: number;
  readonly logLoss: number;
  readonly brier: number;
  /** Of the base rate, on the same examples. */
  readonly baseLogLoss: number;
  readonly baseBrier: number;
  /** baseLogLoss − logLoss in nats: above 0 where more was known than the base rate. */
  readonly gain: number;
  readonly gainInterval: Interval | null;
}

export interface Hold {
  readonly totalReturn: number;
  readonly totalReturnInterval: Interval | null;
  readonly sharpe: number | null;
  /** Over daily closes. */
  readonly maxDrawdown: number;
}

export interface Segment {
  /** First and last UTC day. */
  readonly from: string;
  readonly to: string;
  readonly days: number;
  readonly totalReturn: number;
  readonly totalReturnInterval: Interval | null;
  readonly sharpe: number | null;
  readonly sharpeInterval: Interval | null;
  readonly maxDrawdown: number;
  readonly trades: number;
  readonly feesPaid: number;
  readonly fundingPaid: number;
  /** Equal parts of each symbol, bought at its first open of the run, no costs. */
  readonly buyAndHold: Hold;
  /** Of those who forecast anything: learners, the strategies' own word, the pool of all. */
  readonly forecasts: Forecasts<ForecastScore>;
}

/** A value per UTC day from `from` on, days without a point included. */
export interface Daily {
  readonly from: string;
  readonly returns: readonly number[];
  readonly holdReturns: readonly number[];
  /** Sums of the day's forecasts. */
  readonly forecasts: Forecasts<{
    readonly examples: readonly number[];
    readonly gain: readonly number[];
  }>;
}

export interface WalkForward {
  readonly segments: readonly Segment[];
  /** Null before the first candle. */
  readonly overall: Segment | null;
  /** Null where no forecast has come due. */
  readonly reliability: Reliability | null;
  readonly bootstrap: Bootstrap;
  readonly daily: Daily | null;
}

const RESAMPLES = 2000;
const LEVEL = 0.95;

export function walkForward(
  evaluation: Evaluation,
  options: { readonly cut: Cut; readonly seed: number },
): WalkForward {
  const bootstrap: Bootstrap = { seed: options.seed, resamples: RESAMPLES, level: LEVEL };
  const rows = rowsOf(evaluation);
  const reliability = reliabilityOf(evaluation.bins);
  if (rows.length === 0)
    return { segments: [], overall: null, reliability, bootstrap, daily: null };
  return {
    segments: cutRows(rows, options.cut).map(part => segmentOf(part, bootstrap)),
    overall: segmentOf(rows, bootstrap),
    reliability,
    bootstrap,
    daily: dailyOf(rows),
  };
}

export interface HoldDays extends Omit<Hold, 'totalReturnInterval'> {
  /** By UTC day what one unit of quote currency is worth at its end. */
  readonly days: readonly { readonly day: number; readonly worth: number }[];
}

/** Buying and holding over the whole evaluation; null before the first candle. */
export function holdThrough(evaluation: Evaluation): HoldDays | null {
  const returns = rowsOf(evaluation).map(row => row.holdReturn);
  const days = evaluation.days.map(({ day, hold }) => ({ day, worth: hold }));
  if (days.length === 0) return null;
  return {
    totalReturn: (days.at(-1)?.worth ?? 1) - 1,
    sharpe: sharpeOf(returns),
    maxDrawdown: fallOf(returns),
    days,
  };
}

/** A UTC day; those on which nothing was told have no record. */
interface Row {
  readonly day: number;
  readonly record: DayRecord | null;
  readonly equityBefore: Units;
  readonly return: number;
  readonly holdReturn: number;
}

function rowsOf({ days, start }: Evaluation): Row[] {
  const rows: Row[] = [];
  let equity = start.equity;
  let hold = 1;
  for (const record of days) {
    const last = rows.at(-1);
    for (let day = (last?.day ?? record.day - 1) + 1; day < record.day; day += 1)
      rows.push({ day, record: null, equityBefore: equity, return: 0, holdReturn: 0 });
    rows.push({
      day: record.day,
      record,
      equityBefore: equity,
      return: equity > 0 ? record.equity / equity - 1 : 0,
      holdReturn: record.hold / hold - 1,
    });
    equity = record.equity;
    hold = record.hold;
  }
  return rows;
}

function cutRows(rows: readonly Row[], cut: Cut): Row[][] {
  const parts: Row[][] = [];
  if (cut.kind === 'parts') {
    const count = Math.min(cut.count, rows.length);
    const edge = (part: number): number => Math.floor((part * rows.length) / count);
    for (let part = 0; part < count; part += 1) parts.push(rows.slice(edge(part), edge(part + 1)));
    return parts;
  }
  let month = '';
  for (const row of rows) {
    const own = dateOf(row).slice(0, 7);
    if (own !== month) parts.push([]);
    month = own;
    parts.at(-1)?.push(row);
  }
  return parts;
}

const dateOf = ({ day }: Row): string => utcDate(day * DAY_MS);

function segmentOf(rows: readonly Row[], bootstrap: Bootstrap): Segment {
  const [first, last] = [rows[0] as Row, rows.at(-1) as Row];
  const returns = rows.map(row => row.return);
  const holdReturns = rows.map(row => row.holdReturn);
  const sum = (of: (record: DayRecord) => number): number =>
    rows.reduce((total, { record }) => total + (record === null ? 0 : of(record)), 0);
  const trades = sum(record => record.trades);
  const enough = trades >= RATIO_TRADES_MIN;
  return {
    from: dateOf(first),
    to: dateOf(last),
    days: rows.length,
    ...growthOf(returns, bootstrap),
    sharpe: enough ? sharpeOf(returns) : null,
    sharpeInterval: enough
      ? intervalOf(rows.length, picked => sharpeOf(returns, picked), bootstrap)
      : null,
    maxDrawdown: drawdownOf(rows),
    trades,
    feesPaid: toQuote(sum(record => record.fees)),
    fundingPaid: toQuote(sum(record => record.funding)),
    buyAndHold: {
      ...growthOf(holdReturns, bootstrap),
      sharpe: sharpeOf(holdReturns),
      maxDrawdown: fallOf(holdReturns),
    },
    forecasts: byForecaster(rows, name => scoreOf(rows, name, bootstrap)),
  };
}

function growthOf(returns: readonly number[], bootstrap: Bootstrap) {
  const through = (picked: Uint32Array): number => {
    let growth = 1;
    for (let index = 0; index < picked.length; index += 1) growth *= 1 + returns[picked[index]!]!;
    return growth - 1;
  };
  return {
    totalReturn: through(everyRow(returns.length)),
    totalReturnInterval: intervalOf(returns.length, through, bootstrap),
  };
}

/** Of the days picked. Null below two days, or where the returns never vary. */
export function sharpeOf(
  returns: readonly number[],
  picked = everyRow(returns.length),
): number | null {
  const days = picked.length;
  if (days < 2) return null;
  let sum = 0;
  for (let index = 0; index < days; index += 1) sum += returns[picked[index]!]!;
  const mean = sum / days;
  let squares = 0;
  for (let index = 0; index < days; index += 1) {
    const distance = returns[picked[index]!]! - mean;
    squares += distance * distance;
  }
  return annualised(mean, Math.sqrt(squares / (days - 1)));
}

/** Largest share lost from a peak of the segment, over every equity point of it. */
function drawdownOf(rows: readonly Row[]): number {
  let peak = rows[0]?.equityBefore ?? 0;
  let share = 0;
  for (const { record } of rows) {
    if (record === null) continue;
    if (peak > 0) share = Math.max(share, record.fall, (peak - record.low) / peak);
    peak = Math.max(peak, record.high);
  }
  return share;
}

function fallOf(returns: readonly number[]): number {
  let value = 1;
  let peak = 1;
  let share = 0;
  for (const each of returns) {
    value *= 1 + each;
    peak = Math.max(peak, value);
    share = Math.max(share, (peak - value) / peak);
  }
  return share;
}

/** A value of each who forecast anything in these rows. */
function byForecaster<T>(rows: readonly Row[], of: (name: Judged) => T): Forecasts<T> {
  const names = JUDGED.filter(name => rows.some(({ record }) => record?.forecasts[name]));
  return Object.fromEntries(names.map(name => [name, of(name)]));
}

function scoreOf(rows: readonly Row[], name: Judged, bootstrap: Bootstrap): ForecastScore {
  const sums = rows.map(({ record }) => record?.forecasts[name] ?? noForecasts());
  const total = noForecasts();
  for (const one of sums)
    for (const sum of Object.keys(total) as (keyof ForecastSums)[]) total[sum] += one[sum];
  const { examples } = total;
  const gains = sums.map(one => one.baseLogLoss - one.logLoss);
  const counts = sums.map(one => one.examples);
  return {
    examples,
    logLoss: total.logLoss / examples,
    brier: total.brier / examples,
    baseLogLoss: total.baseLogLoss / examples,
    baseBrier: total.baseBrier / examples,
    gain: (total.baseLogLoss - total.logLoss) / examples,
    gainInterval: intervalOf(rows.length, meanOf(gains, counts), bootstrap),
  };
}

function dailyOf(rows: readonly Row[]): Daily {
  const column = (name: Judged, of: (sums: ForecastSums) => number): number[] =>
    rows.map(({ record }) => {
      const sums = record?.forecasts[name];
      return sums === undefined ? 0 : of(sums);
    });
  return {
    from: dateOf(rows[0] as Row),
    returns: rows.map(row => row.return),
    holdReturns: rows.map(row => row.holdReturn),
    forecasts: byForecaster(rows, name => ({
      examples: column(name, sums => sums.examples),
      gain: column(name, sums => sums.baseLogLoss - sums.logLoss),
    })),
  };
}
