/**
 * The deep signal model: an LSTM over the last SEQUENCE_ROWS feature rows, and the labelled
 * sequences that it learns from.
 *
 * Promises: predicts only after a model was adopted; weights and moments are float32 in memory
 * and in the file; keeps every example that its pending request names. An example without a
 * sequence (of 0.1.0) passes it by.
 * Never: trains (training.ts does, elsewhere) or draws a seed.
 */
import { must } from '../base/assert.ts';
import { SEQUENCES_KEPT_MAX } from '../base/limits.ts';
import type { Component } from '../core/component.ts';
import type { Fact, ModelId, Probabilities, TrainOutcome, TrainRequest } from '../core/fact.ts';
import { packSequence, type Sequence, sequenceToday } from '../core/sequence.ts';
import type { Settings } from '../core/settings.ts';
import { decodeDeepSignalModel, encodeDeepSignalModel } from './deep-signal-model-file.ts';
import { toVersion2, toVersion3 } from './deep-signal-model-upgrade.ts';
import { packLstm, unpackLstm } from './lstm-blob.ts';
import { type LstmModel, predictLstm } from './lstm-model.ts';
import {
  type DueTraining,
  foldOutcome,
  foldRequest,
  foldExample as foldRetraining,
  forgetModel,
  noRetraining,
  type Retraining,
  trainingTrigger,
} from './retraining.ts';
import { logLossOf } from './scores.ts';
import { type SequenceExample, type SequenceTable, sequenceTable } from './sequence-table.ts';
import {
  requestOf,
  TRAININGS_KEPT_MAX,
  type TrainingRecord,
  trainingRecordOf,
} from './train-record.ts';

export interface DeepSignalModelState {
  /** Of the model; 0: there is none. */
  version: number;
  /** The highest version ever given, so that none is given twice. */
  lastVersion: number;
  /** Network, optimizer, scaler, gate and calibration; null: there is none. */
  model: LstmModel | null;
  /** The champions before it, oldest first; at most FORMER_KEPT_MAX. */
  former: FormerLstm[];
  /** Trainings and what became of them, oldest first; at most TRAININGS_KEPT_MAX. */
  history: TrainingRecord[];
  /** Oldest first, in the order in which they were labelled; at most SEQUENCES_KEPT_MAX. */
  examples: SequenceExample[];
  /** Above every id among the examples; the next opened one gets no lower id. */
  nextExampleId: number;
  examplesSeen: number;
  retraining: Retraining;
  request: TrainRequest | null;
}

export interface FormerLstm {
  readonly version: number;
  readonly model: LstmModel;
}

/** While a training runs, examples that it names wait for it up to this many. */
const EXAMPLES_HELD_MAX = 2 * SEQUENCES_KEPT_MAX;
/** Enough to look back, or to go back by hand; a model is some 80 kB. */
const FORMER_KEPT_MAX = 2;

const ID: ModelId = 'deep-signal-model';

export const deepSignalModel: Component<'deep-signal-model', DeepSignalModelState> = {
  id: ID,
  title: 'deep signal model',
  version: 3,
  learned: true,
  file: {
    name: 'deep_signal_model.safetensors',
    format: 'safetensors',
    encode: encodeDeepSignalModel,
    decode: decodeDeepSignalModel,
  },
  initial: () => ({
    version: 0,
    lastVersion: 0,
    model: null,
    former: [],
    history: [],
    examples: [],
    nextExampleId: 1,
    examplesSeen: 0,
    retraining: noRetraining(),
    request: null,
  }),
  on: {
    'example.labelled': foldExample,
    'model.train.requested': (state, fact) => {
      if (fact.model !== ID) return;
      state.request = requestOf(fact);
      foldRequest(state.retraining, fact.time);
    },
    'model.trained': (state, fact, blob) => {
      if (fact.model === ID) foldTraining(state, fact, blob);
    },
  },
  upgrades: { 2: toVersion2, 3: toVersion3 },
  check: checkState,
};

function foldExample(state: DeepSignalModelState, fact: Fact<'example.labelled'>): void {
  const sequence =
    fact.sequence === undefined ? null : sequenceToday(fact.sequence, fact.featureList);
  if (sequence === null) return;
  state.examples.push({
    id: fact.id,
    symbol: fact.symbol,
    time: fact.time,
    labelledAt: fact.labelledAt,
    label: fact.label,
    sequence: packSequence(sequence),
  });
  state.nextExampleId = Math.max(state.nextExampleId, fact.id + 1);
  state.examplesSeen += 1;
  const chances = predictDeep(state, sequence);
  foldRetraining(state.retraining, fact, chances === null ? null : logLossOf(chances[fact.label]));
  trim(state);
}

function foldTraining(
  state: DeepSignalModelState,
  fact: TrainOutcome,
  blob: Uint8Array | undefined,
): void {
  foldOutcome(state.retraining, fact, state.request ?? { time: fact.time });
  state.history.push(trainingRecordOf(fact, state.request));
  if (state.history.length > TRAININGS_KEPT_MAX) state.history.shift();
  state.request = null;
  trim(state);
  if (!fact.adopted) return;
  if (state.model !== null) state.former.push({ version: state.version, model: state.model });
  if (state.former.length > FORMER_KEPT_MAX) state.former.shift();
  state.model = unpackLstm(must(blob, 'trained weights'));
  state.version = state.model === null ? 0 : fact.version;
  state.lastVersion = fact.version;
  // A dense network of 0.1.0, told before its directory was upgraded.
  if (state.model === null) forgetModel(state.retraining, state.examples.length);
}

/** Drops the oldest beyond the limit, but none that a pending request needs. */
function trim({ examples, request }: DeepSignalModelState): void {
  while (examples.length > SEQUENCES_KEPT_MAX) {
    const needed = must(examples[0], 'oldest example').id === request?.from;
    if (needed && examples.length <= EXAMPLES_HELD_MAX) return;
    examples.shift();
  }
}

/** Class probabilities after a window (`sequenceOf` of the market); null: no model, or no window. */
export const predictDeep = (
  state: DeepSignalModelState,
  sequence: Sequence | null,
): Probabilities | null =>
  state.model === null || sequence === null ? null : predictLstm(state.model, sequence);

/** What a training is due for, and on what; null: none is. */
export function trainingDue(state: DeepSignalModelState, settings: Settings): DueTraining | null {
  const { learning } = settings;
  const { retraining } = state;
  if (!learning.deepSignalModel || state.request !== null) return null;
  const first = state.examples[Math.max(0, state.examples.length - SEQUENCES_KEPT_MAX)];
  const last = state.examples.at(-1);
  if (first === undefined || last === undefined) return null;
  const trigger = trainingTrigger(retraining, {
    retrainEvery: learning.retrainEvery,
    hasModel: state.model !== null,
    examples: Math.min(state.examples.length, SEQUENCES_KEPT_MAX),
    time: last.labelledAt,
  });
  if (trigger === null) return null;
  const { seenUntil } = retraining;
  return {
    ...{ from: first.id, through: last.id, trigger },
    ...(seenUntil !== null && { seenUntil }),
    ...(state.version < state.lastVersion && { version: state.lastVersion + 1 }),
  };
}

/** The examples a request names. */
export function examplesOf(state: DeepSignalModelState, request: TrainRequest): SequenceTable {
  const from = state.examples.findIndex(example => example.id === request.from);
  const through = state.examples.findIndex(example => example.id === request.through);
  return sequenceTable(state.examples.slice(Math.max(0, from), through + 1));
}

/** What the trainer needs of the champion; null: there is none. */
export const championOf = (state: DeepSignalModelState): Uint8Array | null =>
  state.model === null ? null : packLstm(state.model);

function checkState(state: DeepSignalModelState): string | null {
  if (state.version > 0 !== (state.model !== null)) return 'a version without its model';
  if (state.version > state.lastVersion) return 'a version that was never given';
  if (state.examples.length > EXAMPLES_HELD_MAX) return 'more examples than may be held';
  if (state.examples.length > state.examplesSeen) return 'more examples than were seen';
  if (state.examples.some(({ id }) => id >= state.nextExampleId))
    return 'an example id to come twice';
  if (state.request !== null && state.request.model !== ID) return 'the request of another model';
  return null;
}
