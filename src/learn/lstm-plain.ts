/**
 * The LSTM as other programs know it: raw features in, probabilities out, and nothing around it.
 *
 * The scaler and the gate of attention are folded into the weights of whatever sees a feature, the
 * calibration into the output layer, so that plain layers say what ours say. The dense layer sees
 * the last state and, behind it, the last row.
 * Promises: folded in float64, kept as float32; matrices row by row, gates side by side in the order
 * input, forget, candidate, output (the layout of Keras). Never: changes the model it reads.
 */
import { must } from '../base/assert.ts';
import type { LstmModel } from './lstm-model.ts';
import { type LstmShape, partsOf } from './lstm-shape.ts';

/** A layer: what it sees × its units, row by row. */
export interface Layer {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

export interface PlainLstm {
  readonly shape: LstmShape;
  /** inputs × 4·hidden. */
  readonly input: Layer;
  /** hidden × 4·hidden. */
  readonly recurrent: Float32Array;
  /** (hidden + inputs) × dense. */
  readonly dense: Layer;
  /** dense × 3. */
  readonly output: Layer;
}

/** What our features become before a layer sees them: slope × (feature − mean). */
interface Surroundings {
  readonly slope: readonly number[];
  readonly mean: readonly number[];
}

export function plainLstm(
  shape: LstmShape,
  model: Pick<LstmModel, 'parameters' | 'scaler' | 'gate' | 'calibration'>,
): PlainLstm {
  const { parameters, scaler, gate, calibration } = model;
  const { temperature, prior } = calibration;
  const parts = partsOf(shape);
  const part = (wanted: string): Float32Array => {
    const { start, end } = must(
      parts.find(({ name }) => name === wanted),
      wanted,
    );
    return parameters.slice(start, end);
  };
  const around = { slope: gate.map((each, row) => each / scaler.scale[row]!), mean: scaler.mean };
  const input = { weight: part('lstm.input'), bias: part('lstm.bias') };
  const dense = { weight: part('dense.weight'), bias: part('dense.bias') };
  return {
    shape,
    input: folded(input, around, 0),
    recurrent: part('lstm.recurrent'),
    dense: folded(dense, around, shape.hidden),
    output: {
      weight: part('output.weight').map(weight => weight / temperature),
      bias: part('output.bias').map(
        (value, name) => prior[name]! + (value - prior[name]!) / temperature,
      ),
    },
  };
}

/** The layer on raw features, which are its inputs from `first` on. */
function folded({ weight, bias }: Layer, { slope, mean }: Surroundings, first: number): Layer {
  const units = bias.length;
  const result = { weight: weight.slice(), bias: Float64Array.from(bias) };
  for (let row = 0; row < slope.length; row += 1)
    for (let unit = 0; unit < units; unit += 1) {
      const place = (first + row) * units + unit;
      const own = weight[place]! * slope[row]!;
      result.weight[place] = own;
      result.bias[unit]! -= mean[row]! * own;
    }
  return { weight: result.weight, bias: Float32Array.from(result.bias) };
}

/** The transpose of a matrix of `rows` rows. */
export function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  const result = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      result[column * rows + row] = matrix[row * columns + column]!;
  return result;
}
