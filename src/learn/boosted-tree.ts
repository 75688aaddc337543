/**
 * Grows trees, the leaf with the most gain first, up to so many leaves and so deep.
 *
 * Promises: the same tree for the same gradients, rows and columns; leaf values are float32 as they
 * are kept, so that training adds exactly what a prediction will add.
 * Never: allocates per node: all working memory is made once per training.
 */
import type { Binned } from './boosted-bins.ts';
import { addNode, createDraft, type Draft, follow, forestOf, splitNode } from './boosted-draft.ts';
import type { Forest } from './boosted-forest.ts';
import {
  createHistogram,
  fillHistogram,
  findSplit,
  type Slopes,
  type Split,
  type SplitRules,
  subtractHistogram,
} from './boosted-histogram.ts';

export interface TreeRules extends SplitRules {
  /** 2 to the depth: whole levels. Fewer: the best leaves alone. */
  readonly leavesMax: number;
  readonly depthMax: number;
  /** What of a leaf's best value is taken. */
  readonly rate: number;
}

/** What a tree learns from. */
export interface TreeLesson extends Slopes {
  /** The columns that it may split on, ascending. */
  readonly columns: Uint8Array;
  /** How many rows at the head of `order` it is fitted to; the rest only follow it. */
  readonly fitted: number;
  /** A permutation of all rows. Left in another order. */
  readonly order: Uint32Array;
  /** Where the leaf values are added, `scores[row * stride]`. */
  readonly scores: Float64Array;
  readonly stride: number;
}

export interface Grower {
  readonly grow: (lesson: TreeLesson) => void;
  /** All trees so far; it grows. */
  readonly grown: Forest;
  /** A copy of the first so many trees. */
  readonly forest: (trees: number) => Forest;
}

/** Gains below this are rounding. */
const GAIN_MIN = 1e-9;

interface Bench {
  readonly data: Binned;
  readonly rules: TreeRules;
  readonly draft: Draft;
  readonly histograms: readonly Float64Array[];
  readonly leaves: LeafList;
  readonly split: Split;
  readonly spare: Uint32Array;
}

/** The leaves of the tree that grows, with their best splits. */
interface LeafList {
  count: number;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
  readonly node: Uint32Array;
  readonly depth: Uint8Array;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly splits: readonly Split[];
}

export function createGrower(data: Binned, rules: TreeRules, treesMax: number): Grower {
  const { leavesMax } = rules;
  const bench: Bench = {
    data,
    rules,
    draft: createDraft(treesMax * (2 * leavesMax - 1)),
    histograms: Array.from({ length: leavesMax }, () => createHistogram(data.columns)),
    leaves: {
      count: 0,
      from: new Uint32Array(leavesMax),
      to: new Uint32Array(leavesMax),
      node: new Uint32Array(leavesMax),
      depth: new Uint8Array(leavesMax),
      gradient: new Float64Array(leavesMax),
      hessian: new Float64Array(leavesMax),
      splits: Array.from({ length: leavesMax }, createSplit),
    },
    split: createSplit(),
    spare: new Uint32Array(data.rows),
  };
  return {
    grow: lesson => grow(bench, lesson),
    grown: bench.draft,
    forest: trees => forestOf(bench.draft, trees),
  };
}

const createSplit = (): Split => ({
  gain: 0,
  column: 0,
  bin: 0,
  leftGradient: 0,
  leftHessian: 0,
});

function grow(bench: Bench, lesson: TreeLesson): void {
  const { leaves, draft, rules, histograms } = bench;
  draft.roots.push(draft.count);
  plant(bench, lesson);
  if (rules.leavesMax > 1) {
    fillHistogram(histograms[0]!, { data: bench.data, slopes: lesson }, leafOf(bench, lesson, 0));
    weigh(bench, lesson, 0);
  }
  while (leaves.count < rules.leavesMax) {
    const leaf = bestLeaf(leaves);
    if (leaf < 0) break;
    splitLeaf(bench, lesson, leaf);
  }
  for (let leaf = 0; leaf < leaves.count; leaf += 1) settle(bench, lesson, leaf);
  follow(draft, bench.data, lesson);
}

/** The root: one leaf with all fitted rows. */
function plant(bench: Bench, { gradient, hessian, order, fitted }: TreeLesson): void {
  let slopes = 0;
  let bends = 0;
  for (let place = 0; place < fitted; place += 1) {
    slopes += gradient[order[place]!]!;
    bends += hessian[order[place]!]!;
  }
  bench.leaves.count = 1;
  addLeaf(bench, 0, { from: 0, to: fitted, depth: 0, gradient: slopes, hessian: bends });
}

const leafOf = ({ leaves }: Bench, { order, columns }: TreeLesson, leaf: number) => ({
  order,
  columns,
  from: leaves.from[leaf]!,
  to: leaves.to[leaf]!,
});

/** Finds the best split of a leaf whose histogram is filled. */
function weigh({ data, rules, leaves, histograms }: Bench, lesson: TreeLesson, leaf: number): void {
  findSplit(leaves.splits[leaf]!, histograms[leaf]!, {
    data,
    rules,
    columns: lesson.columns,
    gradient: leaves.gradient[leaf]!,
    hessian: leaves.hessian[leaf]!,
  });
}

/** The leaf with the most gain; −1: none is worth a split. */
function bestLeaf({ count, splits }: LeafList): number {
  let best = -1;
  let gain = GAIN_MIN;
  for (let leaf = 0; leaf < count; leaf += 1)
    if (splits[leaf]!.gain > gain) {
      gain = splits[leaf]!.gain;
      best = leaf;
    }
  return best;
}

/** The smaller child gets a place of its own, so that only its rows are summed again. */
function splitLeaf(bench: Bench, lesson: TreeLesson, leaf: number): void {
  const { draft, leaves, split, data } = bench;
  Object.assign(split, leaves.splits[leaf]!);
  const node = leaves.node[leaf]!;
  splitNode(draft, node, split);
  draft.value[node] = data.edges[split.column]![split.bin]!;
  const from = leaves.from[leaf]!;
  const to = leaves.to[leaf]!;
  const middle = part(bench, lesson, { from, to });
  const other = leaves.count;
  leaves.count += 1;
  const isLeftSmaller = middle - from < to - middle;
  const depth = leaves.depth[leaf]! + 1;
  const rightSide = {
    ...{ from: middle, to, depth },
    gradient: leaves.gradient[leaf]! - split.leftGradient,
    hessian: leaves.hessian[leaf]! - split.leftHessian,
  };
  const leftSide = {
    ...{ from, to: middle, depth },
    gradient: split.leftGradient,
    hessian: split.leftHessian,
  };
  addLeaf(bench, isLeftSmaller ? other : leaf, leftSide);
  addLeaf(bench, isLeftSmaller ? leaf : other, rightSide);
  if (depth === bench.rules.depthMax || leaves.count === bench.rules.leavesMax) return;
  const { histograms } = bench;
  fillHistogram(histograms[other]!, { data, slopes: lesson }, leafOf(bench, lesson, other));
  subtractHistogram(histograms[leaf]!, histograms[other]!);
  weigh(bench, lesson, leaf);
  weigh(bench, lesson, other);
}

interface Side extends Span {
  readonly depth: number;
  readonly gradient: number;
  readonly hessian: number;
}

/** A leaf of its own node, without a split so far. */
function addLeaf({ leaves, draft }: Bench, leaf: number, side: Side): void {
  const node = addNode(draft, side.hessian);
  leaves.from[leaf] = side.from;
  leaves.to[leaf] = side.to;
  leaves.node[leaf] = node;
  leaves.depth[leaf] = side.depth;
  leaves.gradient[leaf] = side.gradient;
  leaves.hessian[leaf] = side.hessian;
  leaves.splits[leaf]!.gain = 0;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Puts the rows that go left first, each side in its order; returns where the right ones begin. */
function part({ data, split, spare }: Bench, { order }: TreeLesson, { from, to }: Span): number {
  const { bins, columns } = data;
  const { column, bin } = split;
  let left = from;
  let right = 0;
  for (let index = from; index < to; index += 1) {
    const row = order[index]!;
    if (bins[row * columns + column]! <= bin) {
      order[left] = row;
      left += 1;
    } else {
      spare[right] = row;
      right += 1;
    }
  }
  for (let index = 0; index < right; index += 1) order[left + index] = spare[index]!;
  return left;
}

/** Gives a leaf its value, and adds it to the scores of its rows. */
function settle({ draft, leaves, rules }: Bench, lesson: TreeLesson, leaf: number): void {
  const { order, scores, stride } = lesson;
  const step = leaves.gradient[leaf]! / (leaves.hessian[leaf]! + rules.shrinkage);
  // `+ 0`: never −0, which a file would lose.
  const value = Math.fround(-rules.rate * step) + 0;
  draft.value[leaves.node[leaf]!] = value;
  const to = leaves.to[leaf]!;
  for (let place = leaves.from[leaf]!; place < to; place += 1)
    scores[order[place]! * stride]! += value;
}
