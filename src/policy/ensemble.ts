/**
 * The ensemble: one confidence out of what the strategy and the learners say of a proposal.
 *
 * Promises: within (0, 1), one half where nobody knows anything, and monotone in each opinion.
 * Never: learns; all opinions weigh the same until a later release gives them learned weights.
 *
 * Opinions are pooled as the mean of their log-odds (Genest and Zidek, "Combining probability
 * distributions", 1986): it is indifferent to which of two exclusive outcomes is called the event.
 */
import type { Probabilities } from '../core/fact.ts';
import type { Direction } from '../core/order.ts';

export interface Opinions {
  readonly direction: Direction;
  /** Of the proposal, 0..1. */
  readonly strength: number;
  /** Win rate of the strategy so far; null: not known yet. */
  readonly winRatePrior: number | null;
  /** Of the models; null: untrained or switched off. */
  readonly signal: Probabilities | null;
  readonly deep: Probabilities | null;
  readonly attention: Probabilities | null;
}

/** No single opinion settles the matter: log-odds stay within ±3.9. */
const PROBABILITY_MIN = 0.02;
/** A strategy alone is worth 0.4 to 0.7: at the default minimum confidence it may trade. */
const STRENGTH_BASE = 0.4;
const STRENGTH_SPAN = 0.3;
/** A win rate tells little of the next trade; far rates come from few trades. */
const PRIOR_MIN = 0.2;

/** Confidence that the proposed direction wins, rounded to 1e-6 for the journal. */
export function weigh(opinions: Opinions): number {
  const { direction, winRatePrior, signal, deep, attention } = opinions;
  const strength = Math.max(0, Math.min(1, opinions.strength));
  let sum = logOdds(STRENGTH_BASE + STRENGTH_SPAN * strength);
  let count = 1;
  if (winRatePrior !== null) {
    sum += logOdds(Math.max(PRIOR_MIN, Math.min(1 - PRIOR_MIN, winRatePrior)));
    count += 1;
  }
  for (const vote of [signal, deep, attention])
    if (vote !== null) {
      sum += logOdds(chanceOf(vote, direction));
      count += 1;
    }
  const pooled = 1 / (1 + Math.exp(-sum / count));
  return Math.round(pooled * 1e6) / 1e6;
}

/** A hold counts as a toss of a coin, so that a model which knows nothing says one half. */
const chanceOf = ([hold, buy, sell]: Probabilities, direction: Direction): number =>
  (direction === 'long' ? buy : sell) + hold / 2;

function logOdds(probability: number): number {
  const bounded = Math.max(PROBABILITY_MIN, Math.min(1 - PROBABILITY_MIN, probability));
  return Math.log(bounded / (1 - bounded));
}

export type Verdict = 'accepted' | 'confidence too low';

/** What becomes of a proposal with this confidence, before risk has its say. */
export const verdict = (confidence: number, minConfidence: number): Verdict =>
  confidence >= minConfidence ? 'accepted' : 'confidence too low';
