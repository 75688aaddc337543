/**
 * Bins: feature values as small numbers, by quantiles of the train slice.
 *
 * Promises: value < edges[bin] for every value in a bin up to `bin`, and for no other, in float32,
 * so that a split between bins is a split between values. Never: takes a value that is not finite.
 */
import { assert } from '../base/assert.ts';

/** A histogram of all features stays in the fast cache; more bins found nothing more (decision 0020). */
export const BINS_MAX = 64;

export interface Binned {
  readonly rows: number;
  readonly columns: number;
  /** Row-major: the bin of each row's value in each column. */
  readonly bins: Uint8Array;
  /** By column, ascending: where one bin ends and the next begins; one fewer than there are bins. */
  readonly edges: readonly Float32Array[];
}

/** Row-major float32 values of some rows, with `columns` columns. */
export interface Values {
  readonly data: Float32Array;
  readonly columns: number;
}

/** The values as the trees see them. */
export function valuesOf(features: Float64Array, columns: number): Values {
  const data = Float32Array.from(features);
  assert(data.every(Number.isFinite), 'features are finite');
  return { data, columns };
}

export function binValues({ data, columns }: Values, rows: readonly number[]): Binned {
  const bins = new Uint8Array(rows.length * columns);
  const edges: Float32Array[] = [];
  const column = new Float32Array(rows.length);
  for (let at = 0; at < columns; at += 1) {
    for (let place = 0; place < rows.length; place += 1)
      column[place] = data[rows[place]! * columns + at]!;
    const ends = edgesOf(column.slice().sort());
    for (let place = 0; place < rows.length; place += 1)
      bins[place * columns + at] = binOf(ends, column[place]!);
    edges.push(ends);
  }
  return { rows: rows.length, columns, bins, edges };
}

/** Cuts between values where the quantiles lie; between all of them where they are few. */
function edgesOf(sorted: Float32Array): Float32Array {
  const distinct = distinctOf(sorted);
  const edges: number[] = [];
  if (distinct.length <= BINS_MAX) {
    for (let at = 1; at < distinct.length; at += 1)
      edges.push(between(distinct[at - 1]!, distinct[at]!));
    return Float32Array.from(edges);
  }
  for (let cut = 1; cut < BINS_MAX; cut += 1) {
    let place = Math.round((cut * sorted.length) / BINS_MAX);
    while (place < sorted.length && sorted[place] === sorted[place - 1]) place += 1;
    if (place >= sorted.length) break;
    const edge = between(sorted[place - 1]!, sorted[place]!);
    if (edges.length === 0 || edge > edges.at(-1)!) edges.push(edge);
  }
  return Float32Array.from(edges);
}

/** At most one more than fit, which is enough to know. */
function distinctOf(sorted: Float32Array): number[] {
  const distinct: number[] = [];
  for (const value of sorted)
    if (value !== distinct.at(-1)) {
      distinct.push(value);
      if (distinct.length > BINS_MAX) break;
    }
  return distinct;
}

/** The middle, above the lower one also where float32 has nothing in between. Never −0. */
function between(lower: number, upper: number): number {
  const middle = Math.fround(lower + (upper - lower) / 2);
  return (middle > lower ? middle : upper) + 0;
}

/** How many edges a value is not below. */
function binOf(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}
