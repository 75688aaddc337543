/**
 * Scores of probability forecasts: log-loss, Brier score, accuracy, and whether one forecast
 * beats another by more than chance.
 *
 * Promises: proper scores (Gneiting & Raftery 2007), lower is better for log-loss and Brier.
 * Never: looks at anything but forecasts and outcomes.
 */
import type { Score } from '../core/fact.ts';

/** Class forecasts of `labels.length` examples, row by row: hold, buy, sell. */
export interface Forecast {
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
}

export const CLASS_COUNT = 3;

/** A forecast of 0 for what happened would cost infinity; this is the most it can cost (27.6). */
const PROBABILITY_MIN = 1e-12;
/** Consecutive blocks whose means are compared: labels that overlap are not independent. */
const BLOCK_COUNT = 10;
/** One-sided 99 % point of Student's t with 9 degrees of freedom: a model is retrained often. */
const T_QUANTILE = 2.821;
/** A steady gain below this (in nats) is not worth a new version. */
const GAIN_MIN = 2e-4;

export const logLossOf = (probability: number): number =>
  -Math.log(Math.max(probability, PROBABILITY_MIN));

/** Six decimals: short in the journal, and more than a score means. Never −0. */
export const rounded = (value: number): number => Math.round(value * 1e6) / 1e6 + 0;

export function scoreOf(forecast: Forecast): Score {
  const { probabilities, labels } = forecast;
  const examples = labels.length;
  if (examples === 0) return { logLoss: 0, brier: 0, accuracy: 0, examples };
  let logLoss = 0;
  let brier = 0;
  let hits = 0;
  for (let row = 0; row < examples; row += 1) {
    const label = labels[row]!;
    let best = 0;
    for (let name = 0; name < CLASS_COUNT; name += 1) {
      const probability = probabilities[row * CLASS_COUNT + name]!;
      const error = probability - (name === label ? 1 : 0);
      brier += error * error;
      if (probability > probabilities[row * CLASS_COUNT + best]!) best = name;
    }
    logLoss += logLossOf(probabilities[row * CLASS_COUNT + label]!);
    if (best === label) hits += 1;
  }
  return {
    logLoss: rounded(logLoss / examples),
    brier: rounded(brier / examples),
    accuracy: rounded(hits / examples),
    examples,
  };
}

/** Mean log-loss, unrounded: what decisions are made on. */
export function meanLogLoss(forecast: Forecast): number {
  const { probabilities, labels } = forecast;
  let sum = 0;
  for (let row = 0; row < labels.length; row += 1)
    sum += logLossOf(probabilities[row * CLASS_COUNT + labels[row]!]!);
  return labels.length === 0 ? 0 : sum / labels.length;
}

/**
 * Whether the first forecast's log-loss is lower by more than chance explains: a one-sided t test
 * on the means of consecutive blocks (batch means, which stay honest under serial correlation).
 */
export function beatsClearly(better: Forecast, worse: Forecast): boolean {
  const examples = better.labels.length;
  if (examples < BLOCK_COUNT * 2) return false;
  let sum = 0;
  let squares = 0;
  for (let block = 0; block < BLOCK_COUNT; block += 1) {
    const from = Math.floor((examples * block) / BLOCK_COUNT);
    const to = Math.floor((examples * (block + 1)) / BLOCK_COUNT);
    const gain = meanGain(better, worse, { from, to });
    sum += gain;
    squares += gain * gain;
  }
  const mean = sum / BLOCK_COUNT;
  const variance = Math.max(0, (squares - BLOCK_COUNT * mean * mean) / (BLOCK_COUNT - 1));
  return mean > GAIN_MIN && mean > T_QUANTILE * Math.sqrt(variance / BLOCK_COUNT);
}

function meanGain(
  better: Forecast,
  worse: Forecast,
  block: { readonly from: number; readonly to: number },
): number {
  let sum = 0;
  for (let row = block.from; row < block.to; row += 1) {
    const place = row * CLASS_COUNT + better.labels[row]!;
    sum += logLossOf(worse.probabilities[place]!) - logLossOf(better.probabilities[place]!);
  }
  return sum / (block.to - block.from);
}
