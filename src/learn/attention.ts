/**
 * Attention: a learned weight per feature, from what each has told of the outcome.
 *
 * The weights gate the inputs of the deep signal model, set how often the trees look at a feature,
 * and give the scores of each decision; what they are learned from is a calibrated vote of its
 * own. All of it is one float64 table with a column per feature (attention-table.ts).
 * Promises: without evidence every weight is 1. Never: sees an outcome before it voted on it.
 */
import type { Component, Encoded } from '../core/component.ts';
import type { Fact, Probabilities } from '../core/fact.ts';
import { FEATURE_LIST } from '../core/feature.ts';
import { mapOfList, rowToday } from '../core/feature-migration.ts';
import { moveColumns } from './attention-columns.ts';
import {
  createTable,
  DECIDED,
  deviationOf,
  learnExample,
  logitOf,
  RISE,
  ROW,
  ROW_COUNT,
  SCALAR,
  SCALAR_COLUMN,
  WEIGHT_MIN,
} from './attention-table.ts';
import { toVersion2 } from './attention-upgrade.ts';
import { FEATURE_COUNT } from './features.ts';
import { rounded } from './scores.ts';
import { sigmoid } from './sigmoid.ts';

export { WEIGHT_MIN } from './attention-table.ts';

export interface AttentionState {
  /** Row-major, ROW_COUNT × FEATURE_COUNT; the rows are in ROW. */
  table: Float64Array;
}

const WEIGHT = ROW.weight * FEATURE_COUNT;
const SCORE = ROW.score * FEATURE_COUNT;
const VARIANCE = ROW.variance * FEATURE_COUNT;

const LIST_PLACE = ROW.scalar * FEATURE_COUNT + SCALAR_COLUMN.featureList;

/** Examples before it votes. */
export const VOTE_EXAMPLES_MIN = 200;
/** However sure it is, anything may happen. */
const CHANCE_MIN = 0.01;

export const attention: Component<'attention', AttentionState> = {
  id: 'attention',
  title: 'attention',
  version: 2,
  learned: true,
  file: { name: 'attention_weights.npy', format: 'npy', encode, decode },
  initial: () => ({ table: createTable() }),
  on: {
    'example.labelled': foldExample,
    'signal.weighed': ({ table }, { scores, featureList }) => {
      if (scores.length > 0) table.set(rowToday(scores, featureList), SCORE);
    },
  },
  upgrades: { 2: toVersion2 },
  check: checkState,
};

function foldExample({ table }: AttentionState, fact: Fact<'example.labelled'>): void {
  learnExample(table, rowToday(fact.features, fact.featureList), fact.label);
}

/** Attention scores of a feature row: softmax of weight × |deviation|, rounded to 1e-6. */
export function attend(
  { table }: AttentionState,
  features: ArrayLike<number>,
  out: number[] = new Array<number>(FEATURE_COUNT),
): number[] {
  let highest = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const deviation = Math.abs(deviationOf(table, features, column));
    out[column] = table[WEIGHT + column]! * deviation;
    highest = Math.max(highest, out[column]!);
  }
  let sum = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    out[column] = Math.exp(out[column]! - highest);
    sum += out[column]!;
  }
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    out[column] = rounded(out[column]! / sum);
  return out;
}

/** The learned weights as a gate for the models, rounded to 1e-6. */
export const gateOf = (state: AttentionState): number[] =>
  Array.from(state.table.subarray(WEIGHT, WEIGHT + FEATURE_COUNT), rounded);

/** The gate where attention is off. */
export const openGate = (): number[] => new Array<number>(FEATURE_COUNT).fill(1);

/** Its own calibrated vote from its live weights, or null until it has seen enough outcomes. */
export function attentionVote(
  { table }: AttentionState,
  features: ArrayLike<number>,
): Probabilities | null {
  if (table[SCALAR.examples]! < VOTE_EXAMPLES_MIN) return null;
  const decided = bounded(sigmoid(logitOf(table, DECIDED, features)));
  const rise = bounded(sigmoid(logitOf(table, RISE, features)));
  return [1 - decided, decided * rise, decided * (1 - rise)];
}

const bounded = (chance: number): number => Math.min(1 - CHANCE_MIN, Math.max(CHANCE_MIN, chance));

function encode(state: AttentionState): Encoded {
  const data = state.table.slice();
  data[LIST_PLACE] = FEATURE_LIST;
  return { format: 'npy', rows: ROW_COUNT, columns: FEATURE_COUNT, data };
}

function decode(content: Encoded): AttentionState {
  if (content.format !== 'npy') throw new Error(`attention in ${content.format}`);
  const { rows, columns, data } = content;
  if (rows !== ROW_COUNT || data.length !== rows * columns)
    throw new Error(`attention is ${rows} × ${columns} of ${data.length} values`);
  const map = mapOfList(data[ROW.scalar * columns + SCALAR_COLUMN.featureList]);
  if (columns !== map.names.length)
    throw new Error(`attention has ${columns} columns for ${map.names.length} features`);
  const table = map.same ? data.slice() : moveColumns(data, columns, map.former);
  // Memory is always of today's list.
  table[LIST_PLACE] = 0;
  return { table };
}

function checkState({ table }: AttentionState): string | null {
  if (!table.every(Number.isFinite)) return 'a number that is not finite';
  let sum = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    if (table[WEIGHT + column]! < WEIGHT_MIN) return 'a weight below the least';
    if (table[VARIANCE + column]! < 0) return 'a variance below 0';
    for (const { information, prior } of [DECIDED, RISE])
      if (table[information + column]! < prior) return 'less information than at first';
    sum += table[WEIGHT + column]!;
  }
  return Math.abs(sum - FEATURE_COUNT) < 1e-6 ? null : 'weights whose mean is not 1';
}
