/**
 * The deep signal model: a dense network on the gated features and their recent mean.
 *
 * Promises: predicts only after a model was adopted; weights and moments are float32 in memory
 * and in the file. Has no examples of its own: it is lent the signal model's.
 * Never: trains (training.ts does, elsewhere) or draws a seed.
 */
import { must } from '../base/assert.ts';
import type { Millis } from '../base/time.ts';
import type { Component } from '../core/component.ts';
import type {
  ModelId,
  Probabilities,
  TrainOutcome,
  TrainRequest,
  TrainTrigger,
} from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { decodeDeepSignalModel, encodeDeepSignalModel } from './deep-signal-model-file.ts';
import { type DenseModel, packDense, predictDenseModel, unpackDense } from './dense-model.ts';
import { isDecision, noRetraining, trainingTrigger } from './retraining.ts';
import { requestOf, type TrainingRecord, trainingRecordOf } from './train-record.ts';

export interface DeepSignalModelState {
  /** 0: none yet. */
  version: number;
  /** Network, optimizer, scaler, gate and calibration; null: none yet. */
  model: DenseModel | null;
  request: TrainRequest | null;
  lastRequestTime: Millis | null;
  /** Examples since the last request. */
  sinceTraining: number;
  examplesSeen: number;
  /** Id of the last labelled example; 0: none. */
  lastSeenExample: number;
  /** The last example, and the time, up to which the champion was trained or chosen. */
  trainedThrough: number;
  seenUntil: Millis;
  lastOutcome: TrainingRecord | null;
}

const ID: ModelId = 'deep-signal-model';

export const deepSignalModel: Component<'deep-signal-model', DeepSignalModelState> = {
  id: ID,
  title: 'deep signal model',
  version: 1,
  learned: true,
  file: {
    name: 'deep_signal_model.safetensors',
    format: 'safetensors',
    encode: encodeDeepSignalModel,
    decode: decodeDeepSignalModel,
  },
  initial: () => ({
    version: 0,
    model: null,
    request: null,
    lastRequestTime: null,
    sinceTraining: 0,
    examplesSeen: 0,
    lastSeenExample: 0,
    trainedThrough: 0,
    seenUntil: 0,
    lastOutcome: null,
  }),
  on: {
    'example.labelled': (state, { id }) => {
      state.lastSeenExample = id;
      state.examplesSeen += 1;
      state.sinceTraining += 1;
    },
    'model.train.requested': (state, fact) => {
      if (fact.model !== ID) return;
      state.request = requestOf(fact);
      state.lastRequestTime = fact.time;
      state.sinceTraining = 0;
    },
    'model.trained': (state, fact, blob) => {
      if (fact.model === ID) foldOutcome(state, fact, blob);
    },
  },
  check: state => {
    if (state.version > 0 !== (state.model !== null)) return 'a version without its model';
    if (state.request !== null && state.request.model !== ID) return 'the request of another model';
    return state.sinceTraining > state.examplesSeen ? 'more new examples than were seen' : null;
  },
};

function foldOutcome(
  state: DeepSignalModelState,
  fact: TrainOutcome,
  blob: Uint8Array | undefined,
): void {
  state.trainedThrough = fact.through;
  if (isDecision(fact)) state.seenUntil = state.request?.time ?? fact.time;
  state.lastOutcome = trainingRecordOf(fact, state.request);
  state.request = null;
  if (!fact.adopted) return;
  state.version = fact.version;
  state.model = unpackDense(must(blob, 'trained weights')).model;
}

/** Class probabilities of a feature row and the mean of the last SEQUENCE_ROWS; null: no model. */
export const predictDeep = (
  state: DeepSignalModelState,
  features: ArrayLike<number>,
  context: ArrayLike<number>,
): Probabilities | null =>
  state.model === null ? null : predictDenseModel(state.model, features, context);

/**
 * What a training should use, when one is due: at most one a market day. `lent` is what the
 * signal model has to lend (`exampleSpan`).
 */
export function trainingDue(
  state: DeepSignalModelState,
  settings: Settings,
  lent: {
    readonly from: number;
    readonly through: number;
    readonly count: number;
    readonly time: Millis;
  } | null,
): { from: number; through: number; trigger: TrainTrigger } | null {
  const { learning } = settings;
  if (!learning.deepSignalModel || state.request !== null || lent === null) return null;
  const { sinceTraining, lastRequestTime } = state;
  const trigger = trainingTrigger(
    {
      ...noRetraining(),
      lastRequestTime,
      sinceRequest: sinceTraining,
      // What came since the last request, less a fifth for the embargo.
      fresh: Math.floor(lastRequestTime === null ? sinceTraining : 0.8 * sinceTraining),
    },
    {
      retrainEvery: learning.retrainEvery,
      hasModel: state.model !== null,
      examples: lent.count,
      time: lent.time,
    },
  );
  return trigger === null ? null : { from: lent.from, through: lent.through, trigger };
}

/** What the trainer needs of the champion; null: there is none. */
export const championOf = (state: DeepSignalModelState): Uint8Array | null =>
  state.model === null ? null : packDense({ model: state.model, seenUntil: state.seenUntil });
