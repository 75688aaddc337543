/**
 * Drift: whether a model has become worse than it was when it was chosen.
 *
 * Page's one-sided CUSUM (Page 1954) of the log-loss of its predictions on examples as they are
 * labelled. Each loss is measured against the model's own score of the contest that it won, in
 * units of the long-run deviation that the contest found (blocks.ts), so that labels which
 * overlap don't count as so much evidence each.
 * With the figures below a model that is as good as ever raises a false alarm about once in 11,000
 * examples (Siegmund 1985, eq. 2.57), and a rise by half a deviation is seen after about 90.
 * The features themselves are not watched: slow ones (the trend over days) leave their training
 * distribution all the time without the model being wrong about it.
 * Promises: O(1) in time and memory. Never: alarms without a model.
 */
import { asNumber, fieldsOf } from '../base/field.ts';
import type { Score } from '../core/fact.ts';

export interface Drift {
  /** In deviations, never below 0. */
  sum: number;
  /** Mean and long-run deviation of the log-loss when chosen; a deviation of 0: nothing to watch. */
  mean: number;
  deviation: number;
}

/** A rise by half of this is not worth noticing. */
const ALLOWANCE = 0.05;
const ALARM = 40;

export const noDrift = (): Drift => ({ sum: 0, mean: 0, deviation: 0 });

/** Watches a model that scored this when it was chosen, or kept. */
export const driftFrom = ({ logLoss, error, examples }: Score): Drift => ({
  sum: 0,
  mean: logLoss,
  deviation: (error ?? 0) * Math.sqrt(examples),
});

export function foldLoss(drift: Drift, loss: number): void {
  if (drift.deviation === 0) return;
  drift.sum = Math.max(0, drift.sum + (loss - drift.mean) / drift.deviation - ALLOWANCE);
}

export const isDrifting = (drift: Drift): boolean => drift.sum > ALARM;

export const asDrift = fieldsOf<Drift>({ sum: asNumber, mean: asNumber, deviation: asNumber });
