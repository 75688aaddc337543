/**
 * Blocks: consecutive examples whose means are nearly independent of each other, and the standard
 * error of a mean that follows from them (batch means; Carlstein 1986).
 *
 * Labels that overlap repeat each other, so the error of a mean over n examples is not that of n
 * independent ones. A block lasts at least twice as long as the longest label.
 * Promises: the error stays honest under overlap, also between symbols. Never: shuffles.
 */
import { type LabelTable, longestLabelMs } from './example-table.ts';

/** Places in a list of rows: from, and up to but not with, to. */
export interface Block {
  readonly from: number;
  readonly to: number;
}

const BLOCKS_MAX = 10;
/** Below this the error itself is too uncertain to decide anything. */
export const BLOCKS_MIN = 5;
const LABELS_PER_BLOCK = 2;

/** `rows` ascend. At most BLOCKS_MAX blocks, as equal as their least duration allows. */
export function blocksOf(table: LabelTable, rows: readonly number[]): Block[] {
  const spanMs = LABELS_PER_BLOCK * longestLabelMs(table);
  const size = Math.ceil(rows.length / BLOCKS_MAX);
  const isFull = ({ from, to }: Block): boolean =>
    to - from >= size && table.times[rows[to - 1]!]! - table.times[rows[from]!]! >= spanMs;
  const blocks: Block[] = [];
  let from = 0;
  for (let to = 1; to <= rows.length; to += 1)
    if (isFull({ from, to })) {
      blocks.push({ from, to });
      from = to;
    }
  const last = blocks.at(-1);
  if (from === rows.length) return blocks;
  // What is left is no block of its own.
  if (last === undefined) return [{ from: 0, to: rows.length }];
  return [...blocks.slice(0, -1), { from: last.from, to: rows.length }];
}

export interface MeanError {
  readonly mean: number;
  /** One standard error; 0 where there are fewer than two blocks. */
  readonly error: number;
}

/** Blocks of different sizes count by their size (the ratio estimator of cluster sampling). */
export function meanError(values: Float64Array, blocks: readonly Block[]): MeanError {
  const count = values.length;
  if (count === 0) return { mean: 0, error: 0 };
  let total = 0;
  for (const value of values) total += value;
  const mean = total / count;
  if (blocks.length < 2) return { mean, error: 0 };
  let squares = 0;
  for (const { from, to } of blocks) {
    let excess = 0;
    for (let place = from; place < to; place += 1) excess += values[place]! - mean;
    squares += excess * excess;
  }
  const degrees = blocks.length / (blocks.length - 1);
  return { mean, error: Math.sqrt(squares * degrees) / count };
}
