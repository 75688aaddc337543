/**
 * The sequence table: labelled sequences in columns, as the deep signal model's trainer reads them.
 *
 * Promises: rows ordered by the time they were opened, then by id; typed arrays only, so that it
 * crosses to a worker thread cheaply. Never: holds an example whose sequence this release can't
 * read.
 */
import type { Label } from '../core/fact.ts';
import { SEQUENCE_SIZE, unpackSequence } from '../core/sequence.ts';
import type { LabelTable } from './example-table.ts';

/** A labelled sequence, as the deep signal model keeps it. */
export interface SequenceExample {
  readonly id: number;
  readonly symbol: string;
  readonly time: number;
  readonly labelledAt: number;
  readonly label: Label;
  /** As the fact told it: core/sequence.ts. */
  readonly sequence: string;
}

export interface SequenceTable extends LabelTable {
  /** Row-major, `count` × SEQUENCE_SIZE. */
  readonly sequences: Int8Array;
}

export function sequenceTable(examples: readonly SequenceExample[]): SequenceTable {
  const rows = [...examples].sort((a, b) => a.time - b.time || a.id - b.id);
  const names = [...new Set(rows.map(({ symbol }) => symbol))];
  const table: SequenceTable = {
    count: rows.length,
    times: Float64Array.from(rows, row => row.time),
    labelledAt: Float64Array.from(rows, row => row.labelledAt),
    labels: Uint8Array.from(rows, row => row.label),
    symbols: Uint16Array.from(rows, row => names.indexOf(row.symbol)),
    sequences: new Int8Array(rows.length * SEQUENCE_SIZE),
  };
  rows.forEach(({ sequence }, row) => {
    table.sequences.set(unpackSequence(sequence) ?? [], row * SEQUENCE_SIZE);
  });
  return table;
}
