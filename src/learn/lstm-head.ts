/**
 * The head: what stands behind the recurrent layer. A rectified layer with dropout, three logits,
 * and the gradient of both.
 *
 * It sees what the recurrent layer made of the window and, beside it, the last row as it is: what a
 * row says by itself need not be learned through 32 steps (a shortcut, He et al. 2016).
 * Promises: sums are float64 in a fixed order. Never: drops a unit unless told which.
 */
import { type LstmShape, layerCount } from './lstm-shape.ts';
import { CLASS_COUNT } from './scores.ts';

/** Places of the head's parts among the network's parameters, and the scratch space of a batch. */
export interface Head {
  readonly hidden: number;
  /** hidden + inputs. */
  readonly width: number;
  readonly dense: number;
  readonly weights: number;
  readonly biases: number;
  readonly outputs: number;
  readonly outputBiases: number;
  /** What it sees, count × width: the caller writes it. */
  readonly seen: Float64Array;
  /** count × dense, after dropout. */
  readonly activations: Float64Array;
  /** By which each of them was multiplied: the caller writes them. */
  readonly factors: Float64Array;
  readonly denseSlopes: Float64Array;
}

/** For batches of up to `batch` sequences. */
export function createHead(shape: LstmShape, batch: number): Head {
  const { inputs, hidden, dense } = shape;
  const width = hidden + inputs;
  const weights = layerCount(shape);
  const biases = weights + width * dense;
  const outputs = biases + dense;
  return {
    hidden,
    width,
    dense,
    weights,
    biases,
    outputs,
    outputBiases: outputs + dense * CLASS_COUNT,
    seen: new Float64Array(batch * width),
    activations: new Float64Array(batch * dense),
    factors: new Float64Array(batch * dense),
    denseSlopes: new Float64Array(dense),
  };
}

/** Writes the logits of sequence `each` of the batch. */
export function headForward(
  head: Head,
  each: number,
  by: { readonly parameters: Float32Array; readonly logits: Float64Array },
): void {
  const { width, dense, weights, biases, outputs, outputBiases, seen, activations } = head;
  const { parameters, logits } = by;
  for (let unit = 0; unit < dense; unit += 1) {
    let sum = parameters[biases + unit]!;
    for (let from = 0; from < width; from += 1)
      sum += seen[each * width + from]! * parameters[weights + from * dense + unit]!;
    const place = each * dense + unit;
    activations[place] = Math.max(0, sum) * head.factors[place]!;
  }
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    let sum = parameters[outputBiases + name]!;
    for (let unit = 0; unit < dense; unit += 1)
      sum += activations[each * dense + unit]! * parameters[outputs + unit * CLASS_COUNT + name]!;
    logits[each * CLASS_COUNT + name] = sum;
  }
}

/**
 * Adds one sequence's part to the gradient and to the slopes by its hidden state, from the loss's
 * `slopes` by its logits. Call after its `headForward`.
 */
export function headBackward(
  head: Head,
  each: number,
  by: {
    readonly parameters: Float32Array;
    readonly slopes: Float64Array;
    readonly gradient: Float64Array;
    /** count × hidden. */
    readonly stateSlopes: Float64Array;
  },
): void {
  const { hidden, width, dense, weights, biases, seen, activations, denseSlopes } = head;
  const { parameters, gradient, stateSlopes } = by;
  outputBackward(head, each, by);
  for (let unit = 0; unit < dense; unit += 1) {
    const place = each * dense + unit;
    // Rectified or dropped: nothing passed here, so nothing comes back.
    if (activations[place] === 0) continue;
    const slope = denseSlopes[unit]! * head.factors[place]!;
    gradient[biases + unit]! += slope;
    for (let from = 0; from < width; from += 1)
      gradient[weights + from * dense + unit]! += slope * seen[each * width + from]!;
    for (let from = 0; from < hidden; from += 1)
      stateSlopes[each * hidden + from]! += slope * parameters[weights + from * dense + unit]!;
  }
}

/** Leaves the slopes by the rectified layer in `denseSlopes`. */
function outputBackward(
  head: Head,
  each: number,
  by: {
    readonly parameters: Float32Array;
    readonly slopes: Float64Array;
    readonly gradient: Float64Array;
  },
): void {
  const { dense, outputs, outputBiases, activations, denseSlopes } = head;
  const { parameters, slopes, gradient } = by;
  denseSlopes.fill(0);
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    const slope = slopes[each * CLASS_COUNT + name]!;
    gradient[outputBiases + name]! += slope;
    for (let unit = 0; unit < dense; unit += 1) {
      const place = outputs + unit * CLASS_COUNT + name;
      gradient[place]! += slope * activations[each * dense + unit]!;
      denseSlopes[unit]! += slope * parameters[place]!;
    }
  }
}
