/**
 * The scaler: mean and standard deviation per column, fitted on the train slice alone.
 *
 * Promises: every scale is above 0, so a constant column standardises to 0. Never: refitted on
 * anything a model is judged on.
 */
import { asNumbers, asPositives, asRecord } from '../base/field.ts';

export interface Scaler {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** A column that moves less than this is taken as constant. */
const SCALE_MIN = 1e-9;

/** `matrix` is row-major with `columns` columns; only `rows` are looked at. */
export function fitScaler(matrix: Float64Array, rows: readonly number[], columns: number): Scaler {
  const mean = new Array<number>(columns).fill(0);
  const scale = new Array<number>(columns).fill(1);
  if (rows.length === 0) return { mean, scale };
  for (let column = 0; column < columns; column += 1) {
    let sum = 0;
    for (const row of rows) sum += matrix[row * columns + column]!;
    const center = sum / rows.length;
    let squares = 0;
    for (const row of rows) {
      const distance = matrix[row * columns + column]! - center;
      squares += distance * distance;
    }
    const deviation = Math.sqrt(squares / rows.length);
    mean[column] = center + 0;
    scale[column] = deviation > SCALE_MIN ? deviation : 1;
  }
  return { mean, scale };
}

export function asScaler(value: unknown, columns: number, what: string): Scaler {
  const fields = asRecord(value, what);
  return {
    mean: asNumbers(fields['mean'], columns, `${what}.mean`),
    scale: asPositives(fields['scale'], columns, `${what}.scale`),
  };
}
