/**
 * The ensemble: how much each expert's word counts, and what the confidence was worth.
 *
 * A forecast is made when its example opens and judged when the label comes due
 * (ensemble-learning.ts); what a confidence means stands in ensemble-pool.ts.
 * Promises: nothing is learned from an outcome that was known when the forecast was made. Never:
 * learns while it is switched off; then all opinions weigh the same and nothing is calibrated.
 */
import { must } from '../base/assert.ts';
import type { Component } from '../core/component.ts';
import type { Example, Fact, Forecast, Probabilities } from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { decodeEnsemble, encodeEnsemble } from './ensemble-file.ts';
import { learnOutcome } from './ensemble-learning.ts';
import { chanceOf, confidenceOf, EXPERTS, poolOf } from './ensemble-pool.ts';
import {
  type EnsembleState,
  initialEnsemble,
  PENDING_MAX,
  type PendingForecast,
  poolIn,
  STRATEGY_FIRST,
  WEIGHT,
} from './ensemble-state.ts';
import { roundTripCost, wonBy } from './labels.ts';
import { roundedVote } from './scores.ts';

export type { EnsembleState } from './ensemble-state.ts';

export const ensemble: Component<'ensemble', EnsembleState> = {
  id: 'ensemble',
  title: 'ensemble',
  version: 1,
  learned: true,
  file: {
    name: 'ensemble_state.json',
    format: 'json',
    encode: encodeEnsemble,
    decode: decodeEnsemble,
  },
  initial: initialEnsemble,
  // The forecasts that are still to be judged are the present's; the others' labels have come.
  reconcile: (arriving, { active, cost, pending }) => ({ ...arriving, active, cost, pending }),
  on: {
    // What was learned may have come from another directory; what waited there is over.
    'directory.bound': state => {
      state.pending = [];
    },
    // Labels that a new market knows nothing of will never be told.
    'component.founded': (state, { ids }) => {
      if (ids.includes('market')) state.pending = [];
    },
    'config.changed': (state, { settings }) => {
      state.active = settings.learning.ensemble === true;
      state.cost = roundTripCost(settings);
    },
    'example.opened': foldOpened,
    'example.labelled': foldLabelled,
    'example.voided': (state, { id }) => {
      take(state, id);
    },
  },
  check: checkState,
};

/** What is forecast with while the ensemble is switched off. */
const UNLEARNED: Readonly<EnsembleState> = initialEnsemble();

/** An opinion on a proposal, before the ensemble has its say. */
export type Opinion = Omit<Forecast, 'own' | 'pooled' | 'confidence'>;

/** What the ensemble makes of an opinion: what its experts say, and that the proposal wins. */
export function weighOpinion(
  state: EnsembleState,
  opinion: Opinion,
  { learning }: Settings,
): Pick<Forecast, 'own' | 'pooled' | 'confidence'> {
  const isActive = learning.ensemble === true;
  const memory = isActive ? state : UNLEARNED;
  const { signal, deep, attention } = opinion;
  const pool = poolIn(memory);
  const own = roundedVote(ownVote(memory, opinion));
  const pooled = roundedVote(poolOf(pool, { strategy: own, signal, deep, attention }));
  const confidence = confidenceOf(chanceOf(pooled, opinion.direction, pool.timeoutWon), pool);
  return isActive ? { own, pooled, confidence } : { confidence };
}

/** How the strategy's proposals ended so far, turned to this one's direction. */
function ownVote(state: Readonly<EnsembleState>, { strategy, direction }: Opinion): Probabilities {
  const { shares } = state.strategies[strategy] ?? STRATEGY_FIRST;
  const [hold, proposed, other] = shares;
  return direction === 'long' ? [hold, proposed, other] : [hold, other, proposed];
}

function foldOpened(state: EnsembleState, fact: Fact<'example.opened'>): void {
  const { id, forecast, barrier } = fact;
  if (!state.active || forecast?.own === undefined || forecast.pooled === undefined) return;
  const { strategy, direction, signal, deep, attention, own, pooled, confidence } = forecast;
  const { base, timeoutWon } = poolIn(state);
  const votes = { strategy: own, signal, deep, attention };
  const chance = chanceOf(pooled, direction, timeoutWon);
  state.pending.push({
    ...{ id, strategy, direction, barrier, base, votes, pooled, chance, confidence },
  });
  if (state.pending.length > PENDING_MAX) state.pending.shift();
}

function foldLabelled(state: EnsembleState, example: Example): void {
  const forecast = take(state, example.id);
  if (forecast === null) return;
  const won = wonBy(forecast, example, state.cost);
  learnOutcome(state, forecast, { label: example.label, won });
}

/** The forecast of an example, which is then no longer pending; null: none was made. */
function take(state: EnsembleState, id: number): PendingForecast | null {
  const index = state.pending.findIndex(each => each.id === id);
  return index < 0 ? null : must(state.pending.splice(index, 1)[0], 'the forecast');
}

function checkState(state: EnsembleState): string | null {
  for (const { shares } of [state.base, ...Object.values(state.strategies)]) {
    if (shares.some(share => share < 0)) return 'a share below 0';
    if (Math.abs(shares[0] + shares[1] + shares[2] - 1) > 1e-6) return 'shares that are no whole';
  }
  for (const expert of EXPERTS) {
    const { value, information } = state.weights[expert];
    if (value < 0 || value > WEIGHT.max) return `the weight of ${expert} is out of bounds`;
    if (information < WEIGHT.information) return `less is known of ${expert} than at first`;
  }
  if (state.bins.some(bin => bin.won > bin.examples)) return 'more have won than were forecast';
  if (state.pending.length > PENDING_MAX) return 'more forecasts pending than labels can be';
  return new Set(state.pending.map(({ id }) => id)).size === state.pending.length
    ? null
    : 'a forecast pending twice';
}
