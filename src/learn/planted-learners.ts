/**
 * The two signal models for tests, folded together as the bot folds them.
 *
 * Promises: nothing but what the components do. Never: used outside tests.
 */
import type { Example, Fact, ModelId, TrainRequest } from '../core/fact.ts';
import { createFold, type Fold } from '../core/fold.ts';
import { type DeepSignalModelState, deepSignalModel } from './deep-signal-model.ts';
import { FEATURE_COUNT } from './features.ts';
import { type SignalModelState, signalModel } from './signal-model.ts';

export const SIGNAL: ModelId = 'signal-model';
export const DEEP: ModelId = 'deep-signal-model';

export interface Learners {
  readonly signal: SignalModelState;
  readonly deep: DeepSignalModelState;
  readonly fold: Fold;
}

export function learners(
  signal: SignalModelState = signalModel.initial(),
  deep: DeepSignalModelState = deepSignalModel.initial(),
): Learners {
  const states = { [SIGNAL]: signal, [DEEP]: deep };
  return { signal, deep, fold: createFold([signalModel, deepSignalModel], states) };
}

export const labelled = (example: Example): Fact => ({ type: 'example.labelled', ...example });

export const requested = (request: TrainRequest): Fact => ({
  type: 'model.train.requested',
  ...request,
});

/** A feature row that is 0 but for the first. */
export function row(value: number): number[] {
  const features = new Array<number>(FEATURE_COUNT).fill(0);
  features[0] = value;
  return features;
}
