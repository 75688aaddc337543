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
import { impurity } from '../base/canonical.ts';
import { SEQUENCES_KEPT_MAX } from '../base/limits.ts';
import type { Component } from '../core/component.ts';
import type { Fact, Probabilities, TrainRequest } from '../core/fact.ts';
import { packSequence, type Sequence, sequenceToday } from '../core/sequence.ts';
import type { Settings } from '../core/settings.ts';
import { decodeDeepSignalModel, encodeDeepSignalModel } from './deep-signal-model-file.ts';
import { toVersion2, toVersion3 } from './deep-signal-model-upgrade.ts';
import { judgeSequences } from './example-check.ts';
import { packLstm, unpackLstm } from './lstm-blob.ts';
import { type LstmModel, predictLstm } from './lstm-model.ts';
import {
  checkMemory,
  dueTraining,
  type Keeping,
  keepExample,
  keepFormer,
  keepOutcome,
  keepRequest,
  type ModelMemory,
  namedExamples,
  reconcileMemory,
} from './model-memory.ts';
import { type DueTraining, noRetraining } from './retraining.ts';
import { logLossOf } from './scores.ts';
import { type SequenceExample, type SequenceTable, sequenceTable } from './sequence-table.ts';

export interface DeepSignalModelState extends ModelMemory<SequenceExample> {
  /** Network, optimizer, scaler, gate and calibration; null: there is none. */
  model: LstmModel | null;
  /** The champions before it, oldest first. */
  former: FormerLstm[];
}

export interface FormerLstm {
  readonly version: number;
  readonly model: LstmModel;
}

const ID = 'deep-signal-model';
const KEEPING: Keeping = { id: ID, kept: SEQUENCES_KEPT_MAX };

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
  reconcile: reconcileMemory,
  on: {
    'example.labelled': foldExample,
    'model.train.requested': (state, fact) => keepRequest(state, fact, KEEPING),
    'model.trained': (state, fact, blob) =>
      keepOutcome(state, fact, { ...KEEPING, adopt: () => adopt(state, blob) }),
  },
  upgrades: { 2: toVersion2, 3: toVersion3 },
  check: checkState,
  judge,
};

function foldExample(state: DeepSignalModelState, fact: Fact<'example.labelled'>): void {
  if (fact.sequence === undefined) return;
  const window = sequenceToday(fact.sequence, fact.featureList);
  if (window === null) return;
  const { id, symbol, time, labelledAt, label } = fact;
  const example = { id, symbol, time, labelledAt, label, sequence: packSequence(window) };
  const chances = predictDeep(state, window);
  const loss = chances && logLossOf(chances[label]);
  keepExample(state, example, { ...KEEPING, loss });
}

function adopt(state: DeepSignalModelState, blob: Uint8Array | undefined): boolean {
  const { version, model } = state;
  if (model !== null) keepFormer(state.former, { version, model });
  state.model = unpackLstm(must(blob, 'trained weights'));
  return state.model !== null;
}

/** Class probabilities after a window (`sequenceOf` of the market); null: no model, or no window. */
export const predictDeep = (
  state: DeepSignalModelState,
  sequence: Sequence | null,
): Probabilities | null =>
  state.model === null || sequence === null ? null : predictLstm(state.model, sequence);

/** What a training is due for, and on what; null: none is. */
export function trainingDue(
  state: DeepSignalModelState,
  { learning }: Settings,
): DueTraining | null {
  if (!learning.deepSignalModel) return null;
  return dueTraining(state, { ...KEEPING, retrainEvery: learning.retrainEvery });
}

/** The examples a request names. */
export const examplesOf = (state: DeepSignalModelState, request: TrainRequest): SequenceTable =>
  sequenceTable(namedExamples(state, request));

/** What the trainer needs of the champion; null: there is none. */
export const championOf = (state: DeepSignalModelState): Uint8Array | null =>
  state.model === null ? null : packLstm(state.model);

function checkState(state: DeepSignalModelState): string | null {
  if (state.version > 0 !== (state.model !== null)) return 'a version without its model';
  return checkMemory(state, KEEPING);
}

/** Models came through their own reader, from the file or from a fact's blob. */
function judge(state: DeepSignalModelState): string | null {
  const rest = { ...state, model: null, former: [], examples: [] };
  decodeDeepSignalModel(encodeDeepSignalModel(rest));
  return impurity(rest) ?? judgeSequences(state.examples);
}
