/**
 * The LSTM as an ONNX graph: a batch of sequences of raw feature rows in, probabilities out.
 *
 * Promises: the features are rounded to the steps that the model was trained on, so that what comes
 * out is what the model says. Never: holds what only a training needs.
 */
import { type PlainLstm, transposed } from './lstm-plain.ts';
import type { LstmShape } from './lstm-shape.ts';
import { encodeOnnx, type OnnxConstant, type OnnxNode } from './onnx.ts';
import { CLASS_COUNT } from './scores.ts';

/** How features were rounded: to multiples of 1/`perUnit`, at most `stepsMax` from 0. */
export interface Rounding {
  readonly perUnit: number;
  readonly stepsMax: number;
}

export function lstmOnnx(
  plain: PlainLstm,
  rounding: Rounding,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const { steps, inputs } = plain.shape;
  return encodeOnnx({
    name: 'deep_signal_model',
    nodes: [...roundingNodes(), ...layerNodes(plain.shape)],
    inputs: [{ name: 'sequence', shape: ['batch', steps, inputs] }],
    outputs: [{ name: 'probabilities', shape: ['batch', CLASS_COUNT] }],
    constants: [...roundingConstants(rounding), ...weightConstants(plain)],
    metadata,
  });
}

/** floor(x · perUnit + 1/2) / perUnit, clipped. */
const roundingNodes = (): OnnxNode[] => [
  { operator: 'Mul', inputs: ['sequence', 'per_unit'], outputs: ['fine'] },
  { operator: 'Add', inputs: ['fine', 'half'], outputs: ['above'] },
  { operator: 'Floor', inputs: ['above'], outputs: ['whole'] },
  { operator: 'Clip', inputs: ['whole', 'least', 'most'], outputs: ['clipped'] },
  { operator: 'Mul', inputs: ['clipped', 'unit'], outputs: ['rounded'] },
];

const roundingConstants = ({ perUnit, stepsMax }: Rounding): OnnxConstant[] => [
  { name: 'per_unit', shape: [], floats: [perUnit] },
  { name: 'half', shape: [], floats: [0.5] },
  { name: 'least', shape: [], floats: [-stepsMax] },
  { name: 'most', shape: [], floats: [stepsMax] },
  { name: 'unit', shape: [], floats: [1 / perUnit] },
];

const layerNodes = ({ hidden }: LstmShape): OnnxNode[] => [
  {
    operator: 'Transpose',
    inputs: ['rounded'],
    outputs: ['by_step'],
    attributes: { perm: { wholes: [1, 0, 2] } },
  },
  {
    operator: 'LSTM',
    inputs: ['by_step', 'input_weight', 'recurrent_weight', 'recurrent_bias'],
    outputs: ['', 'last_state'],
    attributes: { hidden_size: { whole: hidden } },
  },
  { operator: 'Squeeze', inputs: ['last_state', 'first_axis'], outputs: ['state'] },
  {
    operator: 'Gather',
    inputs: ['rounded', 'last_step'],
    outputs: ['last_row'],
    attributes: { axis: { whole: 1 } },
  },
  {
    operator: 'Concat',
    inputs: ['state', 'last_row'],
    outputs: ['seen'],
    attributes: { axis: { whole: 1 } },
  },
  { operator: 'Gemm', inputs: ['seen', 'dense_weight', 'dense_bias'], outputs: ['dense'] },
  { operator: 'Relu', inputs: ['dense'], outputs: ['rectified'] },
  { operator: 'Gemm', inputs: ['rectified', 'output_weight', 'output_bias'], outputs: ['logits'] },
  {
    operator: 'Softmax',
    inputs: ['logits'],
    outputs: ['probabilities'],
    attributes: { axis: { whole: 1 } },
  },
];

function weightConstants(plain: PlainLstm): OnnxConstant[] {
  const { steps, inputs, hidden, dense } = plain.shape;
  const width = 4 * hidden;
  const noBias = new Float32Array(width);
  return [
    {
      name: 'input_weight',
      shape: [1, width, inputs],
      floats: inOnnxOrder(transposed(plain.input.weight, inputs)),
    },
    {
      name: 'recurrent_weight',
      shape: [1, width, hidden],
      floats: inOnnxOrder(transposed(plain.recurrent, hidden)),
    },
    {
      name: 'recurrent_bias',
      shape: [1, 2 * width],
      floats: [...inOnnxOrder(plain.input.bias), ...noBias],
    },
    { name: 'first_axis', shape: [1], wholes: [0] },
    { name: 'last_step', shape: [], wholes: [steps - 1] },
    { name: 'dense_weight', shape: [hidden + inputs, dense], floats: plain.dense.weight },
    { name: 'dense_bias', shape: [dense], floats: plain.dense.bias },
    { name: 'output_weight', shape: [dense, CLASS_COUNT], floats: plain.output.weight },
    { name: 'output_bias', shape: [CLASS_COUNT], floats: plain.output.bias },
  ];
}

/** From input, forget, candidate, output to the order of ONNX: input, output, forget, candidate. */
function inOnnxOrder(gates: Float32Array): Float32Array {
  const size = gates.length / 4;
  const result = new Float32Array(gates.length);
  [0, 3, 1, 2].forEach((gate, place) => {
    result.set(gates.subarray(gate * size, (gate + 1) * size), place * size);
  });
  return result;
}
