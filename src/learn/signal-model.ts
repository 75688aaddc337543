/**
 * The signal model: boosted trees that say what the features mean for the next move, the last
 * labelled examples that it learns from, and the story of its trainings.
 *
 * Promises: predicts only after a model was adopted; keeps every example that its pending request
 * names. Never: trains (training.ts does, elsewhere) or draws a seed.
 */
import { must } from '../base/assert.ts';
import { RECORDS_KEPT_MAX } from '../base/limits.ts';
import type { Units } from '../base/money.ts';
import type { Component } from '../core/component.ts';
import type {
  Example,
  Fact,
  ModelId,
  Probabilities,
  TrainOutcome,
  TrainRequest,
} from '../core/fact.ts';
import { rowToday } from '../core/feature-migration.ts';
import type { TradeRecord } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';
import { packTrained, predictBoosted, type TrainedSignal, unpackTrained } from './boosted-model.ts';
import { type ExampleTable, tableOf } from './example-table.ts';
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
import { logLossOf, rounded } from './scores.ts';
import { decodeSignalModel, encodeSignalModel } from './signal-model-file.ts';
import { toVersion2, toVersion3 } from './signal-model-upgrade.ts';
import {
  requestOf,
  TRAININGS_KEPT_MAX,
  type TrainingRecord,
  trainingRecordOf,
} from './train-record.ts';

export interface SignalModelState {
  /** Of the model; 0: there is none. */
  version: number;
  /** The highest version ever given, so that none is given twice. */
  lastVersion: number;
  /** Model, scaler and importance; null: there is none. */
  trained: TrainedSignal | null;
  /** The champions before it, oldest first; at most FORMER_KEPT_MAX. */
  former: FormerModel[];
  /** Trainings and what became of them, oldest first; at most TRAININGS_KEPT_MAX. */
  history: TrainingRecord[];
  /** Oldest first, in the order in which they were labelled; at most RECORDS_KEPT_MAX. */
  examples: Example[];
  /** The id that the next opened example gets. */
  nextExampleId: number;
  examplesSeen: number;
  retraining: Retraining;
  performance: Performance;
  request: TrainRequest | null;
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

/** While a training runs, examples that it names wait for it up to this many. */
const EXAMPLES_HELD_MAX = 2 * RECORDS_KEPT_MAX;
/** Enough to look back, or to go back by hand; a model is some 100 kB. */
const FORMER_KEPT_MAX = 2;

const ID: ModelId = 'signal-model';

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
  on: {
    'example.opened': (state, { id }) => {
      state.nextExampleId = Math.max(state.nextExampleId, id + 1);
    },
    'example.labelled': foldExample,
    'model.train.requested': (state, fact) => {
      if (fact.model !== ID) return;
      state.request = requestOf(fact);
      foldRequest(state.retraining, fact.time);
    },
    'model.trained': (state, fact, blob) => {
      if (fact.model === ID) foldTraining(state, fact, blob);
    },
    'trade.closed': (state, { trade }) => foldTrade(state.performance, trade),
  },
  upgrades: { 2: toVersion2, 3: toVersion3 },
  check: checkState,
};

function foldExample(state: SignalModelState, fact: Fact<'example.labelled'>): void {
  const features = rowToday(fact.features, fact.featureList).map(rounded);
  state.examples.push({
    id: fact.id,
    symbol: fact.symbol,
    time: fact.time,
    labelledAt: fact.labelledAt,
    proposed: fact.proposed,
    label: fact.label,
    return: fact.return,
    features,
  });
  state.nextExampleId = Math.max(state.nextExampleId, fact.id + 1);
  state.examplesSeen += 1;
  const chances = predictSignal(state, features);
  const loss = chances === null ? null : logLossOf(chances[fact.label]);
  foldRetraining(state.retraining, fact, loss);
  trim(state);
}

function foldTraining(
  state: SignalModelState,
  fact: TrainOutcome,
  blob: Uint8Array | undefined,
): void {
  foldOutcome(state.retraining, fact, state.request ?? { time: fact.time });
  state.history.push(trainingRecordOf(fact, state.request));
  if (state.history.length > TRAININGS_KEPT_MAX) state.history.shift();
  state.request = null;
  trim(state);
  if (!fact.adopted) return;
  if (state.trained !== null) state.former.push({ version: state.version, trained: state.trained });
  if (state.former.length > FORMER_KEPT_MAX) state.former.shift();
  state.trained = unpackTrained(must(blob, 'trained weights'));
  state.version = state.trained === null ? 0 : fact.version;
  state.lastVersion = fact.version;
  // A model that an older release trained, told before its directory was upgraded.
  if (state.trained === null) forgetModel(state.retraining, state.examples.length);
}

function foldTrade(performance: Performance, trade: TradeRecord): void {
  if (trade.models.signal === 0) return;
  performance.totalTrades += 1;
  performance.profitSum += trade.profit;
  if (trade.profit > 0) performance.wins += 1;
}

/** Drops the oldest beyond the limit, but none that a pending request needs. */
function trim({ examples, request }: SignalModelState): void {
  while (examples.length > RECORDS_KEPT_MAX) {
    const needed = must(examples[0], 'oldest example').id === request?.from;
    if (needed && examples.length <= EXAMPLES_HELD_MAX) return;
    examples.shift();
  }
}

/** Class probabilities, or null before a model was adopted. */
export const predictSignal = (
  state: SignalModelState,
  features: ArrayLike<number>,
): Probabilities | null =>
  state.trained === null ? null : predictBoosted(state.trained.model, features);

/** What a training is due for, and on what; null: none is. */
export function trainingDue(state: SignalModelState, settings: Settings): DueTraining | null {
  const { learning } = settings;
  const { retraining } = state;
  if (!learning.signalModel || state.request !== null) return null;
  const first = state.examples[Math.max(0, state.examples.length - RECORDS_KEPT_MAX)];
  const last = state.examples.at(-1);
  if (first === undefined || last === undefined) return null;
  const trigger = trainingTrigger(retraining, {
    retrainEvery: learning.retrainEvery,
    hasModel: state.trained !== null,
    examples: Math.min(state.examples.length, RECORDS_KEPT_MAX),
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
export function examplesOf(state: SignalModelState, request: TrainRequest): ExampleTable {
  const from = state.examples.findIndex(example => example.id === request.from);
  const through = state.examples.findIndex(example => example.id === request.through);
  return tableOf(state.examples.slice(Math.max(0, from), through + 1));
}

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
  if (state.version > state.lastVersion) return 'a version that was never given';
  if (state.examples.length > EXAMPLES_HELD_MAX) return 'more examples than may be held';
  if (state.examples.length > state.examplesSeen) return 'more examples than were seen';
  if ((state.examples.at(-1)?.id ?? 0) >= state.nextExampleId) return 'an example id to come twice';
  if (state.request !== null && state.request.model !== ID) return 'the request of another model';
  const { totalTrades, wins } = state.performance;
  return wins > totalTrades ? 'more wins than trades' : null;
}
