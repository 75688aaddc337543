/**
 * A sequence: the last SEQUENCE_ROWS feature rows of a symbol, oldest first, in steps of 1/31.
 *
 * Promises: the same rows give the same text; what is predicted from and what is trained on are
 * the same small integers. Feature rows are clipped to ±4, so 31 steps a unit fit into a byte.
 * Never: holds fewer rows.
 */
import { SEQUENCE_ROWS } from '../base/limits.ts';
import { FEATURE_COUNT } from './feature.ts';
import { type ColumnMap, mapOfList } from './feature-migration.ts';

/** Row by row, `SEQUENCE_SIZE` integers. */
export type Sequence = Int8Array<ArrayBuffer>;

export const SEQUENCE_SIZE = SEQUENCE_ROWS * FEATURE_COUNT;
/** Steps a unit: 4 × 31 = 124. */
export const SEQUENCE_SCALE = 31;
export const STEP_MAX = 127;

export function quantised(value: number): number {
  const step = Math.round(value * SEQUENCE_SCALE) + 0;
  return Math.max(-STEP_MAX, Math.min(STEP_MAX, step));
}

/** As a fact carries it: base64 of one signed byte a value. */
export const packSequence = (sequence: Sequence): string =>
  new Uint8Array(sequence.buffer, sequence.byteOffset, sequence.length).toBase64();

/** Base64: four characters for three bytes. */
const textLength = (bytes: number): number => 4 * Math.ceil(bytes / 3);

/** Whether the text may be one of today's, by its length alone: what is kept was packed here. */
export const isSequenceText = (text: unknown): boolean =>
  typeof text === 'string' && text.length === textLength(SEQUENCE_SIZE);

/** Null for what is no sequence of as many columns: another length, or no base64. */
export function unpackSequence(text: string, columns: number = FEATURE_COUNT): Sequence | null {
  const size = SEQUENCE_ROWS * columns;
  // Only one text stands for these bytes.
  if (text.length !== textLength(size)) return null;
  try {
    const bytes = Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' });
    return bytes.length === size ? new Int8Array(bytes.buffer) : null;
  } catch {
    return null;
  }
}

/** Windows on the features of `map`, one after the other, on today's; a new feature is 0. */
export function sequencesToday(sequences: Sequence, { same, names, former }: ColumnMap): Sequence {
  if (same) return sequences;
  const rows = sequences.length / names.length;
  const moved: Sequence = new Int8Array(rows * former.length);
  for (let row = 0; row < rows; row += 1)
    former.forEach((column, today) => {
      if (column < 0) return;
      moved[row * former.length + today] = sequences[row * names.length + column]!;
    });
  return moved;
}

/** A window that a fact tells, on today's features; null where this release can't read it. */
export const sequenceToday = (text: string, list: number | undefined): Sequence | null =>
  sequenceOn(text, mapOfList(list));

export function sequenceOn(text: string, map: ColumnMap): Sequence | null {
  const window = unpackSequence(text, map.names.length);
  return window && sequencesToday(window, map);
}
