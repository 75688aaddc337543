/**
 * Reliability: forecasts of a chance by how sure they were, and how many of them came true.
 *
 * Promises: bins of equal width over 0 to 1. Never: forgets.
 */
import { must } from '../base/assert.ts';

/** Forecasts of about one chance: how many, the sum of what they said, and how many came true. */
export interface Bin {
  examples: number;
  confidence: number;
  won: number;
}

/** Bin n holds n/20 to (n+1)/20. */
export const BIN_COUNT = 20;

export const emptyBins = (): Bin[] =>
  Array.from({ length: BIN_COUNT }, () => ({ examples: 0, confidence: 0, won: 0 }));

export function countForecast(bins: readonly Bin[], confidence: number, won: 0 | 1): void {
  const place = Math.min(BIN_COUNT - 1, Math.floor(confidence * BIN_COUNT));
  const bin = must(bins[place], 'the bin of a confidence');
  bin.examples += 1;
  bin.confidence += confidence;
  bin.won += won;
}

/**
 * The expected calibration error (Naeini, Cooper and Hauskrecht 2015): the mean distance between
 * what was said and what came true, each bin by its examples. Null where nothing was forecast.
 */
export function calibrationError(bins: readonly Bin[]): number | null {
  let examples = 0;
  let distance = 0;
  for (const bin of bins) {
    examples += bin.examples;
    distance += Math.abs(bin.confidence - bin.won);
  }
  return examples === 0 ? null : distance / examples;
}
