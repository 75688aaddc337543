/**
 * A forest: boosted trees as flat typed arrays, tree t voting for class t mod 3.
 *
 * Promises: float32 thresholds and leaf values, compared with float32 features, so that a file
 * exported for another library says the same. Never: allocates while it predicts.
 */
import { asArray, asCount, asNumbers, asRecord } from '../base/field.ts';
import { CLASS_COUNT } from './scores.ts';

export interface Forest {
  /** The first node of each tree. */
  readonly roots: readonly number[];
  /** Column of the split; 0 in a leaf. */
  readonly column: Uint8Array;
  /** Threshold of the split (left when the value is below it), or what the leaf adds. */
  readonly value: Float32Array;
  /** The left child, counted from the root; the right one is next to it. 0: a leaf. */
  readonly left: Uint8Array;
  /** What the split gained in loss; 0 in a leaf. */
  readonly gain: Float32Array;
  /** Sum of the hessians of the examples that came by. */
  readonly cover: Float32Array;
}

export const EMPTY_FOREST: Forest = {
  roots: [],
  column: new Uint8Array(0),
  value: new Float32Array(0),
  left: new Uint8Array(0),
  gain: new Float32Array(0),
  cover: new Float32Array(0),
};

/** What one tree adds. `row` is rounded to float32 here. */
export function treeValue(forest: Forest, tree: number, row: ArrayLike<number>): number {
  const { column, value, left } = forest;
  const root = forest.roots[tree]!;
  let node = root;
  let child = left[node]!;
  while (child !== 0) {
    node = root + child + (Math.fround(row[column[node]!]!) < value[node]! ? 0 : 1);
    child = left[node]!;
  }
  return value[node]!;
}

/** Adds all votes to `out`. */
export function addVotes(forest: Forest, row: ArrayLike<number>, out: Float64Array): void {
  const { roots } = forest;
  let hold = 0;
  let buy = 0;
  let sell = 0;
  for (let tree = 0; tree < roots.length; tree += CLASS_COUNT) {
    hold += treeValue(forest, tree, row);
    buy += treeValue(forest, tree + 1, row);
    sell += treeValue(forest, tree + 2, row);
  }
  out[0]! += hold;
  out[1]! += buy;
  out[2]! += sell;
}

/** Every column's share of the gain; all 0 where nothing was split. */
export function gainShares(forest: Forest, columns: number): number[] {
  const shares = new Array<number>(columns).fill(0);
  let total = 0;
  forest.left.forEach((child, node) => {
    if (child === 0) return;
    shares[forest.column[node]!]! += forest.gain[node]!;
    total += forest.gain[node]!;
  });
  return total > 0 ? shares.map(share => share / total) : shares;
}

/** As JSON: float32 in nine digits, which bring it back bit for bit. */
export const forestFields = (forest: Forest) => ({
  roots: forest.roots,
  column: Array.from(forest.column),
  value: Array.from(forest.value, shortest),
  left: Array.from(forest.left),
  gain: Array.from(forest.gain, shortest),
  cover: Array.from(forest.cover, shortest),
});

export const shortest = (value: number): number => Number(value.toPrecision(9));

/** Reads and checks: every path ends in a leaf of its own tree, every column exists. */
export function asForest(given: unknown, columns: number, what: string): Forest {
  const fields = asRecord(given, what);
  const roots = asNumbers(fields['roots'], null, `${what}.roots`);
  const count = asArray(fields['column'], null, `${what}.column`).length;
  const small = (name: string) =>
    Uint8Array.from(
      asNumbers(fields[name], count, `${what}.${name}`).map(number =>
        asSmall(number, `${what}.${name}`),
      ),
    );
  const wide = (name: string) =>
    Float32Array.from(asNumbers(fields[name], count, `${what}.${name}`));
  const forest: Forest = {
    roots,
    column: small('column'),
    value: wide('value'),
    left: small('left'),
    gain: wide('gain'),
    cover: wide('cover'),
  };
  checkForest(forest, columns, what);
  return forest;
}

function asSmall(value: number, what: string): number {
  if (asCount(value, what) > 255) throw new Error(`${what} is above 255`);
  return value;
}

function checkForest({ roots, column, left }: Forest, columns: number, what: string): void {
  if (roots.length % CLASS_COUNT !== 0) throw new Error(`${what}.roots are not whole rounds`);
  if ((roots[0] ?? left.length) !== 0) throw new Error(`${what}.roots do not begin at 0`);
  roots.forEach((root, tree) => {
    const end = roots[tree + 1] ?? left.length;
    if (!Number.isInteger(root) || root < (tree === 0 ? 0 : roots[tree - 1]! + 1) || end <= root)
      throw new Error(`${what}.roots do not ascend`);
    for (let node = root; node < end; node += 1) {
      const child = left[node]!;
      // A child lies behind its parent, so that no walk goes in a circle.
      if (child !== 0 && (child <= node - root || root + child + 1 >= end))
        throw new Error(`${what}.left leaves its tree`);
      if (column[node]! >= columns) throw new Error(`${what}.column is no feature`);
    }
  });
}
