/**
 * Labelled examples in columns, as the signal model's file holds them.
 *
 * Feature rows are one text: base64 of little-endian int32, row after row, in the steps of 1e-6 that
 * the market rounds them to. That is exact, and read twice as fast as the numbers would be.
 * Promises: reads back exactly what was written. Never: accepts columns of unequal lengths.
 */
import {
  asArray,
  asCount,
  asNumbers,
  asRecord,
  asText,
  oneOf,
  type Reader,
} from '../base/field.ts';
import type { Example } from '../core/fact.ts';
import { type ColumnMap, migrateRows } from '../core/feature-migration.ts';
import { FEATURE_COUNT } from './features.ts';
import { asLabel } from './labels.ts';

/** Steps a unit. Rows are clipped to ±4, so an int32 holds them a hundred times over. */
const ROW_SCALE = 1e6;
const STEP_BYTES = 4;
const STEPS_MAX = 0x7fffffff;

/** Whether a row has a value for each feature of today, and the file gives each back as it is. */
export function isRow(features: readonly unknown[]): boolean {
  if (features.length !== FEATURE_COUNT) return false;
  for (let place = 0; place < FEATURE_COUNT; place += 1) {
    const value = features[place];
    if (typeof value !== 'number' || Object.is(value, -0)) return false;
    const steps = Math.round(value * ROW_SCALE);
    if (!(Math.abs(steps) <= STEPS_MAX) || steps / ROW_SCALE !== value) return false;
  }
  return true;
}

export function packRows(rows: readonly (readonly number[])[]): string {
  const count = rows.reduce((sum, row) => sum + row.length, 0);
  const bytes = new Uint8Array(count * STEP_BYTES);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const row of rows)
    for (let place = 0; place < row.length; place += 1) {
      view.setInt32(offset, Math.round(row[place]! * ROW_SCALE), true);
      offset += STEP_BYTES;
    }
  return bytes.toBase64();
}

/** `count`: how many values there have to be. */
function unpackRows(value: unknown, count: number, path: string): number[] {
  const bytes = asBytes(value, path);
  if (bytes.length !== count * STEP_BYTES) throw new Error(`${path} is not ${count} values`);
  const view = new DataView(bytes.buffer);
  const values = new Array<number>(count);
  for (let place = 0; place < count; place += 1)
    values[place] = view.getInt32(place * STEP_BYTES, true) / ROW_SCALE;
  return values;
}

const asBytes: Reader<Uint8Array<ArrayBuffer>> = (value, path) => {
  const text = asText(value, path);
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' });
  } catch {
    throw new Error(`${path} is not base64`);
  }
};

export const columnsOf = (examples: readonly Example[]) => ({
  id: examples.map(({ id }) => id),
  symbol: examples.map(({ symbol }) => symbol),
  time: examples.map(({ time }) => time),
  labelledAt: examples.map(({ labelledAt }) => labelledAt),
  proposed: examples.map(({ proposed }) => (proposed ? 1 : 0)),
  label: examples.map(({ label }) => label),
  return: examples.map(example => example.return),
  /** One value per feature name. */
  features: packRows(examples.map(({ features }) => features)),
});

/** `map`: the features of the file. */
export function examplesIn(value: unknown, map: ColumnMap): Example[] {
  const columns = asRecord(value, 'examples');
  const ids = asNumbers(columns['id'], null, 'examples.id');
  const count = ids.length;
  const column = (name: string) => asNumbers(columns[name], count, `examples.${name}`);
  const symbols = asArray(columns['symbol'], count, 'examples.symbol');
  const times = column('time');
  const labelledAt = column('labelledAt');
  const proposed = column('proposed');
  const labels = column('label');
  const returns = column('return');
  const rows = unpackRows(columns['features'], count * map.names.length, 'examples.features');
  const features = migrateRows(rows, map, 0);
  return ids.map((id, row) => ({
    id: asCount(id, 'examples.id'),
    symbol: asText(symbols[row], 'examples.symbol'),
    time: times[row]!,
    labelledAt: labelledAt[row]!,
    proposed: asFlag(proposed[row], 'examples.proposed') === 1,
    label: asLabel(labels[row], 'examples.label'),
    return: returns[row]!,
    features: features.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT),
  }));
}

const asFlag = oneOf([0, 1]);
