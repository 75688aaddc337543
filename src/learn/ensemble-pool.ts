/**
 * The ensemble's arithmetic: from what each expert says of a proposal to one confidence.
 *
 * **Confidence is the chance that the proposal wins**: that a position in its direction, entered at
 * the next open and left at its example's barrier or time limit, ends with a profit, the costs of
 * both ways in.
 *
 * Experts speak of the three classes of the triple barrier. They are pooled as logarithms around the
 * base rate (a logarithmic opinion pool: Genest and Zidek, "Combining probability distributions",
 * 1986): log p = log base + Σ weight × (log expert − log base), up to a constant. The chance to win
 * is that of the proposed side's barrier, and the part of the time-outs that ended in profit. It is
 * calibrated around the share of proposals that won (temperature scaling: Guo et al., 2017).
 * Promises: an expert that is silent or says the base rate changes nothing. Never: learns; see
 * ensemble-weights.ts.
 */
import type { Probabilities } from '../core/fact.ts';
import type { Direction } from '../core/order.ts';
import { rounded } from './scores.ts';
import { sigmoid } from './sigmoid.ts';

/** Whose forecasts are pooled. A strategy's is how its proposals ended so far. */
export const EXPERTS = ['strategy', 'signal', 'deep', 'attention'] as const;
export type Expert = (typeof EXPERTS)[number];

/** What each expert says of hold, buy and sell; null: it is silent. */
export type Votes = Readonly<Record<Expert, Probabilities | null>>;

/** What the pool has learned. */
export interface Pool {
  readonly base: Probabilities;
  readonly weights: Readonly<Record<Expert, number>>;
  /** Of the proposals whose time ran out, the share that ended in profit. */
  readonly timeoutWon: number;
  /** Of all proposals; and how far a forecast is followed away from it. */
  readonly won: number;
  readonly slope: number;
}

/** No forecast settles the matter by itself. */
const PROBABILITY_MIN = 0.005;
const CHANCE_MIN = 0.01;

export const logOf = (probability: number): number =>
  Math.log(Math.max(PROBABILITY_MIN, probability));

export const logitOf = (chance: number): number => {
  const bounded = Math.min(1 - CHANCE_MIN, Math.max(CHANCE_MIN, chance));
  return Math.log(bounded / (1 - bounded));
};

/** The pooled class probabilities. */
export function poolOf({ base, weights }: Pick<Pool, 'base' | 'weights'>, votes: Votes) {
  const logs = base.map(logOf) as [number, number, number];
  for (const expert of EXPERTS) {
    const vote = votes[expert];
    if (vote === null) continue;
    const weight = weights[expert];
    logs[0] += weight * (logOf(vote[0]) - logOf(base[0]));
    logs[1] += weight * (logOf(vote[1]) - logOf(base[1]));
    logs[2] += weight * (logOf(vote[2]) - logOf(base[2]));
  }
  return softmax(logs);
}

function softmax(logs: readonly [number, number, number]): Probabilities {
  const highest = Math.max(...logs);
  const hold = Math.exp(logs[0] - highest);
  const buy = Math.exp(logs[1] - highest);
  const sell = Math.exp(logs[2] - highest);
  const sum = hold + buy + sell;
  return [hold / sum, buy / sum, sell / sum];
}

/** The pool's chance that the direction wins, not calibrated. */
export const chanceOf = (
  [hold, buy, sell]: Probabilities,
  direction: Direction,
  timeoutWon: number,
): number => (direction === 'long' ? buy : sell) + timeoutWon * hold;

/** The calibrated chance, rounded to 1e-6 for the journal. */
export function confidenceOf(chance: number, { won, slope }: Pick<Pool, 'won' | 'slope'>): number {
  const base = logitOf(won);
  return rounded(sigmoid(base + slope * (logitOf(chance) - base)));
}
