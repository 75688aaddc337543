/**
 * The boosted trees as an ONNX graph: feature rows in, the class and its probabilities out.
 *
 * One TreeEnsembleClassifier with its softmax; the class frequencies are its base, and every leaf is
 * divided by the temperature. Promises: what `predictBoosted` says, to float32. Never: changes a
 * threshold.
 */
import { EMPTY_FOREST, type Forest } from './boosted-forest.ts';
import type { BoostedModel } from './boosted-model.ts';
import { FEATURE_COUNT } from './features.ts';
import { encodeOnnx, type OnnxAttribute } from './onnx.ts';
import { CLASS_COUNT } from './scores.ts';

export function exportOnnx(
  { forest, temperature, prior }: BoostedModel,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const grown = forest.roots.length === 0 ? ONE_LEAF : forest;
  const classes = Array.from({ length: CLASS_COUNT }, (_, name) => name);
  return encodeOnnx({
    name: 'signal_model',
    nodes: [
      {
        operator: 'TreeEnsembleClassifier',
        domain: 'ai.onnx.ml',
        inputs: ['features'],
        outputs: ['label', 'probabilities'],
        attributes: {
          ...splitAttributes(grown),
          ...leafAttributes(grown, temperature),
          base_values: { floats: prior },
          classlabels_int64s: { wholes: classes },
          post_transform: { text: 'SOFTMAX' },
        },
      },
    ],
    inputs: [{ name: 'features', shape: ['rows', FEATURE_COUNT] }],
    outputs: [
      { name: 'label', shape: ['rows'], kind: 'whole' },
      { name: 'probabilities', shape: ['rows', CLASS_COUNT] },
    ],
    constants: [],
    metadata,
  });
}

/** A forest without a tree would be no ensemble: a leaf that adds nothing stands for it. */
const ONE_LEAF: Forest = {
  ...EMPTY_FOREST,
  roots: [0],
  column: new Uint8Array(1),
  value: new Float32Array(1),
  left: new Uint8Array(1),
};

/** A node: its tree, and its place counted from the tree's root. */
interface Node {
  readonly tree: number;
  readonly node: number;
  /** Its place in the forest's arrays. */
  readonly at: number;
}

const nodesOf = ({ roots, left }: Forest): Node[] =>
  roots.flatMap((root, tree) =>
    Array.from({ length: (roots[tree + 1] ?? left.length) - root }, (_, node) => ({
      ...{ tree, node, at: root + node },
    })),
  );

function splitAttributes(forest: Forest): Record<string, OnnxAttribute> {
  const { column, value, left } = forest;
  const nodes = nodesOf(forest);
  const isLeaf = ({ at }: Node): boolean => left[at] === 0;
  const wholes = (of: (node: Node) => number): OnnxAttribute => ({ wholes: nodes.map(of) });
  return {
    nodes_treeids: wholes(({ tree }) => tree),
    nodes_nodeids: wholes(({ node }) => node),
    nodes_featureids: wholes(({ at }) => column[at]!),
    nodes_truenodeids: wholes(({ at }) => left[at]!),
    nodes_falsenodeids: wholes(node => (isLeaf(node) ? 0 : left[node.at]! + 1)),
    nodes_missing_value_tracks_true: wholes(() => 0),
    nodes_modes: { texts: nodes.map(node => (isLeaf(node) ? 'LEAF' : 'BRANCH_LT')) },
    nodes_values: { floats: nodes.map(node => (isLeaf(node) ? 0 : value[node.at]!)) },
  };
}

function leafAttributes(forest: Forest, temperature: number): Record<string, OnnxAttribute> {
  const leaves = nodesOf(forest).filter(({ at }) => forest.left[at] === 0);
  return {
    class_treeids: { wholes: leaves.map(({ tree }) => tree) },
    class_nodeids: { wholes: leaves.map(({ node }) => node) },
    class_ids: { wholes: leaves.map(({ tree }) => tree % CLASS_COUNT) },
    class_weights: { floats: leaves.map(({ at }) => forest.value[at]! / temperature) },
  };
}
