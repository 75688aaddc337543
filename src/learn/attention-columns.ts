/**
 * Attention's table in the columns of another list of features.
 *
 * Promises: a feature that stays keeps all that was learned of it, wherever its column goes; one that
 * is new begins unknown and heeded as much as any; the votes of those that stay are as they were.
 * Never: matches by position.
 */
import { DECIDED, RISE, ROW, ROW_COUNT, WEIGHT_MIN } from './attention-table.ts';

/** What a feature has of which nothing is known, by row. */
const UNKNOWN: Readonly<Record<number, number>> = {
  [ROW.weight]: 1,
  [ROW.decidedInformation]: DECIDED.prior,
  [ROW.riseInformation]: RISE.prior,
};

/** `columns`: of the old table. `former`: by new column the old one; −1: it is new. */
export function moveColumns(
  old: Float64Array,
  columns: number,
  former: readonly number[],
): Float64Array {
  const width = former.length;
  const table = new Float64Array(ROW_COUNT * width);
  for (let row = 0; row < ROW.scalar; row += 1)
    for (const [column, from] of former.entries())
      table[row * width + column] = from < 0 ? (UNKNOWN[row] ?? 0) : old[row * columns + from]!;
  // The last row belongs to no feature.
  table.set(
    old.subarray(ROW.scalar * columns, ROW.scalar * columns + Math.min(columns, width)),
    ROW.scalar * width,
  );
  levelWeights(table, width);
  return table;
}

/** Brings the mean of the weights back to 1; pulls give way, so that votes stay as they were. */
function levelWeights(table: Float64Array, width: number): void {
  const weights = table.subarray(ROW.weight * width, (ROW.weight + 1) * width);
  const above = weights.reduce((sum, weight) => sum + weight - WEIGHT_MIN, 0);
  const scale = (width * (1 - WEIGHT_MIN)) / above;
  for (let column = 0; column < width; column += 1) {
    const weight = WEIGHT_MIN + (weights[column]! - WEIGHT_MIN) * scale;
    for (const row of [ROW.decided, ROW.rise])
      table[row * width + column]! *= weights[column]! / weight;
    weights[column] = weight;
  }
}
