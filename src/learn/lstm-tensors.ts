/**
 * A trained LSTM as tensors of a safetensors file: one per layer and moment, and its inputs' scaler
 * and gate. What is not a matrix goes into the metadata.
 *
 * Promises: reads back exactly what was written; of a file with other features, what is still true
 * of today's. Never: accepts a tensor of another shape or width.
 */
import { asNumber, asRecord } from '../base/field.ts';
import type { Tensor } from '../core/component.ts';
import type { ColumnMap } from '../core/feature-migration.ts';
import { type LstmModel, SHAPE } from './lstm-model.ts';
import { asAdam, asSurroundings, countFor, modelToday } from './lstm-record.ts';
import { partsOf } from './lstm-shape.ts';

export type Tensors = Readonly<Record<string, Tensor>>;

/** Names begin with `prefix`. */
export function lstmTensors({ parameters, adam, scaler, gate }: LstmModel, prefix = ''): Tensors {
  const tensors: Record<string, Tensor> = {};
  for (const [kind, values] of [
    ['', parameters],
    ['adam.first.', adam.first],
    ['adam.second.', adam.second],
  ] as const)
    for (const { name, shape, start, end } of partsOf(SHAPE))
      tensors[prefix + kind + name] = { shape, data: values.slice(start, end) };
  tensors[`${prefix}scaler.mean`] = wide(scaler.mean);
  tensors[`${prefix}scaler.scale`] = wide(scaler.scale);
  tensors[`${prefix}gate`] = wide(gate);
  return tensors;
}

/** What of the model stands in the metadata. */
export const lstmFields = ({ adam, calibration }: LstmModel) => ({
  adam: { steps: adam.steps, firstPower: adam.firstPower, secondPower: adam.secondPower },
  calibration,
});

/** `fields`: its lstmFields. `map`: the features of the file. */
export function readLstm(
  tensors: Tensors,
  fields: unknown,
  { map, prefix = '' }: { readonly map: ColumnMap; readonly prefix?: string },
): LstmModel {
  const { adam, calibration } = asRecord(fields, `${prefix}model`);
  const inputs = map.names.length;
  const joined = (kind: string): Float32Array => {
    const values = new Float32Array(countFor(map));
    for (const { name, shape, start } of partsOf({ ...SHAPE, inputs }))
      values.set(floats(tensors, prefix + kind + name, shape), start);
    return values;
  };
  const moments = { first: joined('adam.first.'), second: joined('adam.second.') };
  const scaler = {
    mean: numbers(tensors, `${prefix}scaler.mean`, inputs),
    scale: numbers(tensors, `${prefix}scaler.scale`, inputs),
  };
  const gate = numbers(tensors, `${prefix}gate`, inputs);
  const model = {
    parameters: joined(''),
    adam: asAdam(adam, moments),
    ...asSurroundings({ scaler, gate, calibration }, map),
  };
  return modelToday(model, map);
}

export const wide = (values: readonly number[]): Tensor => ({
  shape: [values.length],
  data: Float64Array.from(values),
});

function floats(tensors: Tensors, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors[name];
  if (!(tensor?.data instanceof Float32Array) || !isShape(tensor.shape, shape))
    throw new Error(`tensor ${name} is not float32 [${shape.join(', ')}]`);
  if (!tensor.data.every(Number.isFinite))
    throw new Error(`tensor ${name} holds a number that is not finite`);
  return tensor.data;
}

export function numbers(tensors: Tensors, name: string, length: number): number[] {
  const tensor = tensors[name];
  if (!(tensor?.data instanceof Float64Array) || !isShape(tensor.shape, [length]))
    throw new Error(`tensor ${name} is not float64 [${length}]`);
  return Array.from(tensor.data, value => asNumber(value, name));
}

export function bytes(
  tensors: Tensors,
  name: string,
  shape: readonly number[],
): Int8Array<ArrayBuffer> {
  const tensor = tensors[name];
  if (!(tensor?.data instanceof Int8Array) || !isShape(tensor.shape, shape))
    throw new Error(`tensor ${name} is not int8 [${shape.join(', ')}]`);
  return tensor.data.slice();
}

const isShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, index) => side === b[index]);
