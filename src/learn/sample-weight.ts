/**
 * Sample weights: what an example counts in training (López de Prado, Advances in Financial
 * Machine Learning, ch. 4), for both models.
 *
 * Uniqueness: labels whose windows overlap tell of the same move, so each counts by the share of
 * its window that is its own: the mean over the window of 1 / (labels of its symbol open at once).
 * Recency: the oldest example counts OLDEST_SHARE of what the newest does, in between linearly in
 * uniqueness gathered (not in time: quiet years must not age what was learned in them).
 * Promises: positive weights with mean 1; symbols don't share windows. Never: looks at labels.
 */
import type { LabelTable } from './example-table.ts';

/** Milder than the book's: half of the newest was measured to be worse (decision 0020). */
const OLDEST_SHARE = 0.75;

/** In the order of `rows`, which ascend. */
export function sampleWeights(table: LabelTable, rows: readonly number[]): Float64Array {
  const weights = uniquenessOf(table, rows);
  let total = 0;
  for (const unique of weights) total += unique;
  let gathered = 0;
  let sum = 0;
  for (let index = 0; index < weights.length; index += 1) {
    const unique = weights[index]!;
    gathered += unique;
    weights[index] = unique * (OLDEST_SHARE + (1 - OLDEST_SHARE) * (gathered / total));
    sum += weights[index]!;
  }
  for (let index = 0; index < weights.length; index += 1) weights[index]! *= weights.length / sum;
  return weights;
}

/** Average uniqueness of each row among `rows`: in (0, 1], 1 where nothing overlaps. */
export function uniquenessOf(table: LabelTable, rows: readonly number[]): Float64Array {
  const unique = new Float64Array(rows.length);
  for (const places of bySymbol(table, rows)) {
    const crowd = crowdOf(table, rows, places);
    for (const place of places) {
      const start = table.times[rows[place]!]!;
      const end = table.labelledAt[rows[place]!]!;
      unique[place] = end > start ? (crowd.upTo(end) - crowd.upTo(start)) / (end - start) : 1;
    }
  }
  return unique;
}

function bySymbol(table: LabelTable, rows: readonly number[]): number[][] {
  const groups: number[][] = [];
  rows.forEach((row, place) => {
    const symbol = table.symbols[row]!;
    groups[symbol] ??= [];
    groups[symbol].push(place);
  });
  return groups.filter(group => group !== undefined);
}

/** The integral of 1 / (labels open at once) over time, at every time where a window begins or ends. */
function crowdOf(table: LabelTable, rows: readonly number[], places: readonly number[]) {
  const starts = Float64Array.from(places, place => table.times[rows[place]!]!).sort();
  const ends = Float64Array.from(places, place => table.labelledAt[rows[place]!]!).sort();
  const integrals = new Map<number, number>();
  let integral = 0;
  let open = 0;
  let now = starts[0] ?? 0;
  let ended = 0;
  let started = 0;
  while (ended < ends.length) {
    const next = Math.min(starts[started] ?? Number.POSITIVE_INFINITY, ends[ended]!);
    if (open > 0) integral += (next - now) / open;
    now = next;
    for (; started < starts.length && starts[started] === now; started += 1) open += 1;
    for (; ended < ends.length && ends[ended] === now; ended += 1) open -= 1;
    integrals.set(now, integral);
  }
  return { upTo: (time: number): number => integrals.get(time)! };
}
