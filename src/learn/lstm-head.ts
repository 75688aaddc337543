/**
 * The head: what stands behind the recurrent layer. A rectified layer with dropout, three logits,
 * and the gradient of both.
 *
 * Promises: sums are float64 in a fixed order. Never: drops a unit unless told which.
 */
import { type LstmShape, layerCount } from './lstm-shape.ts';
import { CLASS_COUNT } from './scores.ts';

/** Places of the head's parts among the network's parameters, and the scratch space of a batch. */
export interface Head {
  readonly hidden: number;
  readonly dense: number;
  readonly weights: number;
  readonly biases: number;
  readonly outputs: number;
  readonly outputBiases: number;
  /** count × dense, after dropout. */
  readonly activations: Float64Array;
  /** By which each of them was multiplied. */
  readonly factors: Float64Array;
  readonly denseSlopes: Float64Array;
}

/** For batches of up to `batch` sequences. */
export function createHead(shape: LstmShape, batch: number): Head {
  const { hidden, dense } = shape;
  const weights = layerCount(shape);
  const biases = weights + hidden * dense;
  const outputs = biases + dense;
  return {
    hidden,
    dense,
    weights,
    biases,
    outputs,
    outputBiases: outputs + dense * CLASS_COUNT,
    activations: new Float64Array(batch * dense),
    factors: new Float64Array(batch * dense),
    denseSlopes: new Float64Array(dense),
  };
}

/** One sequence's place in the batch, and what surrounds it. */
interface At {
  readonly each: number;
  readonly parameters: Float32Array;
  /** The last hidden states, count × hidden. */
  readonly states: Float64Array;
}

/** Writes the logits of one sequence. */
export function headForward(head: Head, { each, parameters, states }: At, logits: Float64Array) {
  const { hidden, dense, weights, biases, outputs, outputBiases, activations, factors } = head;
  for (let unit = 0; unit < dense; unit += 1) {
    let sum = parameters[biases + unit]!;
    for (let from = 0; from < hidden; from += 1)
      sum += states[each * hidden + from]! * parameters[weights + from * dense + unit]!;
    const place = each * dense + unit;
    activations[place] = Math.max(0, sum) * factors[place]!;
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
  { each, parameters, states }: At,
  by: {
    readonly slopes: Float64Array;
    readonly gradient: Float64Array;
    readonly stateSlopes: Float64Array;
  },
): void {
  const { hidden, dense, weights, biases, outputs, outputBiases } = head;
  const { activations, factors, denseSlopes } = head;
  const { slopes, gradient, stateSlopes } = by;
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
  for (let unit = 0; unit < dense; unit += 1) {
    const place = each * dense + unit;
    // Rectified or dropped: nothing passed here, so nothing comes back.
    if (activations[place] === 0) continue;
    const slope = denseSlopes[unit]! * factors[place]!;
    gradient[biases + unit]! += slope;
    for (let from = 0; from < hidden; from += 1) {
      gradient[weights + from * dense + unit]! += slope * states[each * hidden + from]!;
      stateSlopes[each * hidden + from]! += slope * parameters[weights + from * dense + unit]!;
    }
  }
}
