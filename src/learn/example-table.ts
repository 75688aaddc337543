/**
 * The example table: labelled examples in columns, as a trainer reads them.
 *
 * Promises: rows ordered by the time they were opened, then by id; typed arrays only, so that it
 * crosses to a worker thread cheaply. Never: shares memory with the examples it was made of.
 */
import { assert } from '../base/assert.ts';
import type { Example } from '../core/fact.ts';
import { FEATURE_COUNT } from './features.ts';

/** What slices, weights and contests look at: when examples were open, and what became of them. */
export interface LabelTable {
  readonly count: number;
  readonly times: Float64Array;
  readonly labelledAt: Float64Array;
  readonly labels: Uint8Array;
  /** Equal numbers are the same symbol, counted in the order in which symbols first appear. */
  readonly symbols: Uint16Array;
}

export interface ExampleTable extends LabelTable {
  /** Row-major, `count` × FEATURE_COUNT. */
  readonly features: Float64Array;
}

export function tableOf(examples: readonly Example[]): ExampleTable {
  const rows = [...examples].sort((a, b) => a.time - b.time || a.id - b.id);
  const table: ExampleTable = {
    count: rows.length,
    times: new Float64Array(rows.length),
    labelledAt: new Float64Array(rows.length),
    labels: new Uint8Array(rows.length),
    symbols: new Uint16Array(rows.length),
    features: new Float64Array(rows.length * FEATURE_COUNT),
  };
  const numbers = new Map<string, number>();
  rows.forEach((example, row) => {
    assert(example.features.length === FEATURE_COUNT, `features of example ${example.id}`);
    const number = numbers.get(example.symbol) ?? numbers.size;
    numbers.set(example.symbol, number);
    table.times[row] = example.time;
    table.labelledAt[row] = example.labelledAt;
    table.labels[row] = example.label;
    table.symbols[row] = number;
    table.features.set(example.features, row * FEATURE_COUNT);
  });
  return table;
}

/** The labels of some rows, in their order. */
export function labelsOf(table: LabelTable, rows: readonly number[]): Uint8Array {
  const labels = new Uint8Array(rows.length);
  for (let index = 0; index < rows.length; index += 1) labels[index] = table.labels[rows[index]!]!;
  return labels;
}

/** The features of a row. */
export const rowOf = (table: ExampleTable, row: number): Float64Array =>
  table.features.subarray(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT);

/** The longest time a label took; 0 of no examples. */
export function longestLabelMs(table: LabelTable): number {
  let longest = 0;
  for (let row = 0; row < table.count; row += 1)
    longest = Math.max(longest, table.labelledAt[row]! - table.times[row]!);
  return longest;
}
