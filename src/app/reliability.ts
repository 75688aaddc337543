/**
 * The reliability curve of the confidence: what was said of proposals, and how many of them won.
 *
 * Promises: bins of equal width; those that hold nothing are left out. Never: smooths.
 */
import { BIN_COUNT, type Bin, calibrationError } from '../learn/reliability.ts';

/** Proposals by the confidence they were given: what was said, and what came true. */
export interface ReliabilityBin {
  /** Bounds of the confidence; the upper one is out, but for 1. */
  readonly from: number;
  readonly to: number;
  readonly examples: number;
  /** Mean confidence, and the share that won. */
  readonly predicted: number;
  readonly observed: number;
}

/** Over everything: how far the confidence meant what it said. */
export interface Reliability {
  readonly examples: number;
  readonly expectedCalibrationError: number;
  /** Those that hold anything, from low to high. */
  readonly bins: readonly ReliabilityBin[];
}

export function reliabilityOf(bins: readonly Bin[]): Reliability | null {
  const error = calibrationError(bins);
  if (error === null) return null;
  return {
    examples: bins.reduce((total, bin) => total + bin.examples, 0),
    expectedCalibrationError: error,
    bins: bins.flatMap(({ examples, confidence, won }, place) => {
      const bounds = { from: place / BIN_COUNT, to: (place + 1) / BIN_COUNT };
      const means = { predicted: confidence / examples, observed: won / examples };
      return examples === 0 ? [] : [{ ...bounds, examples, ...means }];
    }),
  };
}
