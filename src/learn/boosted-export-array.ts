/**
 * The boosted trees as arrays: one matrix for numpy, named tensors for safetensors.
 *
 * The matrix is complete by itself: p = softmax(the sums of the leaves by class), where the class
 * frequencies stand as a first round of leaves and every leaf is divided by the temperature. The
 * tensors are the model's own: the logit of class t mod 3 begins at the prior, tree t adds to it, and
 * p = softmax(prior + (logit − prior) / temperature). In both a row goes left where its feature, as
 * float32, is below the threshold.
 * Promises: with what is written here, what the model says can be computed from them alone.
 */
import type { Tensor } from '../core/component.ts';
import type { BoostedModel } from './boosted-model.ts';
import { CLASS_COUNT } from './scores.ts';

/**
 * Columns of the matrix, a row per node. In a split `value` is its threshold, in a leaf what it
 * adds; `left` and `right` are rows; they and `feature` are −1 in a leaf.
 */
export const NODE_COLUMNS = 'tree class feature value left right gain cover'.split(' ');
const LEAF = [-1, -1];

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export function nodeMatrix({ forest, prior, temperature }: BoostedModel): Matrix {
  const { roots, column, value, left, gain, cover } = forest;
  const rows = prior.map((start, name) => [name, name, -1, start, ...LEAF, 0, 0]);
  roots.forEach((root, tree) => {
    const place = CLASS_COUNT + tree;
    for (let node = root; node < (roots[tree + 1] ?? left.length); node += 1) {
      const isLeaf = left[node] === 0;
      const child = CLASS_COUNT + root + left[node]!;
      const said = isLeaf
        ? [-1, value[node]! / temperature, ...LEAF]
        : [column[node]!, value[node]!, child, child + 1];
      rows.push([place, tree % CLASS_COUNT, ...said, gain[node]!, cover[node]!]);
    }
  });
  return { rows: rows.length, columns: NODE_COLUMNS.length, data: Float64Array.from(rows.flat()) };
}

/** The forest's arrays: `left` counts from its tree's root, the right child stands behind it. */
export function forestTensors({
  forest,
  prior,
  temperature,
}: BoostedModel): Readonly<Record<string, Tensor>> {
  const wide = (values: ArrayLike<number>): Tensor => ({
    shape: [values.length],
    data: Float64Array.from(values),
  });
  const narrow = (data: Float32Array): Tensor => ({ shape: [data.length], data });
  return {
    'forest.roots': wide(forest.roots),
    'forest.column': wide(forest.column),
    'forest.left': wide(forest.left),
    'forest.value': narrow(forest.value),
    'forest.gain': narrow(forest.gain),
    'forest.cover': narrow(forest.cover),
    'calibration.prior': wide(prior),
    'calibration.temperature': wide([temperature]),
  };
}
