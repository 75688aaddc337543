/**
 * The signal model: boosted trees that say what the features mean for the next move, the last
 * labelled examples that it learns from, and the story of its trainings.
 *
 * Promises: predicts only after a model was adopted; keeps every example that its pending request
 * names. Never: trains (training.ts does, elsewhere) or draws a seed.
 */
import { must } from '../base/assert.ts';
import { impurity } from '../base/canonical.ts';
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import type { Units } from '../base/money.ts';
import type { Component } from '../core/component.ts';
import type { Example, Fact, Probabilities, TrainRequest } from '../core/fact.ts';
import { rowToday } from '../core/feature-migration.ts';
import type { TradeRecord } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';
import { packTrained, predictBoosted, type TrainedSignal, unpackTrained } from './boosted-model.ts';
import { judgeExamples } from './example-check.ts';
import { type ExampleTable, tableOf } from './example-table.ts';
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
import { logLossOf, rounded } from './scores.ts';
import { decodeSignalModel, encodeSignalModel } from './signal-model-file.ts';
import { toVersion2, toVersion3 } from './signal-model-upgrade.ts';

export interface SignalModelState extends ModelMemory<Example> {
  /** Model, scaler and importance; null: there is none. */
  trained: TrainedSignal | null;
  /** The champions before it, oldest first. */
  former: FormerModel[];
  performance: Performance;
}

export interface FormerModel {
  readonly version: number;
  readonly trained: TrainedSignal;
}

/** Of the trades that a trained signal model had weighed. */
export interface Performance {
  totalTrades: number;
  wins: number;
  profitSum: Units;
}

const ID = 'signal-model';
const KEEPING: Keeping = { id: ID, kept: RECORDS_KEPT_MAX };

export const signalModel: Component<'signal-model', SignalModelState> = {
  id: ID,
  title: 'signal model',
  version: 3,
  learned: true,
  file: {
    name: 'signal_model.json.zst',
    format: 'json.zst',
    encode: encodeSignalModel,
    decode: decodeSignalModel,
  },
  initial: () => ({
    version: 0,
    lastVersion: 0,
    trained: null,
    former: [],
    history: [],
    examples: [],
    nextExampleId: 1,
    examplesSeen: 0,
    retraining: noRetraining(),
    performance: { totalTrades: 0, wins: 0, profitSum: 0 },
    request: null,
  }),
  reconcile: reconcileMemory,
  on: {
    'example.opened': (state, { id }) => {
      state.nextExampleId = Math.max(state.nextExampleId, id + 1);
    },
    'example.labelled': foldExample,
    'model.train.requested': (state, fact) => keepRequest(state, fact, KEEPING),
    'model.trained': (state, fact, blob) =>
      keepOutcome(state, fact, { ...KEEPING, adopt: () => adopt(state, blob) }),
    'trade.closed': (state, { trade }) => foldTrade(state.performance, trade),
  },
  upgrades: { 2: toVersion2, 3: toVersion3 },
  check: checkState,
  judge,
};

function foldExample(state: SignalModelState, fact: Fact<'example.labelled'>): void {
  const { id, symbol, time, labelledAt, proposed, label } = fact;
  const features = rowToday(fact.features, fact.featureList).map(rounded);
  const example = { id, symbol, time, labelledAt, proposed, label, return: fact.return, features };
  const chances = predictSignal(state, features);
  const loss = chances && logLossOf(chances[label]);
  keepExample(state, example, { ...KEEPING, loss });
}

function adopt(state: SignalModelState, blob: Uint8Array | undefined): boolean {
  const { version, trained } = state;
  if (trained !== null) keepFormer(state.former, { version, trained });
  state.trained = unpackTrained(must(blob, 'trained weights'));
  return state.trained !== null;
}

function foldTrade(performance: Performance, trade: TradeRecord): void {
  if (trade.models.signal === 0) return;
  performance.totalTrades += 1;
  performance.profitSum += trade.profit;
  if (trade.profit > 0) performance.wins += 1;
}

/** Class probabilities, or null before a model was adopted. */
export const predictSignal = (
  state: SignalModelState,
  features: ArrayLike<number>,
): Probabilities | null =>
  state.trained === null ? null : predictBoosted(state.trained.model, features);

/** What a training is due for, and on what; null: none is. */
export function trainingDue(state: SignalModelState, { learning }: Settings): DueTraining | null {
  if (!learning.signalModel) return null;
  return dueTraining(state, { ...KEEPING, retrainEvery: learning.retrainEvery });
}

/** The examples a request names. */
export const examplesOf = (state: SignalModelState, request: TrainRequest): ExampleTable =>
  tableOf(namedExamples(state, request));

/** What the trainer needs of the champion; null: there is none. */
export const championOf = (state: SignalModelState): Uint8Array | null =>
  state.trained === null ? null : packTrained(state.trained);

/** Win rate, average profit in units; null before the first trade. */
export function performanceOf(
  state: SignalModelState,
): { readonly winRate: number; readonly averageProfit: number } | null {
  const { totalTrades, wins, profitSum } = state.performance;
  if (totalTrades === 0) return null;
  return { winRate: wins / totalTrades, averageProfit: profitSum / totalTrades };
}

function checkState(state: SignalModelState): string | null {
  if (state.version > 0 !== (state.trained !== null)) return 'a version without its model';
  const { totalTrades, wins } = state.performance;
  return wins > totalTrades ? 'more wins than trades' : checkMemory(state, KEEPING);
}

/** Models came through their own reader, from the file or from a fact's blob. */
function judge(state: SignalModelState): string | null {
  const rest = { ...state, trained: null, former: [], examples: [] };
  decodeSignalModel(encodeSignalModel(rest));
  return impurity(rest) ?? judgeExamples(state.examples);
}
