/**
 * The contest: a challenger against the champion and the base rate, on examples that none of them
 * was trained or chosen on.
 *
 * Promises: a challenger is adopted only when its log-loss is below the champion's and clearly
 * (see scores.ts) below that of the class frequencies. Never: adopts a model for being new.
 */
import type { Probabilities, Score, TrainOutcome, TrainRequest } from '../core/fact.ts';
import { type ExampleTable, labelsOf } from './example-table.ts';
import { beatsClearly, CLASS_COUNT, type Forecast, meanLogLoss, scoreOf } from './scores.ts';

/** The result of a training: the fact without the name of its blob, and the blob. */
export interface Trained {
  readonly outcome: Omit<TrainOutcome, 'blob'>;
  /** Null when not adopted. */
  readonly blob: Uint8Array | null;
}

/** What a model says of a row of the example table. */
export type Forecaster = (row: number) => Probabilities;

export interface Verdict {
  readonly adopted: boolean;
  readonly challenger: Score;
  readonly champion: Score | null;
  readonly baseRate: Score;
}

/** Forecasts of `rows`, with what really happened. */
export function forecast(
  table: ExampleTable,
  rows: readonly number[],
  forecaster: Forecaster,
): Forecast {
  const probabilities = new Float64Array(rows.length * CLASS_COUNT);
  rows.forEach((row, index) => {
    probabilities.set(forecaster(row), index * CLASS_COUNT);
  });
  return { probabilities, labels: labelsOf(table, rows) };
}

/** The class frequencies as a forecaster; `prior` are their logarithms. */
export function baseRateOf(prior: readonly number[]): Forecaster {
  const rates: Probabilities = [Math.exp(prior[0]!), Math.exp(prior[1]!), Math.exp(prior[2]!)];
  return () => rates;
}

export function judge(
  table: ExampleTable,
  rows: readonly number[],
  by: {
    readonly challenger: Forecaster;
    readonly champion: Forecaster | null;
    readonly baseRate: Forecaster;
  },
): Verdict {
  const challenger = forecast(table, rows, by.challenger);
  const champion = by.champion === null ? null : forecast(table, rows, by.champion);
  const baseRate = forecast(table, rows, by.baseRate);
  const beatsChampion = champion === null || meanLogLoss(challenger) < meanLogLoss(champion);
  return {
    adopted: beatsChampion && beatsClearly(challenger, baseRate),
    challenger: scoreOf(challenger),
    champion: champion === null ? null : scoreOf(champion),
    baseRate: scoreOf(baseRate),
  };
}

/** The outcome of a training, by the request it answers. */
export const outcomeOf = (request: TrainRequest, verdict: Verdict): Trained['outcome'] => ({
  model: request.model,
  time: request.time,
  adopted: verdict.adopted,
  version: request.champion + 1,
  through: request.through,
  challenger: verdict.challenger,
  champion: verdict.champion,
  baseRate: verdict.baseRate,
});
