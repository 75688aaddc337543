/**
 * Scores of probability forecasts: log-loss, Brier score, accuracy, and by how much one forecast
 * is better than another.
 *
 * Promises: proper scores (Gneiting & Raftery 2007), lower is better for log-loss and Brier; errors
 * are honest under overlapping labels (blocks.ts). Never: looks at anything but forecasts and
 * outcomes.
 */
import type { Gain, Probabilities, Score } from '../core/fact.ts';
import { type Block, meanError } from './blocks.ts';

/** Class forecasts of `labels.length` examples, row by row: hold, buy, sell. */
export interface Forecast {
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
}

export const CLASS_COUNT = 3;

/** A forecast of 0 for what happened would cost infinity; this is the most it can cost (27.6). */
const PROBABILITY_MIN = 1e-12;
export const logLossOf = (probability: number): number =>
  -Math.log(Math.max(probability, PROBABILITY_MIN));

/** The Brier score of the forecast at a place: squared distance to the truth, 0 to 2. */
export function brierOf(probabilities: ArrayLike<number>, label: number, at = 0): number {
  let sum = 0;
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    const error = probabilities[at + name]! - (name === label ? 1 : 0);
    sum += error * error;
  }
  return sum;
}

/** Six decimals: short in the journal, and more than a score means. Never −0. */
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;
export const roundedVote = ([hold, buy, sell]: Probabilities): Probabilities => [
  rounded(hold),
  rounded(buy),
  rounded(sell),
];

/** Null where nothing was compared: zeros that mean nothing. */
export const comparedIn = (score: Score | null | undefined): Score | null =>
  score && score.examples > 0 ? score : null;

export function scoreOf(forecast: Forecast, blocks: readonly Block[]): Score {
  const { probabilities, labels } = forecast;
  const examples = labels.length;
  if (examples === 0) return { logLoss: 0, brier: 0, accuracy: 0, examples };
  let brier = 0;
  let hits = 0;
  for (let row = 0; row < examples; row += 1) {
    const label = labels[row]!;
    const at = row * CLASS_COUNT;
    let best = 0;
    for (let name = 1; name < CLASS_COUNT; name += 1)
      if (probabilities[at + name]! > probabilities[at + best]!) best = name;
    if (best === label) hits += 1;
    brier += brierOf(probabilities, label, at);
  }
  const { mean, error } = meanError(logLosses(forecast), blocks);
  return {
    logLoss: rounded(mean),
    brier: rounded(brier / examples),
    accuracy: rounded(hits / examples),
    examples,
    error: rounded(error),
  };
}

/** Log-loss example by example. */
function logLosses({ probabilities, labels }: Forecast): Float64Array {
  const losses = new Float64Array(labels.length);
  for (let row = 0; row < labels.length; row += 1)
    losses[row] = logLossOf(probabilities[row * CLASS_COUNT + labels[row]!]!);
  return losses;
}

/** Mean log-loss, unrounded: what decisions are made on. */
export function meanLogLoss(forecast: Forecast): number {
  let sum = 0;
  for (const loss of logLosses(forecast)) sum += loss;
  return forecast.labels.length === 0 ? 0 : sum / forecast.labels.length;
}

/** How much lower the first forecast's log-loss is, and the standard error of that. */
export function gainOf(better: Forecast, worse: Forecast, blocks: readonly Block[]): Gain {
  const gains = logLosses(worse);
  logLosses(better).forEach((loss, row) => {
    gains[row]! -= loss;
  });
  const { mean, error } = meanError(gains, blocks);
  return { logLoss: rounded(mean), error: rounded(error), blocks: blocks.length };
}
