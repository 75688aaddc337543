/**
 * Retraining: when a model is owed a training, one rule for both models.
 *
 * Due: at most once a market day, and never before enough examples came that no decision has seen
 * (COMPARE_MIN, or nothing could be decided) — then, without a model at once; with one after every
 * `retrainEvery` new examples, or as soon as it drifts (drift.ts). One that could decide nothing is
 * tried again once the examples it lacked have come.
 * Promises: a fold of facts, O(1) per example. Never: reads a clock or counts an example for a
 * comparison twice.
 */
import { asCount, asNumber, fieldsOf, nullable, type Reader } from '../base/field.ts';
import { DAY_MS, type Millis } from '../base/time.ts';
import type { Example, TrainOutcome, TrainRequest, TrainTrigger } from '../core/fact.ts';
import { type ColumnMap, gateToday } from '../core/feature-migration.ts';
import { BLOCKS_MIN } from './blocks.ts';
import { asDrift, type Drift, driftFrom, foldLoss, isDrifting, noDrift } from './drift.ts';
import { COMPARE_MIN, EXAMPLES_MIN } from './slices.ts';

export interface Retraining {
  /** Examples since the last request. */
  sinceRequest: number;
  lastRequestTime: Millis | null;
  /** Market time up to which labels took part in a decision; null: none was made. */
  seenUntil: Millis | null;
  /** The longest time a label took: the embargo. */
  labelMsMax: Millis;
  /** Examples that no decision has seen, embargo included. */
  fresh: number;
  drift: Drift;
  /** Attention's weights as of the last decision, one per feature; null: none was made. */
  gate: readonly number[] | null;
}

export const noRetraining = (): Retraining => ({
  sinceRequest: 0,
  lastRequestTime: null,
  seenUntil: null,
  labelMsMax: 0,
  fresh: 0,
  drift: noDrift(),
  gate: null,
});

/** An example was labelled. `loss`: the log-loss of the model's prediction; null: no model. */
export function foldExample(
  state: Retraining,
  example: Pick<Example, 'time' | 'labelledAt'>,
  loss: number | null,
): void {
  state.sinceRequest += 1;
  state.labelMsMax = Math.max(state.labelMsMax, example.labelledAt - example.time);
  if (!isUnseen(state, example)) return;
  state.fresh += 1;
  if (loss !== null) foldLoss(state.drift, loss);
}

/** Whether no decision has seen this example, or any whose label overlaps its window. */
export const isUnseen = (state: Retraining, example: Pick<Example, 'time'>): boolean =>
  state.seenUntil === null || example.time >= state.seenUntil + state.labelMsMax;

/** The model is owed a training. */
export function foldRequest(state: Retraining, time: Millis): void {
  state.lastRequestTime = time;
  state.sinceRequest = 0;
}

/** The training was answered. `request`: what it could see. */
export function foldOutcome(
  state: Retraining,
  outcome: TrainOutcome,
  request: Pick<TrainRequest, 'time' | 'nextGate'>,
): void {
  if (!isDecision(outcome)) {
    state.fresh = Math.min(state.fresh, worthOf(outcome));
    return;
  }
  state.seenUntil = request.time;
  state.gate = request.nextGate ?? null;
  state.fresh = 0;
  const stays = outcome.adopted ? outcome.challenger : outcome.champion;
  state.drift = stays === null ? noDrift() : driftFrom(stays);
}

/** How far towards a decision the examples went that could not make one: below COMPARE_MIN. */
function worthOf({ slices, gain }: TrainOutcome): number {
  const spread = (COMPARE_MIN * (gain?.blocks ?? 0)) / BLOCKS_MIN;
  return Math.floor(Math.min(slices?.compare ?? 0, spread, COMPARE_MIN - 1));
}

/** Whether the compare slice was large enough to be used. Facts of 0.1.0 always decided. */
export const isDecision = ({ verdict }: TrainOutcome): boolean => verdict !== 'too few examples';

/** The model is gone (a release can't read it): the next one is due as the first one was. */
export function forgetModel(state: Retraining, examples: number): void {
  state.seenUntil = null;
  state.gate = null;
  state.fresh = examples;
  state.sinceRequest = Math.max(state.sinceRequest, COMPARE_MIN);
  state.drift = noDrift();
}

/** What a training is due for, and on what. */
export interface DueTraining {
  readonly from: number;
  readonly through: number;
  readonly trigger: TrainTrigger;
  readonly seenUntil?: Millis;
  /** Given where a model is gone, whose number is not given again. */
  readonly version?: number;
}

export interface RetrainingView {
  readonly retrainEvery: number;
  readonly hasModel: boolean;
  /** Examples that a training could use. */
  readonly examples: number;
  /** When the last of them was labelled. */
  readonly time: Millis;
}

/** Why a training is due; null: none is. */
export function trainingTrigger(state: Retraining, view: RetrainingView): TrainTrigger | null {
  const { sinceRequest, lastRequestTime, fresh, drift } = state;
  if (fresh < COMPARE_MIN || view.examples < EXAMPLES_MIN) return null;
  if (lastRequestTime !== null && view.time - lastRequestTime < DAY_MS) return null;
  const isEnough = sinceRequest >= view.retrainEvery;
  if (!view.hasModel) return isEnough || sinceRequest >= COMPARE_MIN ? 'no model' : null;
  if (isDrifting(drift)) return 'drift';
  return isEnough ? 'examples' : null;
}

/** One whose gate has a weight for each feature of the map, with one for each of today's. */
export const retrainingToday = (map: ColumnMap): Reader<Retraining> =>
  fieldsOf<Retraining>({
    sinceRequest: asCount,
    lastRequestTime: nullable(asNumber),
    seenUntil: nullable(asNumber),
    labelMsMax: asNumber,
    fresh: asCount,
    drift: asDrift,
    gate: nullable(gateToday(map)),
  });
