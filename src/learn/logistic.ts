/**
 * Multinomial logistic regression with L2 shrinkage on standardised features.
 *
 * Promises: the fit is the unique minimum of a convex function, found deterministically from
 * zero. Never: weighs classes; the class frequencies are part of what it has to say.
 */
import { minimise } from './minimise.ts';
import { CLASS_COUNT } from './scores.ts';

/** Row-major standardised inputs and labels of the rows to learn from. */
export interface TrainingSet {
  readonly inputs: Float64Array;
  readonly columns: number;
  readonly rows: readonly number[];
  /** By row number of `inputs`. */
  readonly labels: Uint8Array;
}

export interface LinearFit {
  /** Per class, per column. */
  readonly weights: number[][];
  readonly bias: number[];
}

/** Per example and squared weight: as strong as a hundred examples that say nothing. */
export const shrinkageOf = (examples: number): number => 100 / Math.max(examples, 100);

export function fitLogistic(set: TrainingSet): LinearFit {
  const { columns } = set;
  const shrinkage = shrinkageOf(set.rows.length);
  const point = minimise(
    (at, gradient) => penalisedLoss(set, at, { gradient, shrinkage }),
    new Float64Array(CLASS_COUNT * (columns + 1)),
  );
  const weights: number[][] = [];
  const bias: number[] = [];
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    const start = name * (columns + 1);
    weights.push(Array.from(point.subarray(start, start + columns), weight => weight + 0));
    bias.push(point[start + columns]! + 0);
  }
  return { weights, bias };
}

/** Mean log-loss plus shrinkage at `at`: per class its weights, then its bias. */
function penalisedLoss(
  set: TrainingSet,
  at: Float64Array,
  out: { readonly gradient: Float64Array; readonly shrinkage: number },
): number {
  const { inputs, columns, rows, labels } = set;
  const { gradient } = out;
  const width = columns + 1;
  gradient.fill(0);
  let loss = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index]!;
    const start = row * columns;
    let hold = at[columns]!;
    let buy = at[width + columns]!;
    let sell = at[2 * width + columns]!;
    for (let column = 0; column < columns; column += 1) {
      const input = inputs[start + column]!;
      hold += at[column]! * input;
      buy += at[width + column]! * input;
      sell += at[2 * width + column]! * input;
    }
    const highest = Math.max(hold, buy, sell);
    const label = labels[row]!;
    const chosen = label === 0 ? hold : label === 1 ? buy : sell;
    const holdPart = Math.exp(hold - highest);
    const buyPart = Math.exp(buy - highest);
    const sellPart = Math.exp(sell - highest);
    const sum = holdPart + buyPart + sellPart;
    loss += highest + Math.log(sum) - chosen;
    const holdError = holdPart / sum - (label === 0 ? 1 : 0);
    const buyError = buyPart / sum - (label === 1 ? 1 : 0);
    const sellError = sellPart / sum - (label === 2 ? 1 : 0);
    for (let column = 0; column < columns; column += 1) {
      const input = inputs[start + column]!;
      gradient[column]! += holdError * input;
      gradient[width + column]! += buyError * input;
      gradient[2 * width + column]! += sellError * input;
    }
    gradient[columns]! += holdError;
    gradient[width + columns]! += buyError;
    gradient[2 * width + columns]! += sellError;
  }
  return loss / rows.length + addShrinkage(at, out, { width, examples: rows.length });
}

/** Turns the summed gradient into the mean, adds the penalty's part, and returns the penalty. */
function addShrinkage(
  at: Float64Array,
  out: { readonly gradient: Float64Array; readonly shrinkage: number },
  size: { readonly width: number; readonly examples: number },
): number {
  let penalty = 0;
  for (let index = 0; index < at.length; index += 1) {
    const isBias = index % size.width === size.width - 1;
    const weight = isBias ? 0 : at[index]!;
    out.gradient[index] = out.gradient[index]! / size.examples + out.shrinkage * weight;
    penalty += weight * weight;
  }
  return (penalty * out.shrinkage) / 2;
}

/** The three logits of one standardised row, written to `out` at `at`. */
export function linearLogits(
  fit: LinearFit,
  input: { readonly values: ArrayLike<number>; readonly start: number },
  out: { readonly logits: Float64Array; readonly at: number },
): void {
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    const weights = fit.weights[name]!;
    let sum = fit.bias[name]!;
    for (let column = 0; column < weights.length; column += 1)
      sum += weights[column]! * input.values[input.start + column]!;
    out.logits[out.at + name] = sum;
  }
}
