/**
 * What the ensemble learns from a judged forecast.
 *
 * The pool's weights follow the gradient of its own log-loss, a Newton step per weight (Hazan,
 * Agarwal and Kale, "Logarithmic regret algorithms for online convex optimization", 2007; stacking:
 * Breiman, 1996). Measured against exponential weights on each one's log-loss, and against
 * equal weights: docs/decisions/0042.
 * Promises: O(1) per forecast; what fades gives way to the first guess. Never: weighs an expert
 * below 0.
 */
import type { Label, Probabilities } from '../core/fact.ts';
import { EXPERTS, logitOf, logOf, poolOf } from './ensemble-pool.ts';
import {
  type Classes,
  copyClasses,
  type EnsembleState,
  type Estimate,
  type LossRecord,
  type PendingForecast,
  type Prior,
  poolIn,
  type Share,
  SLOPE,
  STRATEGY_FIRST,
  WEIGHT,
} from './ensemble-state.ts';
import { countForecast } from './reliability.ts';
import { brierOf, logLossOf } from './scores.ts';
import { sigmoid } from './sigmoid.ts';

/** Running means look back over about as many proposals; estimates over more. */
const BASE_EXAMPLES = 2000;
const STRATEGY_EXAMPLES = 1000;
const KEPT = 1 - 1 / 5000;
/** Labels overlap in time, so an example is worth about half an independent one. */
const INDEPENDENT_SHARE = 0.5;

export interface Outcome {
  readonly label: Label;
  /** Whether the proposed direction won. */
  readonly won: 0 | 1;
}

/** First the forecast is judged, by what was known when it was made; then everything learns. */
export function learnOutcome(
  state: EnsembleState,
  forecast: PendingForecast,
  { label, won }: Outcome,
): void {
  judge(state, forecast, label);
  learnWeights(state, forecast, label);
  learnClasses(state, forecast, label);
  learnWon(state, forecast, { label, won });
}

function judge({ records }: EnsembleState, forecast: PendingForecast, label: Label): void {
  const { base, votes, pooled } = forecast;
  for (const expert of EXPERTS) {
    const vote = votes[expert];
    if (vote !== null) keepScore(records[expert], { vote, base, label });
  }
  keepScore(records.pool, { vote: pooled, base, label });
}

function keepScore(
  record: LossRecord,
  of: { readonly vote: Probabilities; readonly base: Probabilities; readonly label: Label },
): void {
  const { vote, base, label } = of;
  record.examples += 1;
  const rate = Math.max(1 / record.examples, 1 / BASE_EXAMPLES);
  record.logLoss += rate * (logLossOf(vote[label]) - record.logLoss);
  record.baseLogLoss += rate * (logLossOf(base[label]) - record.baseLogLoss);
  record.brier += rate * (brierOf(vote, label) - record.brier);
  record.baseBrier += rate * (brierOf(base, label) - record.baseBrier);
}

function learnWeights(state: EnsembleState, forecast: PendingForecast, label: Label): void {
  const { weights } = state;
  const { base, votes } = forecast;
  // The slope is that of today's weights: those that it was made with have moved on since.
  const pooled = poolOf({ ...poolIn(state), base }, votes);
  for (const expert of EXPERTS) {
    const vote = votes[expert];
    if (vote === null) continue;
    const away = (name: Label): number => logOf(vote[name]) - logOf(base[name]);
    const [hold, buy, sell] = [away(0), away(1), away(2)];
    const mean = pooled[0] * hold + pooled[1] * buy + pooled[2] * sell;
    const square = pooled[0] * hold * hold + pooled[1] * buy * buy + pooled[2] * sell * sell;
    step(weights[expert], WEIGHT, { gradient: away(label) - mean, spread: square - mean * mean });
  }
}

/** One step of Newton's method on an estimate; `spread` is the example's information. */
function step(
  estimate: Estimate,
  { first, information, max }: Prior,
  { gradient, spread }: { readonly gradient: number; readonly spread: number },
): void {
  const known = KEPT * (estimate.information - information);
  estimate.information = information + known + INDEPENDENT_SHARE * Math.max(0, spread);
  const pull = information * (1 - KEPT) * (first - estimate.value);
  const moved = (INDEPENDENT_SHARE * gradient + pull) / estimate.information;
  estimate.value = Math.min(max, Math.max(0, estimate.value + moved)) + 0;
}

function learnClasses(state: EnsembleState, forecast: PendingForecast, label: Label): void {
  const { strategy, direction } = forecast;
  learnClass(state.base, label, BASE_EXAMPLES);
  state.strategies[strategy] ??= copyClasses(STRATEGY_FIRST);
  const proposed = direction === 'long' ? 1 : 2;
  const seen = label === 0 ? 0 : label === proposed ? 1 : 2;
  learnClass(state.strategies[strategy], seen, STRATEGY_EXAMPLES);
}

function learnClass(classes: Classes, seen: Label, memory: number): void {
  classes.examples += 1;
  const rate = Math.max(1 / classes.examples, 1 / memory);
  for (let name = 0; name < classes.shares.length; name += 1)
    classes.shares[name]! += rate * ((name === seen ? 1 : 0) - classes.shares[name]!);
}

/** The calibration, and the record of how reliable it was. */
function learnWon(state: EnsembleState, forecast: PendingForecast, outcome: Outcome): void {
  const { chance, confidence } = forecast;
  const { label, won } = outcome;
  const base = logitOf(state.won.share);
  const away = logitOf(chance) - base;
  const expected = sigmoid(base + state.slope.value * away);
  const spread = expected * (1 - expected) * away * away;
  step(state.slope, SLOPE, { gradient: (won - expected) * away, spread });
  learnShare(state.won, won, BASE_EXAMPLES);
  if (label === 0) learnShare(state.timeoutWon, won, STRATEGY_EXAMPLES);
  countForecast(state.bins, confidence, won);
}

function learnShare(record: Share, outcome: 0 | 1, memory: number): void {
  record.examples += 1;
  record.share += Math.max(1 / record.examples, 1 / memory) * (outcome - record.share);
}
