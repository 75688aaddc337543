/**
 * The shape of the LSTM network, where each part of its parameters stands, and how it begins.
 *
 *   input      inputs × 4·hidden    gates side by side: input, forget, candidate, output
 *   recurrent  hidden × 4·hidden
 *   bias       4·hidden
 *   dense      (hidden + inputs) × dense, then dense biases: it sees the last hidden state, and
 *              beside it the last row itself
 *   output     dense × 3, then 3 biases
 *
 * Promises: one flat float32 array, matrices row by row (the layout of Keras).
 */
import { Rng, type RngState } from '../base/rng.ts';
import { CLASS_COUNT } from './scores.ts';

export interface LstmShape {
  /** Rows of a sequence. */
  readonly steps: number;
  readonly inputs: number;
  /** Units of the LSTM; a multiple of 8 (the kernel's vectors). */
  readonly hidden: number;
  /** Units of the rectified layer behind it. */
  readonly dense: number;
}

export interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

/** The parts in their order. The first three are the recurrent layer's. */
export function partsOf({ inputs, hidden, dense }: LstmShape): readonly Part[] {
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    ['lstm.input', [inputs, 4 * hidden]],
    ['lstm.recurrent', [hidden, 4 * hidden]],
    ['lstm.bias', [4 * hidden]],
    ['dense.weight', [hidden + inputs, dense]],
    ['dense.bias', [dense]],
    ['output.weight', [dense, CLASS_COUNT]],
    ['output.bias', [CLASS_COUNT]],
  ];
  let end = 0;
  return shapes.map(([name, shape]) => {
    const start = end;
    end += sizeOf(shape);
    return { name, shape, start, end };
  });
}

/** Parameters of the recurrent layer alone. */
export const layerCount = ({ inputs, hidden }: LstmShape): number =>
  (inputs + hidden + 1) * 4 * hidden;

export const parameterCount = (shape: LstmShape): number => partsOf(shape).at(-1)!.end;

/**
 * Uniform start of Glorot & Bengio (2010), each gate a matrix of its own. The forget gate begins
 * open (Józefowicz et al. 2015); the output begins at the prior, that is with no opinion.
 */
export function initialParameters(
  shape: LstmShape,
  seed: RngState,
  prior: readonly number[],
): Float32Array {
  const { inputs, hidden, dense } = shape;
  const rng = new Rng(seed);
  const parameters = new Float32Array(parameterCount(shape));
  const [input, recurrent, bias, weight, , , outputBias] = partsOf(shape);
  const spread = (part: Part, reach: number) => {
    for (let index = part.start; index < part.end; index += 1)
      parameters[index] = (2 * rng.nextFloat() - 1) * reach;
  };
  spread(input!, Math.sqrt(6 / (inputs + hidden)));
  spread(recurrent!, Math.sqrt(6 / (hidden + hidden)));
  spread(weight!, Math.sqrt(6 / (hidden + inputs + dense)));
  parameters.fill(1, bias!.start + hidden, bias!.start + 2 * hidden);
  parameters.set(prior, outputBias!.start);
  return parameters;
}
