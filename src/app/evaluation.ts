/**
 * The evaluation: what a run earned and how good its forecasts were, folded from its facts.
 *
 * A forecast counts for the day on which it was made, once its label is known: out of sample by
 * construction, since no learner has seen an example before its label came due. Beside it stands the
 * base rate: the class frequencies of what was proposed and labelled before the forecast was made.
 * Promises: one record a market day (UTC, by a candle's close) and one entry per open label, no
 * more; whatever is summed over days adds up to the whole. Never: changes anything of the bot.
 */
import type { Units } from '../base/money.ts';
import { type Millis, utcDay } from '../base/time.ts';
import type { Fact, Forecast, Label, Probabilities } from '../core/fact.ts';
import { JUDGED, type Judged } from '../learn/ensemble-state.ts';
import { wonBy } from '../learn/labels.ts';
import { type Bin, countForecast, emptyBins } from '../learn/reliability.ts';
import { brierOf, logLossOf } from '../learn/scores.ts';

/** Sums over forecasts of one forecaster; the base rate's are of the same examples. */
export interface ForecastSums {
  examples: number;
  logLoss: number;
  brier: number;
  baseLogLoss: number;
  baseBrier: number;
}

export interface DayRecord {
  /** Whole UTC days since 1970. */
  readonly day: number;
  /** The last equity marked on it, the highest, the lowest. */
  equity: Units;
  high: Units;
  low: Units;
  /** Largest share lost from a peak of this day. */
  fall: number;
  trades: number;
  fees: Units;
  funding: Units;
  /** What one unit of quote currency, spread over the symbols at their first open, is worth. */
  hold: number;
  /** Of those who forecast anything. */
  readonly forecasts: Partial<Record<Judged, ForecastSums>>;
}

/** What is known before the first candle. */
export interface EvaluationStart {
  readonly equity: Units;
  readonly symbols: readonly string[];
  readonly timeframeMs: Millis;
  /** Share of the price that entering and leaving costs. */
  readonly cost: number;
}

export interface Evaluation {
  readonly start: EvaluationStart;
  readonly days: DayRecord[];
  /** Per symbol: the last close over the first open; 1 until it has a candle. */
  readonly growth: Record<string, number>;
  readonly firstOpen: Record<string, number>;
  /** Labels not known yet, by example. */
  readonly waiting: Map<number, WaitingForecast>;
  /** Labels of proposals known so far, by class; one imagined of each. */
  readonly counts: [number, number, number];
  /** Of the confidence that a proposal wins, costs in. */
  readonly bins: readonly Bin[];
}

interface WaitingForecast {
  readonly day: number;
  readonly base: Probabilities;
  readonly barrier: number;
  readonly forecast: Forecast;
}

export const openEvaluation = (start: EvaluationStart): Evaluation => ({
  start,
  days: [],
  growth: Object.fromEntries(start.symbols.map(symbol => [symbol, 1])),
  firstOpen: {},
  waiting: new Map(),
  counts: [1, 1, 1],
  bins: emptyBins(),
});

export function evaluate(evaluation: Evaluation, fact: Fact): void {
  switch (fact.type) {
    case 'candle.closed':
      addClose(evaluation, fact);
      return;
    case 'equity.marked':
      markEquity(evaluation, fact.time, fact.equity);
      return;
    case 'order.filled':
      dayOf(evaluation, fact.time).fees += fact.fee;
      return;
    case 'funding.settled':
      dayOf(evaluation, fact.time).funding += fact.amount;
      return;
    case 'trade.closed':
      dayOf(evaluation, fact.trade.exitTime).trades += 1;
      return;
    case 'example.opened':
      openForecast(evaluation, fact);
      return;
    case 'example.labelled':
      scoreForecast(evaluation, fact);
      return;
    case 'example.voided':
      evaluation.waiting.delete(fact.id);
      return;
  }
}

/** Equity at a time; the end of a run is marked too, so that the last day ends with it. */
export function markEquity(evaluation: Evaluation, time: Millis, equity: Units): void {
  const record = dayOf(evaluation, time);
  record.equity = equity;
  record.high = Math.max(record.high, equity);
  record.low = Math.min(record.low, equity);
  if (record.high > 0) record.fall = Math.max(record.fall, (record.high - equity) / record.high);
}

/** The record of a day. What is told late (a settlement inside a gap) counts for the last one. */
function dayOf(evaluation: Evaluation, time: Millis): DayRecord {
  const { days, start } = evaluation;
  const day = utcDay(time);
  for (let index = days.length - 1; index >= 0; index -= 1) {
    const record = days[index] as DayRecord;
    if (record.day === day) return record;
    if (record.day < day) break;
  }
  const last = days.at(-1);
  if (last !== undefined && last.day > day) return last;
  const equity = last?.equity ?? start.equity;
  const record: DayRecord = {
    day,
    equity,
    high: equity,
    low: equity,
    fall: 0,
    trades: 0,
    fees: 0,
    funding: 0,
    hold: last?.hold ?? 1,
    forecasts: {},
  };
  days.push(record);
  return record;
}

function addClose(evaluation: Evaluation, candle: Fact<'candle.closed'>): void {
  const { growth, firstOpen, start } = evaluation;
  const { symbol, time, open, close } = candle;
  firstOpen[symbol] ??= open;
  growth[symbol] = close / firstOpen[symbol];
  let sum = 0;
  for (const each of start.symbols) sum += growth[each] ?? 1;
  dayOf(evaluation, time + start.timeframeMs).hold = sum / start.symbols.length;
}

function openForecast(evaluation: Evaluation, fact: Fact<'example.opened'>): void {
  const { id, time, barrier, forecast } = fact;
  if (forecast === undefined) return;
  const { counts, waiting } = evaluation;
  const known = counts[0] + counts[1] + counts[2];
  const base: Probabilities = [counts[0] / known, counts[1] / known, counts[2] / known];
  waiting.set(id, { day: dayOf(evaluation, time).day, base, barrier, forecast });
}

function scoreForecast(evaluation: Evaluation, example: Fact<'example.labelled'>): void {
  const { waiting, counts, days } = evaluation;
  const { id, label, proposed } = example;
  if (proposed) counts[label] += 1;
  const waited = waiting.get(id);
  if (waited === undefined) return;
  waiting.delete(id);
  const { direction, confidence } = waited.forecast;
  const won = wonBy({ direction, barrier: waited.barrier }, example, evaluation.start.cost);
  countForecast(evaluation.bins, confidence, won);
  const record = days.findLast(({ day }) => day === waited.day);
  if (record === undefined) return;
  const votes = votesOf(waited.forecast);
  for (const name of JUDGED) {
    const probabilities = votes[name];
    if (probabilities === null) continue;
    record.forecasts[name] ??= noForecasts();
    addScore(record.forecasts[name], { label, probabilities, base: waited.base });
  }
}

/** What each said of the classes; null: it was silent. */
const votesOf = (forecast: Forecast): Readonly<Record<Judged, Probabilities | null>> => ({
  strategy: forecast.own ?? null,
  signal: forecast.signal,
  deep: forecast.deep,
  attention: forecast.attention,
  pool: forecast.pooled ?? null,
});

export const noForecasts = (): ForecastSums => ({
  examples: 0,
  logLoss: 0,
  brier: 0,
  baseLogLoss: 0,
  baseBrier: 0,
});

function addScore(
  sums: ForecastSums,
  one: {
    readonly label: Label;
    readonly probabilities: Probabilities;
    readonly base: Probabilities;
  },
): void {
  const { label, probabilities, base } = one;
  sums.examples += 1;
  sums.logLoss += logLossOf(probabilities[label]);
  sums.brier += brierOf(probabilities, label);
  sums.baseLogLoss += logLossOf(base[label]);
  sums.baseBrier += brierOf(base, label);
}
