/**
 * A trained LSTM as it is kept, in a blob or in tensors: its parts read, and its columns moved to
 * today's features.
 *
 * Promises: what was learned about a feature goes with its name; one that is new begins at weight
 * 0, so that the model says the same without it. Never: reads a network of another architecture;
 * that one is honestly lost.
 */

import { asCount, asNumber, asPositives, asRecord } from '../base/field.ts';
import { type ColumnMap, migrateRows } from '../core/feature-migration.ts';
import type { Adam } from './adam.ts';
import { asCalibration, type Calibration } from './calibration.ts';
import { type LstmModel, SHAPE } from './lstm-model.ts';
import { parameterCount, partsOf } from './lstm-shape.ts';
import type { Scaler } from './scaler.ts';
import { asScaler } from './scaler.ts';
import { CLASS_COUNT } from './scores.ts';

/** As metadata and blobs say it. */
export const ARCHITECTURE = { kind: 'lstm', ...SHAPE, outputs: CLASS_COUNT } as const;

/** Whether weights of that architecture can be used. The features are another matter. */
export function isReadable(architecture: unknown): boolean {
  const fields = asRecord(architecture, 'architecture');
  const parts = ['kind', 'steps', 'hidden', 'dense', 'outputs'] as const;
  return parts.every(name => fields[name] === ARCHITECTURE[name]);
}

/** Parameters of a network on these features. */
export const countFor = (map: ColumnMap): number =>
  parameterCount({ ...SHAPE, inputs: map.names.length });

export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export function asAdam(value: unknown, moments: Moments): Adam {
  const fields = asRecord(value, 'adam');
  return {
    ...moments,
    steps: asCount(fields['steps'], 'adam.steps'),
    firstPower: asNumber(fields['firstPower'], 'adam.firstPower'),
    secondPower: asNumber(fields['secondPower'], 'adam.secondPower'),
  };
}

/** What else a model has beside its parameters, of as many features as it was trained on. */
export function asSurroundings(
  fields: Readonly<Record<string, unknown>>,
  { names }: ColumnMap,
): { scaler: Scaler; gate: number[]; calibration: Calibration } {
  return {
    scaler: asScaler(fields['scaler'], names.length, 'scaler'),
    gate: asPositives(fields['gate'], names.length, 'gate'),
    calibration: asCalibration(fields['calibration'], 'calibration'),
  };
}

/** A model on the features of `map`, on today's. */
export function modelToday(model: LstmModel, map: ColumnMap): LstmModel {
  if (map.same) return model;
  const { adam, scaler, gate } = model;
  return {
    ...model,
    parameters: parametersToday(model.parameters, map),
    adam: {
      ...adam,
      first: parametersToday(adam.first, map),
      second: parametersToday(adam.second, map),
    },
    scaler: {
      mean: migrateRows(scaler.mean, map, 0),
      scale: migrateRows(scaler.scale, map, 1),
    },
    gate: migrateRows(gate, map, 1),
  };
}

/**
 * Two parts have a row per feature: the recurrent layer's input weights, and the shortcut's, which
 * stand last in the dense weights.
 */
function parametersToday(values: Float32Array, { names, former }: ColumnMap): Float32Array {
  const were = partsOf({ ...SHAPE, inputs: names.length });
  const moved = new Float32Array(parameterCount(SHAPE));
  partsOf(SHAPE).forEach((part, index) => {
    const was = were[index]!;
    const fixed = part.name === 'lstm.input' ? 0 : part.name === 'dense.weight' ? SHAPE.hidden : -1;
    if (fixed < 0) {
      moved.set(values.subarray(was.start, was.end), part.start);
      return;
    }
    const width = part.shape[1]!;
    const rowOf = (start: number, row: number) =>
      values.subarray(start + row * width, start + (row + 1) * width);
    moved.set(values.subarray(was.start, was.start + fixed * width), part.start);
    former.forEach((column, today) => {
      if (column < 0) return;
      moved.set(rowOf(was.start, fixed + column), part.start + (fixed + today) * width);
    });
  });
  return moved;
}
