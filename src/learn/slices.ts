/**
 * Time slices of a training: train (fits the model), stop (says when to end), calibrate (fits the
 * temperature), compare (decides between models).
 *
 * Promises: no example's label reaches into a later slice, with an embargo of the longest label on
 * top (López de Prado, Advances in Financial Machine Learning, ch. 7); compare begins after all
 * that any earlier decision has seen, so that no example decides twice.
 * Never: shuffles, or lets a later example into an earlier slice.
 */
import type { Millis } from '../base/time.ts';
import { type LabelTable, longestLabelMs } from './example-table.ts';

/** Row numbers of an example table, ascending. */
export interface Slices {
  readonly train: readonly number[];
  readonly stop: readonly number[];
  readonly calibrate: readonly number[];
  readonly compare: readonly number[];
}

/** Fewer can't tell one model from another (issue 3). */
export const COMPARE_MIN = 500;
/** Half of them compare: the least a training makes sense with. */
export const EXAMPLES_MIN = 2 * COMPARE_MIN;
const COMPARE_SHARE = 0.25;
/** Of what lies before the compare slice; calibrate is the rest. */
const TRAIN_SHARE = 0.7;
const STOP_SHARE = 0.15;

/** `seenUntil`: market time up to which labels took part in a decision; null: in none. */
export function sliceExamples(table: LabelTable, seenUntil: Millis | null): Slices {
  const { count } = table;
  const embargoMs = longestLabelMs(table);
  const unseenStart = seenUntil === null ? 0 : firstAtOrAfter(table, seenUntil + embargoMs);
  const lastQuarter = Math.floor(count * (1 - COMPARE_SHARE));
  const compareStart = Math.max(unseenStart, Math.min(lastQuarter, count - COMPARE_MIN), 0);
  const stopStart = Math.floor(compareStart * TRAIN_SHARE);
  const calibrateStart = Math.floor(compareStart * (TRAIN_SHARE + STOP_SHARE));
  const cut = (from: number, to: number) => purged(table, { from, to }, embargoMs);
  return {
    train: cut(0, stopStart),
    stop: cut(stopStart, calibrateStart),
    calibrate: cut(calibrateStart, compareStart),
    compare: cut(compareStart, count),
  };
}

function firstAtOrAfter(table: LabelTable, time: Millis): number {
  for (let row = 0; row < table.count; row += 1) if (table.times[row]! >= time) return row;
  return table.count;
}

/** Rows whose label came due, embargo included, before the next slice begins. */
function purged(
  table: LabelTable,
  span: { readonly from: number; readonly to: number },
  embargoMs: Millis,
): number[] {
  const nextStart = span.to < table.count ? table.times[span.to]! : Number.POSITIVE_INFINITY;
  const rows: number[] = [];
  for (let row = span.from; row < span.to; row += 1)
    if (table.labelledAt[row]! + embargoMs <= nextStart) rows.push(row);
  return rows;
}
