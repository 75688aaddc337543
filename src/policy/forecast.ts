/**
 * The forecast of a proposal: what each learner says of it, and the ensemble's confidence.
 *
 * Promises: reads the world as it stands at the close; numbers are rounded to 1e-6 for the journal.
 * Never: asked of a candle on which nothing is proposed: a quiet market costs nothing.
 */
import type { Forecast, Probabilities } from '../core/fact.ts';
import { attentionVote } from '../learn/attention.ts';
import { predictDeep } from '../learn/deep-signal-model.ts';
import { weighOpinion } from '../learn/ensemble-weights.ts';
import { rounded, roundedVote } from '../learn/scores.ts';
import { predictSignal } from '../learn/signal-model.ts';
import { type SymbolState, sequenceOf } from '../trade/market.ts';
import type { Proposal } from './strategy-proposal.ts';
import type { World } from './world.ts';

export interface Idea {
  readonly symbol: SymbolState;
  readonly strategy: string;
  readonly proposal: Proposal;
}

export function forecastOf(world: World, { symbol, strategy, proposal }: Idea): Forecast {
  const { settings } = world.run;
  const { signalModel, deepSignalModel, attention } = settings.learning;
  const { features } = symbol;
  const { direction } = proposal;
  const opinion = {
    strategy,
    direction,
    strength: rounded(proposal.strength),
    signal: signalModel ? said(predictSignal(world['signal-model'], features)) : null,
    deep: deepSignalModel
      ? said(predictDeep(world['deep-signal-model'], sequenceOf(symbol)))
      : null,
    attention: attention ? said(attentionVote(world.attention, features)) : null,
  };
  return { ...opinion, ...weighOpinion(world.ensemble, opinion, settings) };
}

const said = (vote: Probabilities | null): Probabilities | null => vote && roundedVote(vote);
