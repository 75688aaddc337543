/**
 * Attention's file of older releases, lifted to the table of this one.
 *
 * Promises: the vote goes on as it was, to rounding; the columns stay those of the first feature list.
 * Never: knows today's features.
 */
import { must } from '../base/assert.ts';
import type { Encoded } from '../core/component.ts';
import { FEATURE_LISTS } from '../core/feature.ts';
import {
  BIAS_PRIOR,
  createTable,
  INDEPENDENT_SHARE,
  RISE,
  ROW,
  ROW_COUNT,
  SCALAR_COLUMN,
} from './attention-table.ts';

/** Rows of 0.1.0 after weight, score, mean and variance, which are the same here. */
const COVARIANCE_ROW = 4;
const SCALAR_ROW = 5;
const OLD_ROW_COUNT = 6;
/** It looked back over about as many examples. */
const OLD_MEMORY_EXAMPLES = 1000;
const VARIANCE_MIN = 1e-12;

/**
 * How often a barrier is reached is soon learned anew: those of this release stand elsewhere.
 *
 * 0.1.0 summed weight × correlation × deviation over all features, scaled that, and passed it
 * through Platt's line: which is a logistic regression whose pull is the scaled correlation.
 */
export function toVersion2(old: Encoded): Encoded {
  if (old.format !== 'npy') throw new Error(`attention in ${old.format}`);
  const { rows, columns, data } = old;
  const { length } = must(FEATURE_LISTS[0], 'the features of 0.1.0');
  if (rows !== OLD_ROW_COUNT || columns !== length || data.length !== rows * columns)
    throw new Error(`attention is ${rows} × ${columns}, not ${OLD_ROW_COUNT} × ${length}`);
  const table = createTable(columns);
  table.set(data.subarray(0, COVARIANCE_ROW * columns));
  const scalar = data.subarray(SCALAR_ROW * columns);
  const [examples, , outcomeVariance, hold, evidenceSquare, slope, intercept] = scalar;
  const decidedShare = 1 - hold!;
  const decided = Math.min(0.99, Math.max(0.01, decidedShare));
  const known = INDEPENDENT_SHARE * Math.min(examples!, OLD_MEMORY_EXAMPLES);
  const set = (name: keyof typeof SCALAR_COLUMN, value: number) => {
    table[ROW.scalar * columns + SCALAR_COLUMN[name]] = value;
  };
  set('examples', examples!);
  set('decidedShare', decidedShare);
  set('decidedBias', Math.log(decided / (1 - decided)));
  set('riseBias', intercept!);
  set('riseBiasInformation', BIAS_PRIOR + (known * decided) / 4);
  const scale = evidenceSquare! > VARIANCE_MIN ? slope! / Math.sqrt(evidenceSquare!) : 0;
  for (let column = 0; column < columns; column += 1) {
    const spread = data[ROW.variance * columns + column]! * outcomeVariance!;
    const covariance = data[COVARIANCE_ROW * columns + column]!;
    const correlation = spread > VARIANCE_MIN ? covariance / Math.sqrt(spread) : 0;
    table[ROW.rise * columns + column] = (scale * correlation) / columns + 0;
    table[ROW.riseInformation * columns + column] = RISE.prior + (known * decided) / 4;
  }
  return { format: 'npy', rows: ROW_COUNT, columns, data: table };
}
