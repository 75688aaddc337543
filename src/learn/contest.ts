/**
 * The contest: a challenger against the champion, or against the base rate where there is none, on
 * examples that no earlier decision has seen.
 *
 * Promises: a challenger is adopted only on COMPARE_MIN examples or more, and only when its
 * log-loss is lower by more than one standard error of the difference (blocks.ts). That lets a
 * challenger of equal skill through about once in six times: the price of following the market.
 * Never: adopts a model for being new, or decides on too little.
 */
import type {
  Gain,
  Probabilities,
  Score,
  TrainOutcome,
  TrainRequest,
  TrainVerdict,
} from '../core/fact.ts';
import { BLOCKS_MIN, blocksOf } from './blocks.ts';
import { priorOf } from './calibration.ts';
import { type LabelTable, labelsOf } from './example-table.ts';
import { CLASS_COUNT, type Forecast, gainOf, scoreOf } from './scores.ts';
import { COMPARE_MIN, type Slices } from './slices.ts';

/** The result of a training: the fact without the name of its blob, and the blob. */
export interface Trained {
  readonly outcome: Omit<TrainOutcome, 'blob'>;
  /** Null when not adopted. */
  readonly blob: Uint8Array | null;
}

/** What a model says of a row of the example table. */
export type Forecaster = (row: number) => Probabilities;

export interface Verdict {
  readonly verdict: TrainVerdict;
  /** Over the champion, or over the base rate where there is none. */
  readonly gain: Gain;
  readonly challenger: Score;
  readonly champion: Score | null;
  readonly baseRate: Score;
}

/** A steadier gain than this, in nats, may be real and is still not worth a version. */
const GAIN_MIN = 2e-4;

/** Forecasts of `rows`, with what really happened. */
export function forecast(
  table: LabelTable,
  rows: readonly number[],
  forecaster: Forecaster,
): Forecast {
  const probabilities = new Float64Array(rows.length * CLASS_COUNT);
  rows.forEach((row, index) => {
    probabilities.set(forecaster(row), index * CLASS_COUNT);
  });
  return { probabilities, labels: labelsOf(table, rows) };
}

/**
 * The class frequencies of all that came before the compare slice, as a forecaster: what one would
 * say without a model.
 */
export function baseRateOf(table: LabelTable, slices: Slices): Forecaster {
  const rows = [...slices.train, ...slices.stop, ...slices.calibrate];
  const prior = priorOf(labelsOf(table, rows));
  const rates: Probabilities = [Math.exp(prior[0]!), Math.exp(prior[1]!), Math.exp(prior[2]!)];
  return () => rates;
}

export function judge(
  table: LabelTable,
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
  const blocks = blocksOf(table, rows);
  const gain = gainOf(challenger, champion ?? baseRate, blocks);
  return {
    verdict: verdictOf(gain, rows.length),
    gain,
    challenger: scoreOf(challenger, blocks),
    champion: champion === null ? null : scoreOf(champion, blocks),
    baseRate: scoreOf(baseRate, blocks),
  };
}

const canDecide = (examples: number, blocks: number): boolean =>
  examples >= COMPARE_MIN && blocks >= BLOCKS_MIN;

/** The answer where nothing could be decided, so that nothing is fitted; null: something can. */
export function undecided(
  request: TrainRequest,
  table: LabelTable,
  slices: Slices,
): Trained | null {
  const blocks = blocksOf(table, slices.compare);
  if (canDecide(slices.compare.length, blocks.length)) return null;
  const none = scoreOf({ probabilities: new Float64Array(0), labels: new Uint8Array(0) }, []);
  const verdict: Verdict = {
    verdict: 'too few examples',
    gain: { logLoss: 0, error: 0, blocks: blocks.length },
    ...{ challenger: none, champion: null, baseRate: none },
  };
  return { outcome: outcomeOf(request, verdict, { slices, rounds: 0 }), blob: null };
}

function verdictOf(gain: Gain, examples: number): TrainVerdict {
  if (!canDecide(examples, gain.blocks)) return 'too few examples';
  return gain.logLoss > Math.max(gain.error, GAIN_MIN) ? 'adopted' : 'not clearly better';
}

/** The outcome of a training, by the request it answers. */
export const outcomeOf = (
  request: TrainRequest,
  { verdict, ...scores }: Verdict,
  training: { readonly slices: Slices; readonly rounds: number },
): Trained['outcome'] => ({
  model: request.model,
  time: request.time,
  adopted: verdict === 'adopted',
  version: request.version ?? request.champion + 1,
  through: request.through,
  ...scores,
  verdict,
  rounds: training.rounds,
  slices: {
    train: training.slices.train.length,
    stop: training.slices.stop.length,
    calibrate: training.slices.calibrate.length,
    compare: training.slices.compare.length,
  },
});
