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

/** Floats that a node takes in a blob. */
const NODE_FLOATS = 5;

/** As a blob holds it: the roots, then column after column of the nodes. Whole numbers are exact. */
export function forestFloats({ roots, column, value, left, gain, cover }: Forest): Float32Array {
  const count = column.length;
  const floats = new Float32Array(roots.length + NODE_FLOATS * count);
  floats.set(roots, 0);
  [column, left, value, gain, cover].forEach((values, place) => {
    floats.set(values, roots.length + place * count);
  });
  // What JSON could not say is not said here either.
  for (let index = 0; index < floats.length; index += 1) floats[index]! += 0;
  return floats;
}

/** Reads and checks, as `asForest` does. */
export function forestOfFloats(
  floats: Float32Array,
  { trees, columns }: { readonly trees: number; readonly columns: number },
): Forest {
  const count = (floats.length - trees) / NODE_FLOATS;
  if (!Number.isInteger(count) || count < 0) throw new Error('the blob holds no whole forest');
  for (let index = 0; index < floats.length; index += 1)
    if (!Number.isFinite(floats[index]) || Object.is(floats[index], -0))
      throw new Error('the blob holds a number that is none');
  const part = (place: number) =>
    floats.subarray(trees + place * count, trees + (place + 1) * count);
  const small = (place: number): Uint8Array => {
    const wide = part(place);
    const bytes = Uint8Array.from(wide);
    if (bytes.some((byte, node) => byte !== wide[node]))
      throw new Error('the blob holds a node that is none');
    return bytes;
  };
  const forest: Forest = {
    roots: Array.from(floats.subarray(0, trees)),
    column: small(0),
    left: small(1),
    value: part(2).slice(),
    gain: part(3).slice(),
    cover: part(4).slice(),
  };
  checkForest(forest, columns, 'blob.model.forest');
  return forest;
}

/** Reads and checks: every path ends in a leaf of its own tree, every column exists. */
export function asForest(given: unknown, columns: number, what: string): Forest {
  const fields = asRecord(given, what);
  const roots = asNumbers(fields['roots'], null, `${what}.roots`);
  const count = asArray(fields['column'], null, `${what}.column`).length;
  const small = (name: string) => {
    const path = `${what}.${name}`;
    const numbers = asNumbers(fields[name], count, path);
    for (const number of numbers) asSmall(number, path);
    return Uint8Array.from(numbers);
  };
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

function asSmall(value: number, what: string): void {
  if (asCount(value, what) > 255) throw new Error(`${what} is above 255`);
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
