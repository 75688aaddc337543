/**
 * Permutation importance (Breiman 2001) of boosted trees: how much worse they become when a
 * feature's values are dealt to other examples.
 *
 * Taken on the compare slice after it has decided: it is the one slice that no part of the model
 * was fitted to, and nothing is decided by it any more.
 * Promises: 0 for a feature that no tree splits on. Never: changes the model.
 */
import type { Rng } from '../base/rng.ts';
import {
  type BoostedModel,
  type Importance,
  importanceOf,
  predictBoosted,
} from './boosted-model.ts';
import { type ExampleTable, labelsOf } from './example-table.ts';
import { FEATURE_COUNT } from './features.ts';
import { CLASS_COUNT, meanLogLoss, rounded } from './scores.ts';
import { shuffle } from './shuffle.ts';

/** Enough for the order of the features; more only takes longer. */
const ROWS_MAX = 1000;

export interface PermutationSample {
  readonly table: ExampleTable;
  /** The last ROWS_MAX of them are used. */
  readonly rows: readonly number[];
  readonly rng: Rng;
}

export function permutationImportance(model: BoostedModel, sample: PermutationSample): Importance {
  const rows = sample.rows.slice(-ROWS_MAX);
  const used = usedColumns(model);
  const whole = lossWith(model, sample.table, { rows, column: 0, donors: rows });
  const rises = new Array<number>(FEATURE_COUNT).fill(0);
  for (const column of used) {
    const donors = rows.slice();
    shuffle(donors, sample.rng);
    rises[column] = rounded(lossWith(model, sample.table, { rows, column, donors }) - whole);
  }
  return importanceOf(rises);
}

function usedColumns({ forest }: BoostedModel): number[] {
  const used = new Set<number>();
  forest.left.forEach((child, node) => {
    if (child !== 0) used.add(forest.column[node]!);
  });
  return [...used].sort((a, b) => a - b);
}

/** The log-loss where each row has its column from a donor. */
function lossWith(
  model: BoostedModel,
  table: ExampleTable,
  by: {
    readonly rows: readonly number[];
    readonly column: number;
    readonly donors: readonly number[];
  },
): number {
  const { rows, column, donors } = by;
  const features = new Float64Array(FEATURE_COUNT);
  const probabilities = new Float64Array(rows.length * CLASS_COUNT);
  for (let place = 0; place < rows.length; place += 1) {
    const start = rows[place]! * FEATURE_COUNT;
    features.set(table.features.subarray(start, start + FEATURE_COUNT));
    features[column] = table.features[donors[place]! * FEATURE_COUNT + column]!;
    probabilities.set(predictBoosted(model, features), place * CLASS_COUNT);
  }
  return meanLogLoss({ probabilities, labels: labelsOf(table, rows) });
}
