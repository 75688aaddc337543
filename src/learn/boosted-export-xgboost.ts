/**
 * The boosted trees as an XGBoost model file (JSON, as XGBoost 1.7 writes it).
 *
 * Promises: `predict` there gives the calibrated probabilities given here, up to its float32 sums:
 * the class frequencies stand as a first round of trees without a split, and every leaf is divided
 * by the temperature. Never: needs a feature to be anything but float32, which XGBoost makes it.
 */
import type { Forest } from './boosted-forest.ts';
import type { BoostedModel } from './boosted-model.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { CLASS_COUNT } from './scores.ts';

/** Where XGBoost names no parent, and no child. */
const NO_PARENT = 2_147_483_647;
const NO_CHILD = -1;

/** The text of the file. */
export function exportXgboost(model: BoostedModel): string {
  const trees = [
    ...model.prior.map(start => lonelyLeaf(start)),
    ...model.forest.roots.map((_, tree) => treeOf(model, tree)),
  ];
  const file = {
    learner: {
      attributes: {},
      feature_names: FEATURE_NAMES,
      feature_types: FEATURE_NAMES.map(() => 'float'),
      gradient_booster: {
        model: {
          gbtree_model_param: {
            num_parallel_tree: '1',
            num_trees: String(trees.length),
            size_leaf_vector: '0',
          },
          tree_info: trees.map((_, tree) => tree % CLASS_COUNT),
          trees: trees.map((tree, id) => ({ ...tree, id })),
        },
        name: 'gbtree',
      },
      learner_model_param: {
        base_score: '5E-1',
        boost_from_average: '1',
        num_class: String(CLASS_COUNT),
        num_feature: String(FEATURE_COUNT),
        num_target: '1',
      },
      objective: {
        name: 'multi:softprob',
        softmax_multiclass_param: { num_class: String(CLASS_COUNT) },
      },
    },
    version: [1, 7, 4],
  };
  return JSON.stringify(file).replace(MARKED, '$1');
}

const lonelyLeaf = (value: number) => nodesOf([{ value, left: 0, column: 0, gain: 0, cover: 0 }]);

function treeOf({ forest, temperature }: BoostedModel, tree: number) {
  const from = forest.roots[tree]!;
  const to = forest.roots[tree + 1] ?? forest.left.length;
  const nodes: Node[] = [];
  for (let node = from; node < to; node += 1)
    nodes.push({
      column: forest.column[node]!,
      left: forest.left[node]!,
      value: forest.left[node] === 0 ? forest.value[node]! / temperature : forest.value[node]!,
      gain: forest.gain[node]!,
      cover: forest.cover[node]!,
    });
  return nodesOf(nodes);
}

/** A node of one tree; `left` counts from its root. */
type Node = { readonly [K in Exclude<keyof Forest, 'roots'>]: number };

function nodesOf(nodes: readonly Node[]) {
  const zeros = nodes.map(() => 0);
  const parents = nodes.map(() => NO_PARENT);
  nodes.forEach(({ left }, node) => {
    if (left !== 0) parents[left] = parents[left + 1] = node;
  });
  return {
    base_weights: nodes.map(({ left, value }) => float(left === 0 ? value : 0)),
    categories: [],
    categories_nodes: [],
    categories_segments: [],
    categories_sizes: [],
    default_left: zeros,
    left_children: nodes.map(({ left }) => (left === 0 ? NO_CHILD : left)),
    loss_changes: nodes.map(({ gain }) => float(gain)),
    parents,
    right_children: nodes.map(({ left }) => (left === 0 ? NO_CHILD : left + 1)),
    split_conditions: nodes.map(({ value }) => float(value)),
    split_indices: nodes.map(({ column }) => column),
    split_type: zeros,
    sum_hessian: nodes.map(({ cover }) => float(cover)),
    tree_param: {
      num_deleted: '0',
      num_feature: String(FEATURE_COUNT),
      num_nodes: String(nodes.length),
      size_leaf_vector: '0',
    },
  };
}

/** XGBoost takes no whole number where it expects a float, and JSON.stringify writes 1 for 1.0. */
const float = (value: number): string => `~${Math.fround(value).toExponential(8)}~`;
const MARKED = /"~([^~]*)~"/g;
