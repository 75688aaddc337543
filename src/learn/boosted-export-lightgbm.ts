/**
 * The boosted trees as a LightGBM model file (text, version 4).
 *
 * Promises: `predict` there gives the calibrated probabilities given here: the class frequencies
 * stand as a first round of trees without a split, every leaf is divided by the temperature, and
 * thresholds are set so that a double goes where its float32 would go.
 * Never: invents the counts of examples that LightGBM would need to explain a prediction.
 */
import type { BoostedModel } from './boosted-model.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { CLASS_COUNT } from './scores.ts';

/** A number goes left when it is not above the threshold; none is missing. */
const DECISION = 2;
/** Feature rows are clipped to this. */
const FEATURE_RANGE = '[-4:4]';

export function exportLightgbm(model: BoostedModel): string {
  const starts = model.prior.map(value => [`num_leaves=1`, 'num_cat=0', `leaf_value=${value}`]);
  const trees = [...starts, ...model.forest.roots.map((_, tree) => treeLines(model, tree))].map(
    (lines, tree) => `Tree=${tree}\n${lines.join('\n')}\nis_linear=0\nshrinkage=1\n\n\n`,
  );
  return [
    'tree',
    'version=v4',
    `num_class=${CLASS_COUNT}`,
    `num_tree_per_iteration=${CLASS_COUNT}`,
    'label_index=0',
    `max_feature_idx=${FEATURE_COUNT - 1}`,
    `objective=multiclass num_class:${CLASS_COUNT}`,
    `feature_names=${FEATURE_NAMES.join(' ')}`,
    `feature_infos=${FEATURE_NAMES.map(() => FEATURE_RANGE).join(' ')}`,
    `tree_sizes=${trees.map(text => text.length).join(' ')}`,
    '',
    `${trees.join('')}end of trees`,
    '',
  ].join('\n');
}

/** LightGBM numbers splits and leaves apart; a leaf is named by the complement of its number. */
function treeLines({ forest, temperature }: BoostedModel, tree: number): string[] {
  const root = forest.roots[tree]!;
  const end = forest.roots[tree + 1] ?? forest.left.length;
  const nodes = Array.from({ length: end - root }, (_, at) => root + at);
  const splits = nodes.filter(node => forest.left[node] !== 0);
  const leaves = nodes.filter(node => forest.left[node] === 0);
  const nameOf = (node: number): number =>
    forest.left[node] === 0 ? ~leaves.indexOf(node) : splits.indexOf(node);
  const list = (name: string, of: readonly number[], value: (node: number) => number) =>
    `${name}=${of.map(value).join(' ')}`;
  const leafLines = [
    list('leaf_value', leaves, node => forest.value[node]! / temperature),
    list('leaf_weight', leaves, node => forest.cover[node]!),
  ];
  if (splits.length === 0) return ['num_leaves=1', 'num_cat=0', ...leafLines];
  return [
    `num_leaves=${leaves.length}`,
    'num_cat=0',
    list('split_feature', splits, node => forest.column[node]!),
    list('split_gain', splits, node => forest.gain[node]!),
    list('threshold', splits, node => lastBelow(forest.value[node]!)),
    list('decision_type', splits, () => DECISION),
    list('left_child', splits, node => nameOf(root + forest.left[node]!)),
    list('right_child', splits, node => nameOf(root + forest.left[node]! + 1)),
    ...leafLines,
    list('internal_weight', splits, node => forest.cover[node]!),
  ];
}

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);
const double = new Float64Array(1);
const doubleBits = new BigInt64Array(double.buffer);

/**
 * The highest double whose float32 is below the threshold: half of the way down to the float32
 * before it, or the double before that where the half would be rounded up (ties go to even).
 */
export function lastBelow(threshold: number): number {
  single[0] = threshold;
  singleBits[0] = threshold === 0 ? -0x7f_ff_ff_ff : singleBits[0]! + (threshold > 0 ? -1 : 1);
  const middle = (threshold + single[0]!) / 2;
  if (Math.fround(middle) < threshold) return middle;
  double[0] = middle;
  doubleBits[0] = doubleBits[0]! + (middle > 0 ? -1n : 1n);
  return double[0]!;
}
