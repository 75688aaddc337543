/**
 * Histograms of gradients: the sums by which a split is chosen (LightGBM's form; Ke et al. 2017).
 *
 * Promises: sums in float64 in the order of the rows, hence the same on every machine.
 * Never: allocates.
 */
import { BINS_MAX, type Binned } from './boosted-bins.ts';

/** Gradient and hessian, side by side. */
const LANES = 2;

export interface Slopes {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
}

/** Rows `order[from..to)`, in columns that this tree may split on. */
export interface Leaf {
  readonly order: Uint32Array;
  readonly from: number;
  readonly to: number;
  readonly columns: Uint8Array;
}

export const createHistogram = (columns: number): Float64Array =>
  new Float64Array(columns * BINS_MAX * LANES);

export function fillHistogram(
  histogram: Float64Array,
  { data, slopes }: { readonly data: Binned; readonly slopes: Slopes },
  { order, from, to, columns }: Leaf,
): void {
  const { bins, columns: width } = data;
  const { gradient, hessian } = slopes;
  histogram.fill(0);
  for (let place = from; place < to; place += 1) {
    const row = order[place]!;
    const slope = gradient[row]!;
    const bend = hessian[row]!;
    const start = row * width;
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index]!;
      const slot = (column * BINS_MAX + bins[start + column]!) * LANES;
      histogram[slot]! += slope;
      histogram[slot + 1]! += bend;
    }
  }
}

/** What is left of the parent without one child: the other child. */
export function subtractHistogram(parent: Float64Array, child: Float64Array): void {
  for (let slot = 0; slot < parent.length; slot += 1) parent[slot]! -= child[slot]!;
}

/** Filled by `findSplit`. */
export interface Split {
  /** 0: there is none. */
  gain: number;
  column: number;
  /** Left are all bins up to this one. */
  bin: number;
  leftGradient: number;
  leftHessian: number;
}

export interface SplitRules {
  /** L2 shrinkage of leaf values. */
  readonly shrinkage: number;
  /** The least sum of hessians in a child. */
  readonly hessianMin: number;
}

/** The split with the most gain (Chen & Guestrin 2016, eq. 7, without the half). */
export function findSplit(
  split: Split,
  histogram: Float64Array,
  node: {
    readonly data: Binned;
    readonly columns: Uint8Array;
    readonly gradient: number;
    readonly hessian: number;
    readonly rules: SplitRules;
  },
): void {
  const { data, columns, gradient, hessian, rules } = node;
  const { shrinkage, hessianMin } = rules;
  const whole = (gradient * gradient) / (hessian + shrinkage);
  split.gain = 0;
  for (let index = 0; index < columns.length; index += 1) {
    const column = columns[index]!;
    const last = data.edges[column]!.length;
    let leftGradient = 0;
    let leftHessian = 0;
    for (let bin = 0; bin < last; bin += 1) {
      const slot = (column * BINS_MAX + bin) * LANES;
      leftGradient += histogram[slot]!;
      leftHessian += histogram[slot + 1]!;
      if (leftHessian < hessianMin) continue;
      const rightHessian = hessian - leftHessian;
      if (rightHessian < hessianMin) break;
      const rightGradient = gradient - leftGradient;
      const gain =
        (leftGradient * leftGradient) / (leftHessian + shrinkage) +
        (rightGradient * rightGradient) / (rightHessian + shrinkage) -
        whole;
      if (gain > split.gain) {
        split.gain = gain;
        split.column = column;
        split.bin = bin;
        split.leftGradient = leftGradient;
        split.leftHessian = leftHessian;
      }
    }
  }
}
