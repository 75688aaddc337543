/**
 * The draft of a forest: the nodes of all trees grown so far, the bins of their splits included.
 *
 * Promises: is a forest that can be asked at any time between two trees. Never: grows beyond the
 * nodes that it was made for.
 */
import type { Binned } from './boosted-bins.ts';
import type { Forest } from './boosted-forest.ts';
import type { Split } from './boosted-histogram.ts';

export interface Draft extends Forest {
  readonly roots: number[];
  /** Nodes so far. */
  count: number;
  /** The last bin of the left side; thresholds are its edges. */
  readonly bin: Uint8Array;
}

export const createDraft = (nodesMax: number): Draft => ({
  roots: [],
  count: 0,
  column: new Uint8Array(nodesMax),
  bin: new Uint8Array(nodesMax),
  value: new Float32Array(nodesMax),
  left: new Uint8Array(nodesMax),
  gain: new Float32Array(nodesMax),
  cover: new Float32Array(nodesMax),
});

/** A leaf, until it is split. */
export function addNode(draft: Draft, cover: number): number {
  const node = draft.count;
  draft.count += 1;
  draft.column[node] = 0;
  draft.left[node] = 0;
  draft.gain[node] = 0;
  draft.cover[node] = cover;
  return node;
}

/** Its children are the next two nodes to be added. */
export function splitNode(draft: Draft, node: number, split: Split): void {
  draft.column[node] = split.column;
  draft.bin[node] = split.bin;
  draft.left[node] = draft.count - draft.roots.at(-1)!;
  draft.gain[node] = split.gain;
}

interface Followers {
  readonly order: Uint32Array;
  readonly fitted: number;
  readonly scores: Float64Array;
  readonly stride: number;
}

/** Adds the tree's value to the scores of the rows that it was not fitted to. */
export function follow(draft: Draft, data: Binned, lesson: Followers): void {
  const { order, fitted, scores, stride } = lesson;
  const root = draft.roots.at(-1)!;
  for (let place = fitted; place < order.length; place += 1) {
    const row = order[place]!;
    const start = row * data.columns;
    let node = root;
    while (draft.left[node] !== 0) {
      const isRight = data.bins[start + draft.column[node]!]! > draft.bin[node]!;
      node = root + draft.left[node]! + (isRight ? 1 : 0);
    }
    scores[row * stride]! += draft.value[node]!;
  }
}

export function forestOf(draft: Draft, trees: number): Forest {
  const end = draft.roots[trees] ?? draft.count;
  return {
    roots: draft.roots.slice(0, trees),
    column: draft.column.slice(0, end),
    value: draft.value.slice(0, end),
    left: draft.left.slice(0, end),
    gain: draft.gain.slice(0, end),
    cover: draft.cover.slice(0, end),
  };
}
