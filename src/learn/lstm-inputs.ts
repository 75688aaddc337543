/**
 * What the LSTM sees: each small integer of a sequence, standardised and gated by its column.
 *
 * Promises: one table look-up a value, the same float32 in training and prediction; the scaler is
 * fitted on whole windows. Never: looks at rows it was not given.
 */
import { SEQUENCE_ROWS } from '../base/limits.ts';
import { SEQUENCE_SCALE, SEQUENCE_SIZE } from '../core/sequence.ts';
import { FEATURE_COUNT } from './features.ts';
import type { Scaler } from './scaler.ts';

/** Values of a byte, from −128 on. */
const BYTE_VALUES = 256;
const BYTE_MIN = -128;
/** A column that moves less than this is taken as constant. */
const SCALE_MIN = 1e-9;

/** Per column, the input that each byte stands for. */
export type InputTable = Float32Array;

export function inputTable(scaler: Scaler, gate: readonly number[]): InputTable {
  const inputs = new Float32Array(FEATURE_COUNT * BYTE_VALUES);
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    for (let place = 0; place < BYTE_VALUES; place += 1) {
      const feature = (place + BYTE_MIN) / SEQUENCE_SCALE;
      const standard = (feature - scaler.mean[column]!) / scaler.scale[column]!;
      inputs[column * BYTE_VALUES + place] = gate[column]! * standard;
    }
  return inputs;
}

/**
 * Writes sequences as the layer wants them: all first rows, then all second rows, and so on.
 * `rows` are places in `sequences`, SEQUENCE_SIZE bytes each.
 */
export function writeInputs(
  table: InputTable,
  from: { readonly sequences: Int8Array; readonly rows: readonly number[] },
  out: Float32Array,
): void {
  const { sequences, rows } = from;
  const count = rows.length;
  for (let each = 0; each < count; each += 1) {
    let source = rows[each]! * SEQUENCE_SIZE;
    for (let step = 0; step < SEQUENCE_ROWS; step += 1) {
      const target = (step * count + each) * FEATURE_COUNT;
      for (let column = 0; column < FEATURE_COUNT; column += 1) {
        out[target + column] = table[column * BYTE_VALUES + sequences[source]! - BYTE_MIN]!;
        source += 1;
      }
    }
  }
}

/** Mean and standard deviation of each column over all rows of the windows. */
export function fitSequenceScaler(sequences: Int8Array, rows: readonly number[]): Scaler {
  const sums = new Float64Array(FEATURE_COUNT);
  const squares = new Float64Array(FEATURE_COUNT);
  for (const row of rows)
    for (let place = 0; place < SEQUENCE_SIZE; place += 1) {
      const value = sequences[row * SEQUENCE_SIZE + place]!;
      sums[place % FEATURE_COUNT]! += value;
      squares[place % FEATURE_COUNT]! += value * value;
    }
  const count = Math.max(1, rows.length * SEQUENCE_ROWS);
  const mean: number[] = [];
  const scale: number[] = [];
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    // The sums are of integers, hence exact.
    const center = sums[column]! / count;
    const deviation = Math.sqrt(Math.max(0, squares[column]! / count - center * center));
    mean.push(center / SEQUENCE_SCALE + 0);
    scale.push(deviation > SCALE_MIN ? deviation / SEQUENCE_SCALE : 1);
  }
  return { mean, scale };
}
