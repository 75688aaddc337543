/**
 * Gradient boosting (Friedman 2001): trees in rounds, one a class, each fitted to what the softmax
 * of those before it still gets wrong (second-order, Chen & Guestrin 2016).
 *
 * Promises: the same forest for the same lesson, rules and dice; begins as the class frequencies
 * and ends at the round with the least loss on the stop slice.
 * Never: looks at a row that it was not given.
 */
import type { Rng } from '../base/rng.ts';
import { binValues, type Values } from './boosted-bins.ts';
import { EMPTY_FOREST, type Forest, treeValue } from './boosted-forest.ts';
import { createGrower, type Grower, type TreeRules } from './boosted-tree.ts';
import { CLASS_COUNT, logLossOf } from './scores.ts';

export interface BoostingRules extends TreeRules {
  readonly roundsMax: number;
  /** Rounds without a better stop loss before it ends. */
  readonly patience: number;
  /** Shares of the rows and of the columns that a tree is fitted to. */
  readonly rowShare: number;
  readonly columnShare: number;
}

/** Rows of the values, with their labels in the order of the rows. */
export interface Sample {
  readonly rows: readonly number[];
  readonly labels: Uint8Array;
}

export interface BoostingLesson {
  readonly values: Values;
  readonly train: Sample & { readonly weights: Float64Array };
  readonly stop: Sample;
  /** Logarithms of the class frequencies to begin with. */
  readonly prior: readonly number[];
  /** In what proportion a column is sampled. */
  readonly gate: readonly number[];
}

export interface Boosted {
  readonly forest: Forest;
  readonly rounds: number;
}

export function boost(lesson: BoostingLesson, rules: BoostingRules, rng: Rng): Boosted {
  const { train, stop, values, prior } = lesson;
  if (train.rows.length === 0 || stop.rows.length === 0) return { forest: EMPTY_FOREST, rounds: 0 };
  const grower = createGrower(binValues(values, train.rows), rules, rules.roundsMax * CLASS_COUNT);
  const desk = createDesk(lesson, rules, rng);
  const watched = scoresFrom(stop.rows.length, prior);
  let best = { rounds: 0, loss: lossOf(watched, stop.labels) };
  for (let rounds = 1; rounds <= rules.roundsMax; rounds += 1) {
    growRound(desk, grower);
    addRound(watched, { values, rows: stop.rows }, grower.grown);
    const loss = lossOf(watched, stop.labels);
    if (loss < best.loss) best = { rounds, loss };
    else if (rounds - best.rounds >= rules.patience) break;
  }
  return { forest: grower.forest(best.rounds * CLASS_COUNT), rounds: best.rounds };
}

/** The working memory of a training. */
interface Desk {
  readonly lesson: BoostingLesson;
  readonly rules: BoostingRules;
  readonly rng: Rng;
  /** Row by row: hold, buy, sell. */
  readonly scores: Float64Array;
  readonly chances: Float64Array;
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly order: Uint32Array;
  /** The rows of this round: those that its trees are fitted to first, each part ascending. */
  readonly drawn: Uint32Array;
}

function createDesk(lesson: BoostingLesson, rules: BoostingRules, rng: Rng): Desk {
  const count = lesson.train.rows.length;
  return {
    ...{ lesson, rules, rng },
    scores: scoresFrom(count, lesson.prior),
    chances: new Float64Array(count * CLASS_COUNT),
    gradient: new Float64Array(count),
    hessian: new Float64Array(count),
    order: new Uint32Array(count),
    drawn: Uint32Array.from({ length: count }, (_, row) => row),
  };
}

function growRound(desk: Desk, grower: Grower): void {
  const { lesson, rules, rng, scores, chances, order, drawn } = desk;
  softmax(scores, chances);
  const fitted = drawRows(desk);
  for (let label = 0; label < CLASS_COUNT; label += 1) {
    fillSlopes(desk, label);
    order.set(drawn);
    grower.grow({
      gradient: desk.gradient,
      hessian: desk.hessian,
      columns: drawColumns(lesson.gate, rules.columnShare, rng),
      fitted,
      order,
      scores: scores.subarray(label),
      stride: CLASS_COUNT,
    });
  }
}

/** Gradient and hessian of the weighted log-loss by the score of one class. */
function fillSlopes({ lesson, chances, gradient, hessian }: Desk, label: number): void {
  const { labels, weights } = lesson.train;
  for (let row = 0; row < labels.length; row += 1) {
    const chance = chances[row * CLASS_COUNT + label]!;
    const weight = weights[row]!;
    gradient[row] = weight * (chance - (labels[row] === label ? 1 : 0));
    hessian[row] = weight * chance * (1 - chance);
  }
}

/** Draws the rows of a round without replacement (Friedman 2002); returns how many. */
function drawRows({ rules, rng, drawn }: Desk): number {
  const fitted = Math.ceil(rules.rowShare * drawn.length);
  if (fitted === drawn.length) return fitted;
  for (let place = 0; place < fitted; place += 1) {
    const other = place + rng.nextInt(drawn.length - place);
    const kept = drawn[place]!;
    drawn[place] = drawn[other]!;
    drawn[other] = kept;
  }
  // Rows that lie together in memory are summed faster.
  drawn.subarray(0, fitted).sort();
  drawn.subarray(fitted).sort();
  return fitted;
}

/**
 * Draws columns without replacement, each next one with a chance in proportion to its gate: the
 * least of exponential waiting times (Efraimidis & Spirakis 2006).
 */
export function drawColumns(gate: readonly number[], share: number, rng: Rng): Uint8Array {
  const count = Math.max(1, Math.ceil(share * gate.length));
  const columns = Array.from(gate, (_, column) => column);
  if (count < gate.length) {
    const waits = gate.map(weight => -Math.log(1 - rng.nextFloat()) / weight);
    columns.sort((a, b) => waits[a]! - waits[b]! || a - b);
  }
  return Uint8Array.from(columns.slice(0, count)).sort();
}

function scoresFrom(count: number, prior: readonly number[]): Float64Array {
  const scores = new Float64Array(count * CLASS_COUNT);
  for (let place = 0; place < scores.length; place += 1)
    scores[place] = prior[place % CLASS_COUNT]!;
  return scores;
}

/** The votes of the newest round, for rows that it was not fitted to. */
function addRound(
  scores: Float64Array,
  { values, rows }: { readonly values: Values; readonly rows: readonly number[] },
  grown: Forest,
): void {
  const first = grown.roots.length - CLASS_COUNT;
  const { data, columns } = values;
  for (let place = 0; place < rows.length; place += 1) {
    const start = rows[place]! * columns;
    const row = data.subarray(start, start + columns);
    for (let label = 0; label < CLASS_COUNT; label += 1)
      scores[place * CLASS_COUNT + label]! += treeValue(grown, first + label, row);
  }
}

function softmax(scores: Float64Array, chances: Float64Array): void {
  for (let start = 0; start < scores.length; start += CLASS_COUNT) {
    const highest = Math.max(scores[start]!, scores[start + 1]!, scores[start + 2]!);
    const hold = Math.exp(scores[start]! - highest);
    const buy = Math.exp(scores[start + 1]! - highest);
    const sell = Math.exp(scores[start + 2]! - highest);
    const sum = hold + buy + sell;
    chances[start] = hold / sum;
    chances[start + 1] = buy / sum;
    chances[start + 2] = sell / sum;
  }
}

function lossOf(scores: Float64Array, labels: Uint8Array): number {
  const chances = new Float64Array(scores.length);
  softmax(scores, chances);
  let sum = 0;
  for (let row = 0; row < labels.length; row += 1)
    sum += logLossOf(chances[row * CLASS_COUNT + labels[row]!]!);
  return sum / labels.length;
}
