/**
 * Calibration: turns a model's logits into probabilities that mean what they say.
 *
 * Temperature scaling (Guo et al. 2017) around the class frequencies instead of around the
 * uniform: p = softmax(prior + (logits − prior) / temperature). A model without skill gets a high
 * temperature and falls back to the base rate, never to one third each.
 * Promises: numerically safe, probabilities sum to 1 up to rounding. Never: fitted on the slice
 * that decides between models.
 */
import { asNumbers, asPositive, asRecord } from '../base/field.ts';
import type { Probabilities } from '../core/fact.ts';
import { CLASS_COUNT, logLossOf } from './scores.ts';

export interface Calibration {
  readonly temperature: number;
  /** Logarithms of the class frequencies in training. */
  readonly prior: readonly number[];
}

/** The inverse temperature is searched here: from nearly the base rate to somewhat sharper. */
const STRENGTH_MIN = 0.02;
const STRENGTH_MAX = 1.5;
const SEARCH_ROUNDS = 24;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Logarithms of the class frequencies, with one imagined example of each class. `weights` have
 * mean 1; absent: all count the same.
 */
export function priorOf(labels: Uint8Array, weights?: Float64Array): number[] {
  const counts = [1, 1, 1];
  for (let row = 0; row < labels.length; row += 1) counts[labels[row]!]! += weights?.[row] ?? 1;
  const total = counts[0]! + counts[1]! + counts[2]!;
  return counts.map(count => Math.log(count / total));
}

/** Softmax of three calibrated logits. */
export function calibrated(
  logits: ArrayLike<number>,
  at: number,
  calibration: Calibration,
): Probabilities {
  const { temperature, prior } = calibration;
  const hold = prior[0]! + (logits[at]! - prior[0]!) / temperature;
  const buy = prior[1]! + (logits[at + 1]! - prior[1]!) / temperature;
  const sell = prior[2]! + (logits[at + 2]! - prior[2]!) / temperature;
  const highest = Math.max(hold, buy, sell);
  const holdPart = Math.exp(hold - highest);
  const buyPart = Math.exp(buy - highest);
  const sellPart = Math.exp(sell - highest);
  const sum = holdPart + buyPart + sellPart;
  return [holdPart / sum, buyPart / sum, sellPart / sum];
}

/** The temperature with the least log-loss. The loss is convex in 1/temperature. */
export function fitTemperature(
  logits: Float64Array,
  labels: Uint8Array,
  prior: readonly number[],
): number {
  if (labels.length === 0) return 1 / STRENGTH_MIN;
  const lossAt = (strength: number) =>
    calibratedLoss(logits, labels, { temperature: 1 / strength, prior });
  let low = STRENGTH_MIN;
  let high = STRENGTH_MAX;
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let leftLoss = lossAt(left);
  let rightLoss = lossAt(right);
  for (let round = 0; round < SEARCH_ROUNDS; round += 1)
    if (leftLoss <= rightLoss) {
      [high, right, rightLoss] = [right, left, leftLoss];
      left = high - GOLDEN * (high - low);
      leftLoss = lossAt(left);
    } else {
      [low, left, leftLoss] = [left, right, rightLoss];
      right = low + GOLDEN * (high - low);
      rightLoss = lossAt(right);
    }
  return 2 / (low + high);
}

/** Mean log-loss of calibrated logits. */
export function calibratedLoss(
  logits: Float64Array,
  labels: Uint8Array,
  calibration: Calibration,
): number {
  let sum = 0;
  for (let row = 0; row < labels.length; row += 1)
    sum += logLossOf(calibrated(logits, row * CLASS_COUNT, calibration)[labels[row]!]!);
  return sum / labels.length;
}

export function asCalibration(value: unknown, what: string): Calibration {
  const fields = asRecord(value, what);
  return {
    temperature: asPositive(fields['temperature'], `${what}.temperature`),
    prior: asNumbers(fields['prior'], CLASS_COUNT, `${what}.prior`),
  };
}
