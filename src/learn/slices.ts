/**
 * Time slices of a training: first train, then calibrate, last compare.
 *
 * Promises: no example's label reaches into a later slice, with an embargo on top (López de
 * Prado, Advances in Financial Machine Learning, ch. 7), and the champion is compared on
 * examples it was neither trained nor chosen on wherever enough of them are left.
 * Never: shuffles, or lets a later example into an earlier slice.
 */
import type { Millis } from '../base/time.ts';
import type { ExampleTable } from './example-table.ts';

/** Row numbers of an example table, ascending. */
export interface Slices {
  readonly train: readonly number[];
  readonly calibrate: readonly number[];
  readonly compare: readonly number[];
}

const COMPARE_SHARE = 0.25;
/** Of what lies before the compare slice: 60 % to 15 % of all. */
const TRAIN_SHARE = 0.8;
/** Fewer than this can't tell a champion from a challenger. */
export const COMPARE_MIN = 100;

/** `seenUntil`: market time up to which the champion has seen labels; null without a champion. */
export function sliceExamples(table: ExampleTable, seenUntil: Millis | null): Slices {
  const embargoMs = longestLabelMs(table);
  let compareStart = Math.floor(table.count * (1 - COMPARE_SHARE));
  if (seenUntil !== null) {
    const unseenStart = firstAtOrAfter(table, seenUntil + embargoMs);
    // With too few unseen ones the champion keeps the advantage of having seen some.
    if (table.count - unseenStart >= COMPARE_MIN)
      compareStart = Math.max(compareStart, unseenStart);
  }
  const calibrateStart = Math.floor(compareStart * TRAIN_SHARE);
  return {
    train: purged(table, { from: 0, to: calibrateStart }, embargoMs),
    calibrate: purged(table, { from: calibrateStart, to: compareStart }, embargoMs),
    compare: purged(table, { from: compareStart, to: table.count }, embargoMs),
  };
}

/** The longest time a label took: the embargo between slices. */
export function longestLabelMs(table: ExampleTable): Millis {
  let longest = 0;
  for (let row = 0; row < table.count; row += 1)
    longest = Math.max(longest, table.labelledAt[row]! - table.times[row]!);
  return longest;
}

function firstAtOrAfter(table: ExampleTable, time: Millis): number {
  for (let row = 0; row < table.count; row += 1) if (table.times[row]! >= time) return row;
  return table.count;
}

/** Rows whose label came due, embargo included, before the next slice begins. */
function purged(
  table: ExampleTable,
  span: { readonly from: number; readonly to: number },
  embargoMs: Millis,
): number[] {
  const nextStart = span.to < table.count ? table.times[span.to]! : Number.POSITIVE_INFINITY;
  const rows: number[] = [];
  for (let row = span.from; row < span.to; row += 1)
    if (table.labelledAt[row]! + embargoMs <= nextStart) rows.push(row);
  return rows;
}
