/**
 * The table behind attention: rows of float64, a column per feature, and how an example changes it.
 *
 * Two logistic regressions, learned online on standardised features: whether a barrier will be
 * reached at all, and if one is, whether the upper one. A coefficient is the feature's weight times
 * its pull, so that the votes are of the live weights. Each has a Gaussian posterior of its own, so an example costs O(features), and old information fades (sequential Bayesian updating
 * with a diagonal Laplace approximation: Spiegelhalter and Lauritzen, "Sequential updating of
 * conditional probabilities", 1990; Chapelle and Li, "An empirical evaluation of Thompson
 * sampling", 2011; forgetting as in McCormick et al., "Dynamic logistic regression", 2012).
 * Promises: without evidence every coefficient is 0 and every weight 1; weights have mean 1 and are
 * at least WEIGHT_MIN. Never: sees an outcome before it was forecast.
 */
import { FEATURE_COUNT } from './features.ts';
import { sigmoid } from './sigmoid.ts';

/** Rows of the table, in file order. */
export const ROW = {
  /** Of the gate: how much a feature is heeded. */
  weight: 0,
  /** Attention scores of the last decision. */
  score: 1,
  /** Of the feature, over about MOMENT_EXAMPLES. */
  mean: 2,
  variance: 3,
  /** Log-odds of a barrier being reached, per weight and standard deviation; what is known of it. */
  decided: 4,
  decidedInformation: 5,
  /** Log-odds of the upper barrier, where one is reached; likewise. */
  rise: 6,
  riseInformation: 7,
  /** Numbers of the whole, in the columns of SCALAR_COLUMN; zeros after them. */
  scalar: 8,
} as const;
export const ROW_COUNT = 9;

const rowStart = (row: number): number => row * FEATURE_COUNT;
const WEIGHT = rowStart(ROW.weight);
const MEAN = rowStart(ROW.mean);
const VARIANCE = rowStart(ROW.variance);

/** Columns of the scalars in their row. */
export const SCALAR_COLUMN = {
  examples: 0,
  /** Share of examples that reached a barrier. */
  decidedShare: 1,
  decidedBias: 2,
  decidedBiasInformation: 3,
  riseBias: 4,
  riseBiasInformation: 5,
  /** In the file alone: the number of the list that the columns follow (core/feature.ts). */
  featureList: 6,
} as const;

const scalarPlace = (name: keyof typeof SCALAR_COLUMN): number =>
  rowStart(ROW.scalar) + SCALAR_COLUMN[name];

/** Places of the scalars in the table. */
export const SCALAR = {
  examples: scalarPlace('examples'),
  decidedShare: scalarPlace('decidedShare'),
  decidedBias: scalarPlace('decidedBias'),
  decidedBiasInformation: scalarPlace('decidedBiasInformation'),
  riseBias: scalarPlace('riseBias'),
  riseBiasInformation: scalarPlace('riseBiasInformation'),
} as const;

/** A regression: where its numbers stand, and how sure it is at first that they are 0. */
interface Regression {
  readonly pull: number;
  readonly information: number;
  readonly bias: number;
  readonly biasInformation: number;
  readonly prior: number;
}

/** Directions are far harder to tell than movement: docs/decisions/0041 has the measurements. */
export const DECIDED: Regression = {
  pull: rowStart(ROW.decided),
  information: rowStart(ROW.decidedInformation),
  bias: SCALAR.decidedBias,
  biasInformation: SCALAR.decidedBiasInformation,
  prior: 100,
};
export const RISE: Regression = {
  pull: rowStart(ROW.rise),
  information: rowStart(ROW.riseInformation),
  bias: SCALAR.riseBias,
  biasInformation: SCALAR.riseBiasInformation,
  prior: 1000,
};
const BOTH = [DECIDED, RISE] as const;
export const BIAS_PRIOR = 4;

/** Means, variances and biases look back over about as many examples, coefficients over more. */
const MOMENT_EXAMPLES = 2000;
const BIAS_KEPT = 1 - 1 / MOMENT_EXAMPLES;
const MEMORY_EXAMPLES = 5000;
const KEPT = 1 - 1 / MEMORY_EXAMPLES;
/** Before these the spread of a feature is not known well enough to standardise it. */
const LEARN_EXAMPLES_MIN = 20;
/** Labels overlap in time, so an example is worth about half an independent one. */
export const INDEPENDENT_SHARE = 0.5;
export const WEIGHT_MIN = 0.05;
const VARIANCE_MIN = 1e-12;
/** A deviation beyond this says no more: features are clipped to ±4 themselves. */
const DEVIATION_MAX = 4;

/** `columns`: today's features, or as many as an older release had. */
export function createTable(columns: number = FEATURE_COUNT): Float64Array {
  const table = new Float64Array(ROW_COUNT * columns);
  const fill = (row: number, value: number) =>
    table.fill(value, row * columns, (row + 1) * columns);
  fill(ROW.weight, 1);
  fill(ROW.decidedInformation, DECIDED.prior);
  fill(ROW.riseInformation, RISE.prior);
  for (const name of ['decidedBiasInformation', 'riseBiasInformation'] as const)
    table[ROW.scalar * columns + SCALAR_COLUMN[name]] = BIAS_PRIOR;
  return table;
}

/** Deviations of the example under way; scratch. */
const deviations = new Float64Array(FEATURE_COUNT);

/** Takes a labelled example in: 0 hold, 1 buy, 2 sell. */
export function learnExample(table: Float64Array, features: readonly number[], label: number) {
  const count = table[SCALAR.examples]! + 1;
  const rate = Math.max(1 / count, 1 / MOMENT_EXAMPLES);
  table[SCALAR.examples] = count;
  table[SCALAR.decidedShare]! += rate * ((label === 0 ? 0 : 1) - table[SCALAR.decidedShare]!);
  learnMoments(table, features, rate);
  if (count < LEARN_EXAMPLES_MIN) return;
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    deviations[column] = deviationOf(table, features, column);
  for (const regression of BOTH) toCoefficients(table, regression);
  learn(table, DECIDED, label === 0 ? 0 : 1);
  if (label !== 0) learn(table, RISE, label === 1 ? 1 : 0);
  weighFeatures(table);
  for (const regression of BOTH) toPulls(table, regression);
}

function toCoefficients(table: Float64Array, { pull }: Regression): void {
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    table[pull + column]! *= table[WEIGHT + column]!;
}

function toPulls(table: Float64Array, { pull }: Regression): void {
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    table[pull + column]! /= table[WEIGHT + column]!;
}

/** Exponentially weighted mean and variance (West 1979). */
function learnMoments(table: Float64Array, features: readonly number[], rate: number): void {
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const distance = features[column]! - table[MEAN + column]!;
    table[MEAN + column]! += rate * distance;
    table[VARIANCE + column] =
      (1 - rate) * (table[VARIANCE + column]! + rate * distance * distance);
  }
}

/** One step of Newton's method with a diagonal information; what fades gives way to the prior. */
function learn(table: Float64Array, of: Regression, outcome: 0 | 1): void {
  const { pull: coefficients, information, bias, biasInformation, prior } = of;
  let logit = table[bias]!;
  for (let column = 0; column < FEATURE_COUNT; column += 1)
    logit += table[coefficients + column]! * deviations[column]!;
  const chance = sigmoid(logit);
  const error = INDEPENDENT_SHARE * (outcome - chance);
  const spread = INDEPENDENT_SHARE * chance * (1 - chance);
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const deviation = deviations[column]!;
    const place = coefficients + column;
    const known = table[information + column]! - prior;
    const now = prior + KEPT * known + spread * deviation * deviation;
    table[information + column] = now;
    table[place]! += (error * deviation - prior * (1 - KEPT) * table[place]!) / now;
  }
  const known = BIAS_KEPT * (table[biasInformation]! - BIAS_PRIOR);
  table[biasInformation] = BIAS_PRIOR + known + spread;
  table[bias]! += error / table[biasInformation]!;
}

/**
 * Weight = strength over the mean strength, where strength is the root of the log-odds' variance
 * that a feature brings into the two regressions. Each regression counts, and all weights move away
 * from 1, by the share of its variance that chance does not explain (the positive-part James–Stein
 * factor).
 */
function weighFeatures(table: Float64Array): void {
  const decided = table[SCALAR.decidedShare]!;
  const movement = evidenceOf(table, DECIDED, decided * (1 - decided));
  const direction = evidenceOf(table, RISE, decided / 4);
  let strengths = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const variance =
      movement.counted * squareOf(table, DECIDED, column) +
      direction.counted * squareOf(table, RISE, column);
    table[WEIGHT + column] = Math.sqrt(variance);
    strengths += table[WEIGHT + column]!;
  }
  const all = movement.variance + direction.variance;
  const evidence = all > 0 ? (movement.explained + direction.explained) / all : 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const share = evidence > 0 ? (table[WEIGHT + column]! * FEATURE_COUNT) / strengths : 1;
    const shrunk = 1 + evidence * (share - 1);
    table[WEIGHT + column] = WEIGHT_MIN + (1 - WEIGHT_MIN) * shrunk;
  }
}

/** Of a regression whose outcome has this variance: what it brings in, and how much is evidence. */
function evidenceOf(table: Float64Array, of: Regression, outcomeVariance: number) {
  let squares = 0;
  let byChance = 0;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const information = table[of.information + column]!;
    squares += squareOf(table, of, column);
    // The square that the coefficient would have if its feature meant nothing.
    byChance += (information - of.prior) / (information * information);
  }
  const share = squares > 0 ? Math.max(0, 1 - byChance / squares) : 0;
  return {
    variance: outcomeVariance * squares,
    explained: outcomeVariance * squares * share,
    counted: outcomeVariance * share,
  };
}

function squareOf(table: Float64Array, { pull: coefficients }: Regression, column: number): number {
  const value = table[coefficients + column]!;
  return value * value;
}

/** How unusual a feature is, in standard deviations; 0 where it never moves. */
export function deviationOf(
  table: Float64Array,
  features: ArrayLike<number>,
  column: number,
): number {
  const variance = table[VARIANCE + column]!;
  if (variance <= VARIANCE_MIN) return 0;
  const deviation = (features[column]! - table[MEAN + column]!) / Math.sqrt(variance);
  return Math.min(DEVIATION_MAX, Math.max(-DEVIATION_MAX, deviation));
}

/** Log-odds of a regression for a feature row, from the weights as they are. */
export function logitOf(
  table: Float64Array,
  { pull, bias }: Regression,
  features: ArrayLike<number>,
): number {
  let logit = table[bias]!;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const heeded = table[WEIGHT + column]! * deviationOf(table, features, column);
    logit += table[pull + column]! * heeded;
  }
  return logit;
}
