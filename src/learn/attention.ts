/**
 * Attention: a learned weight per feature, from how well each has gone with the outcome.
 *
 * The weights gate the inputs of the deep signal model, give the scores of each decision, and
 * carry a calibrated vote. All of it is one float64 table with a column per feature.
 * Promises: weights have mean 1 and are at least WEIGHT_MIN; without evidence every weight is 1.
 * Never: sees an outcome before it voted on it in its own calibration.
 */
import { assert } from '../base/assert.ts';
import type { Component, Encoded } from '../core/component.ts';
import type { Example, Probabilities } from '../core/fact.ts';
import { FEATURE_COUNT } from './features.ts';
import { rounded } from './scores.ts';

export interface AttentionState {
  /** Row-major, ROW_COUNT × FEATURE_COUNT; the rows are in ROW. */
  table: Float64Array;
}

/** Rows of the table, in file order. */
const ROW = { weight: 0, score: 1, mean: 2, variance: 3, covariance: 4, scalar: 5 } as const;
export const ROW_COUNT = 6;

const start = (row: number): number => row * FEATURE_COUNT;
const WEIGHT = start(ROW.weight);
const SCORE = start(ROW.score);
const MEAN = start(ROW.mean);
const VARIANCE = start(ROW.variance);
const COVARIANCE = start(ROW.covariance);

/** Columns of the scalar row. */
const EXAMPLES = start(ROW.scalar);
const OUTCOME_MEAN = EXAMPLES + 1;
const OUTCOME_VARIANCE = EXAMPLES + 2;
/** Share of examples whose time ran out. */
const HOLD_SHARE = EXAMPLES + 3;
/** Mean square of the evidence, its natural scale. */
const EVIDENCE_SQUARE = EXAMPLES + 4;
/** Platt's line, and the information gathered about it (a symmetric 2 × 2 matrix). */
const SLOPE = EXAMPLES + 5;
const INTERCEPT = EXAMPLES + 6;
const SLOPE_INFORMATION = EXAMPLES + 7;
const CROSS_INFORMATION = EXAMPLES + 8;
const INTERCEPT_INFORMATION = EXAMPLES + 9;

/** Statistics look back over about this many examples. */
const MEMORY_EXAMPLES = 1000;
const RATE_MIN = 1 / MEMORY_EXAMPLES;
/** Labels overlap in time, so an example is worth about half an independent one. */
const INDEPENDENT_SHARE = 0.5;
export const WEIGHT_MIN = 0.05;
/** Examples before it votes, and before its evidence means enough to be calibrated. */
export const VOTE_EXAMPLES_MIN = 200;
const CALIBRATE_EXAMPLES_MIN = 50;
/** The line starts flat, as sure of that as after this much information. */
const PRIOR_INFORMATION = 10;
const VARIANCE_MIN = 1e-12;
/** A deviation beyond this says no more. */
const DEVIATION_MAX = 6;

export const attention: Component<'attention', AttentionState> = {
  id: 'attention',
  title: 'attention',
  version: 1,
  learned: true,
  file: { name: 'attention_weights.npy', format: 'npy', encode, decode },
  initial: () => {
    const table = new Float64Array(ROW_COUNT * FEATURE_COUNT);
    table.fill(1, WEIGHT, WEIGHT + FEATURE_COUNT);
    table[SLOPE_INFORMATION] = PRIOR_INFORMATION;
    table[INTERCEPT_INFORMATION] = PRIOR_INFORMATION;
    return { table };
  },
  on: {
    'example.labelled': foldExample,
    'signal.weighed': ({ table }, { scores }) => {
      if (scores.length === FEATURE_COUNT) table.set(scores, SCORE);
    },
  },
  check: checkState,
};

function foldExample(state: AttentionState, example: Example): void {
  assert(example.features.length === FEATURE_COUNT, 'an example has one value per feature');
  const { table } = state;
  const outcome = example.label === 0 ? 0 : example.label === 1 ? 1 : -1;
  const count = table[EXAMPLES]! + 1;
  const rate = Math.max(1 / count, RATE_MIN);
  if (count > CALIBRATE_EXAMPLES_MIN) calibrate(state, example, outcome);
  table[EXAMPLES] = count;
  table[HOLD_SHARE]! += rate * ((outcome === 0 ? 1 : 0) - table[HOLD_SHARE]!);
  foldMoments(table, example.features, { outcome, rate });
  learnWeights(table);
}

/** Exponentially weighted mean, variance and covariance (West 1979). */
function foldMoments(
  table: Float64Array,
  features: readonly number[],
  by: { readonly outcome: number; readonly rate: number },
): void {
  const { outcome, rate } = by;
  const kept = 1 - rate;
  const surprise = outcome - table[OUTCOME_MEAN]!;
  table[OUTCOME_MEAN]! += rate * surprise;
  table[OUTCOME_VARIANCE] = kept * (table[OUTCOME_VARIANCE]! + rate * surprise * surprise);
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const distance = features[column]! - table[MEAN + column]!;
    table[MEAN + column]! += rate * distance;
    table[VARIANCE + column] = kept * (table[VARIANCE + column]! + rate * distance * distance);
    table[COVARIANCE + column] = kept * (table[COVARIANCE + column]! + rate * distance * surprise);
  }
}

/**
 * Weight = |correlation| over the mean |correlation|, shrunk toward 1 by the share of the squared
 * correlations that chance explains (the positive-part James–Stein factor).
 */
function learnWeights(table: Float64Array): void {
  let sum = 0;
  let squares = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const correlation = Math.abs(correlationOf(table, column));
    sum += correlation;
    squares += correlation * correlation;
  }
  const examples = Math.min(table[EXAMPLES]!, 2 * MEMORY_EXAMPLES) * INDEPENDENT_SHARE;
  const byChance = FEATURE_COUNT / examples;
  const evidence = squares > 0 ? Math.max(0, 1 - byChance / squares) : 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const share = evidence > 0 ? (Math.abs(correlationOf(table, column)) * FEATURE_COUNT) / sum : 1;
    const shrunk = 1 + evidence * (share - 1);
    table[WEIGHT + column] = WEIGHT_MIN + (1 - WEIGHT_MIN) * shrunk;
  }
}

function correlationOf(table: Float64Array, column: number): number {
  const spread = table[VARIANCE + column]! * table[OUTCOME_VARIANCE]!;
  return spread > VARIANCE_MIN ? table[COVARIANCE + column]! / Math.sqrt(spread) : 0;
}

function deviationOf(table: Float64Array, features: ArrayLike<number>, column: number): number {
  const variance = table[VARIANCE + column]!;
  if (variance <= VARIANCE_MIN) return 0;
  const deviation = (features[column]! - table[MEAN + column]!) / Math.sqrt(variance);
  return Math.min(DEVIATION_MAX, Math.max(-DEVIATION_MAX, deviation));
}

/** Weighted agreement of the features with what used to come before a rise; above 0: buy. */
function evidenceOf(table: Float64Array, features: ArrayLike<number>): number {
  let sum = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    sum +=
      table[WEIGHT + column]! * correlationOf(table, column) * deviationOf(table, features, column);
  return sum / FEATURE_COUNT;
}

/** Evidence in units of its own spread. */
function scaledEvidence(table: Float64Array, features: ArrayLike<number>): number {
  const square = table[EVIDENCE_SQUARE]!;
  return square > VARIANCE_MIN ? evidenceOf(table, features) / Math.sqrt(square) : 0;
}

/** One step of Newton's method on Platt's line (1999), old information slowly forgotten. */
function calibrate(state: AttentionState, example: Example, outcome: number): void {
  const { table } = state;
  const evidence = evidenceOf(table, example.features);
  const scaled = scaledEvidence(table, example.features);
  const rate = Math.max(1 / (table[EXAMPLES]! + 1 - CALIBRATE_EXAMPLES_MIN), RATE_MIN);
  table[EVIDENCE_SQUARE]! += rate * (evidence * evidence - table[EVIDENCE_SQUARE]!);
  if (outcome === 0) return;
  const chance = sigmoid(table[SLOPE]! * scaled + table[INTERCEPT]!);
  const spread = chance * (1 - chance);
  const kept = 1 - RATE_MIN;
  const slopes = kept * table[SLOPE_INFORMATION]! + spread * scaled * scaled;
  const cross = kept * table[CROSS_INFORMATION]! + spread * scaled;
  const intercepts = kept * table[INTERCEPT_INFORMATION]! + spread;
  const error = (outcome === 1 ? 1 : 0) - chance;
  const determinant = slopes * intercepts - cross * cross;
  table[SLOPE]! += (error * (intercepts * scaled - cross)) / determinant;
  table[INTERCEPT]! += (error * (slopes - cross * scaled)) / determinant;
  table[SLOPE_INFORMATION] = slopes;
  table[CROSS_INFORMATION] = cross;
  table[INTERCEPT_INFORMATION] = intercepts;
}

const sigmoid = (logit: number): number =>
  logit >= 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));

/** Attention scores of a feature row: softmax of weight × |deviation|, rounded to 1e-6. */
export function attend(
  state: AttentionState,
  features: ArrayLike<number>,
  out: number[] = new Array<number>(FEATURE_COUNT),
): number[] {
  const { table } = state;
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

/** The learned weights as a gate for the deep signal model, rounded to 1e-6. */
export const gateOf = (state: AttentionState): number[] =>
  Array.from(state.table.subarray(WEIGHT, WEIGHT + FEATURE_COUNT), rounded);

/** The gate where attention is off. */
export const openGate = (): number[] => new Array<number>(FEATURE_COUNT).fill(1);

/** Its own calibrated vote, or null until it has seen enough outcomes. */
export function attentionVote(
  state: AttentionState,
  features: ArrayLike<number>,
): Probabilities | null {
  const { table } = state;
  if (table[EXAMPLES]! < VOTE_EXAMPLES_MIN) return null;
  const hold = Math.min(0.99, Math.max(0.01, table[HOLD_SHARE]!));
  const rise = sigmoid(table[SLOPE]! * scaledEvidence(table, features) + table[INTERCEPT]!);
  return [hold, (1 - hold) * rise, (1 - hold) * (1 - rise)];
}

function encode(state: AttentionState): Encoded {
  return {
    format: 'npy',
    rows: ROW_COUNT,
    columns: FEATURE_COUNT,
    data: state.table.slice(),
  };
}

function decode(content: Encoded): AttentionState {
  if (content.format !== 'npy') throw new Error(`attention in ${content.format}`);
  const { rows, columns, data } = content;
  if (rows !== ROW_COUNT || columns !== FEATURE_COUNT || data.length !== rows * columns)
    throw new Error(`attention is ${rows} × ${columns}, not ${ROW_COUNT} × ${FEATURE_COUNT}`);
  return { table: data.slice() };
}

function checkState(state: AttentionState): string | null {
  const { table } = state;
  if (!table.every(Number.isFinite)) return 'a number that is not finite';
  let sum = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    if (table[WEIGHT + column]! < WEIGHT_MIN) return 'a weight below the least';
    if (table[VARIANCE + column]! < 0) return 'a variance below 0';
    sum += table[WEIGHT + column]!;
  }
  return Math.abs(sum - FEATURE_COUNT) < 1e-6 ? null : 'weights whose mean is not 1';
}
