/**
 * The formats of exports, and the endings that files of them have.
 *
 * Never: loads what writes them; a command line names them before it runs anything.
 */
import { EXIT, Fault } from '../base/fault.ts';

/** Of a part of the memory. */
export const STATE_FORMATS = [
  ...(['json', 'csv', 'parquet', 'npy'] as const),
  ...(['keras-h5', 'safetensors', 'onnx'] as const),
] as const;
export type StateFormat = (typeof STATE_FORMATS)[number];

/** Of a trained model. */
export const MODEL_FORMATS = [
  ...(['lightgbm', 'xgboost-json', 'onnx', 'npy', 'safetensors', 'keras-h5'] as const),
] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

export const ENDINGS: Readonly<Record<StateFormat, string>> = {
  json: 'json',
  csv: 'csv',
  parquet: 'parquet',
  npy: 'npy',
  'keras-h5': 'h5',
  safetensors: 'safetensors',
  onnx: 'onnx',
};

/** The format of a file by its ending; null: none has that one. */
export const formatOf = (path: string): StateFormat | null =>
  STATE_FORMATS.find(format => path.endsWith(`.${ENDINGS[format]}`)) ?? null;

/** What is asked for, or what the ending says; a file never holds what its ending does not say. */
export function formatFor(asked: StateFormat | undefined, to: string): StateFormat {
  const said = formatOf(to);
  if (asked === undefined) return said ?? 'json';
  if (said === null || said === asked) return asked;
  throw new Fault(
    EXIT.usage,
    `${to} would hold ${asked}`,
    `end it with .${ENDINGS[asked]}, or say --format ${said}`,
  );
}
