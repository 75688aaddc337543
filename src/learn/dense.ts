/**
 * A small dense network: inputs → rectified layer → three logits, with its gradient.
 *
 * Promises: parameters are float32 in one array (hidden weights row by row, hidden biases, output
 * weights row by row, output biases); sums are float64 in a fixed order. Never: keeps anything
 * between calls but scratch space.
 */
import { Rng, type RngState } from '../base/rng.ts';
import { CLASS_COUNT } from './scores.ts';

export interface Architecture {
  readonly inputs: number;
  readonly hidden: number;
  readonly outputs: typeof CLASS_COUNT;
}

/** Where each part of the parameters begins, and their count. */
export interface Layout {
  readonly hiddenBias: number;
  readonly outputWeights: number;
  readonly outputBias: number;
  readonly count: number;
}

export function layoutOf(architecture: Architecture): Layout {
  const { inputs, hidden, outputs } = architecture;
  const hiddenBias = inputs * hidden;
  const outputWeights = hiddenBias + hidden;
  const outputBias = outputWeights + hidden * outputs;
  return { hiddenBias, outputWeights, outputBias, count: outputBias + outputs };
}

/** Uniform start of Glorot & Bengio (2010); the output begins at 0, that is at no opinion. */
export function initialParameters(architecture: Architecture, seed: RngState): Float32Array {
  const { inputs, hidden } = architecture;
  const rng = new Rng(seed);
  const parameters = new Float32Array(layoutOf(architecture).count);
  const reach = Math.sqrt(6 / (inputs + hidden));
  for (let index = 0; index < inputs * hidden; index += 1)
    parameters[index] = (2 * rng.nextFloat() - 1) * reach;
  return parameters;
}

/** A network with its scratch space. `row` is where an input row begins in `matrix`. */
export interface Network {
  /** The logits of an input row; overwritten by the next call. */
  forward(matrix: Float64Array, start: number): Float64Array;
  /** Adds the gradient of one example's log-loss to `gradient`; call after its `forward`. */
  backward(matrix: Float64Array, start: number, label: number): void;
  readonly gradient: Float64Array;
}

export function createNetwork(architecture: Architecture, parameters: Float32Array): Network {
  const { inputs, hidden } = architecture;
  const layout = layoutOf(architecture);
  const activations = new Float64Array(hidden);
  const logits = new Float64Array(CLASS_COUNT);
  const errors = new Float64Array(CLASS_COUNT);
  const gradient = new Float64Array(layout.count);

  function forward(matrix: Float64Array, start: number): Float64Array {
    for (let unit = 0; unit < hidden; unit += 1) {
      const weights = unit * inputs;
      let sum = parameters[layout.hiddenBias + unit]!;
      for (let input = 0; input < inputs; input += 1)
        sum += parameters[weights + input]! * matrix[start + input]!;
      activations[unit] = Math.max(0, sum);
    }
    for (let name = 0; name < CLASS_COUNT; name += 1) {
      const weights = layout.outputWeights + name * hidden;
      let sum = parameters[layout.outputBias + name]!;
      for (let unit = 0; unit < hidden; unit += 1)
        sum += parameters[weights + unit]! * activations[unit]!;
      logits[name] = sum;
    }
    return logits;
  }

  function backward(matrix: Float64Array, start: number, label: number): void {
    softmaxErrors(logits, label, errors);
    for (let name = 0; name < CLASS_COUNT; name += 1) {
      const weights = layout.outputWeights + name * hidden;
      gradient[layout.outputBias + name]! += errors[name]!;
      for (let unit = 0; unit < hidden; unit += 1)
        gradient[weights + unit]! += errors[name]! * activations[unit]!;
    }
    for (let unit = 0; unit < hidden; unit += 1) {
      if (activations[unit]! <= 0) continue;
      let error = 0;
      for (let name = 0; name < CLASS_COUNT; name += 1)
        error += errors[name]! * parameters[layout.outputWeights + name * hidden + unit]!;
      gradient[layout.hiddenBias + unit]! += error;
      const weights = unit * inputs;
      for (let input = 0; input < inputs; input += 1)
        gradient[weights + input]! += error * matrix[start + input]!;
    }
  }

  return { forward, backward, gradient };
}

/** Softmax minus the truth: the log-loss's gradient by the logits. */
function softmaxErrors(logits: Float64Array, label: number, errors: Float64Array): void {
  const highest = Math.max(logits[0]!, logits[1]!, logits[2]!);
  let sum = 0;
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    errors[name] = Math.exp(logits[name]! - highest);
    sum += errors[name]!;
  }
  for (let name = 0; name < CLASS_COUNT; name += 1)
    errors[name] = errors[name]! / sum - (name === label ? 1 : 0);
}
