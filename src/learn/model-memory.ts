/**
 * What both signal models remember alike: the examples they learn from, the training that is owed,
 * the story of those before, and the version in use.
 *
 * Promises: at most `kept` examples, but for those that the pending request names; no version is
 * given twice. Never: knows what a model is made of, or predicts.
 */
import { must } from '../base/assert.ts';
import type { Millis } from '../base/time.ts';
import type { Fact, ModelId, TrainRequest } from '../core/fact.ts';
import {
  type DueTraining,
  foldExample,
  foldOutcome,
  foldRequest,
  forgetModel,
  type Retraining,
  trainingTrigger,
} from './retraining.ts';
import {
  requestOf,
  TRAININGS_KEPT_MAX,
  type TrainingRecord,
  trainingRecordOf,
} from './train-record.ts';

/** Former champions kept: enough to look back, or to go back by hand; one is some 100 kB. */
const FORMER_KEPT_MAX = 2;
/** While a training runs, examples that it names wait for it up to so many times `kept`. */
const HELD_TIMES = 2;

interface Labelled {
  readonly id: number;
  readonly time: Millis;
  readonly labelledAt: Millis;
}

export interface ModelMemory<E extends Labelled = Labelled> {
  /** Of the model; 0: there is none. */
  version: number;
  /** The highest version ever given, so that none is given twice. */
  lastVersion: number;
  /** Trainings and what became of them, oldest first; at most TRAININGS_KEPT_MAX. */
  history: TrainingRecord[];
  /** Oldest first, in the order in which they were labelled. */
  examples: E[];
  /** Above every id among the examples; the next opened one gets no lower id. */
  nextExampleId: number;
  examplesSeen: number;
  retraining: Retraining;
  request: TrainRequest | null;
}

/** Which model it is, and how many examples it keeps. */
export interface Keeping {
  readonly id: ModelId;
  readonly kept: number;
}

/** `loss`: the log-loss of what the model said of it; null: no model. */
export function keepExample<E extends Labelled>(
  memory: ModelMemory<E>,
  example: E,
  { kept, loss }: Keeping & { readonly loss: number | null },
): void {
  memory.examples.push(example);
  memory.nextExampleId = Math.max(memory.nextExampleId, example.id + 1);
  memory.examplesSeen += 1;
  foldExample(memory.retraining, example, loss);
  trim(memory, kept);
}

export function keepRequest(
  memory: ModelMemory,
  fact: Fact<'model.train.requested'>,
  { id }: Keeping,
): void {
  if (fact.model !== id) return;
  memory.request = requestOf(fact);
  foldRequest(memory.retraining, fact.time);
}

/** `adopt` takes the new model in, and says whether it is one that this release can use. */
export function keepOutcome(
  memory: ModelMemory,
  fact: Fact<'model.trained'>,
  { id, kept, adopt }: Keeping & { readonly adopt: () => boolean },
): void {
  if (fact.model !== id) return;
  foldOutcome(memory.retraining, fact, memory.request ?? { time: fact.time });
  memory.history.push(trainingRecordOf(fact, memory.request));
  if (memory.history.length > TRAININGS_KEPT_MAX) memory.history.shift();
  memory.request = null;
  trim(memory, kept);
  if (!fact.adopted) return;
  const isOfUse = adopt();
  memory.version = isOfUse ? fact.version : 0;
  memory.lastVersion = fact.version;
  // A model that an older release trained, told before its directory was upgraded.
  if (!isOfUse) forgetModel(memory.retraining, memory.examples.length);
}

/** The champion that gives way, among those kept. */
export function keepFormer<F>(former: F[], champion: F): void {
  former.push(champion);
  if (former.length > FORMER_KEPT_MAX) former.shift();
}

/** Drops the oldest beyond the limit, but none that a pending request needs. */
function trim({ examples, request }: ModelMemory, kept: number): void {
  while (examples.length > kept) {
    const needed = must(examples[0], 'oldest example').id === request?.from;
    if (needed && examples.length <= HELD_TIMES * kept) return;
    examples.shift();
  }
}

/** Of a memory from outside: no number is given twice, and no training of before is owed. */
export const reconcileMemory = <M extends ModelMemory>(arriving: M, present: M): M => ({
  ...arriving,
  lastVersion: Math.max(arriving.lastVersion, present.lastVersion),
  nextExampleId: Math.max(arriving.nextExampleId, present.nextExampleId),
  request: null,
});

/** What a training is due for, and on what; null: none is, or one is owed already. */
export function dueTraining(
  { version, lastVersion, examples, retraining, request }: ModelMemory,
  { kept, retrainEvery }: Keeping & { readonly retrainEvery: number },
): DueTraining | null {
  if (request !== null) return null;
  const first = examples[Math.max(0, examples.length - kept)];
  const last = examples.at(-1);
  if (first === undefined || last === undefined) return null;
  const trigger = trainingTrigger(retraining, {
    retrainEvery,
    hasModel: version > 0,
    examples: Math.min(examples.length, kept),
    time: last.labelledAt,
  });
  if (trigger === null) return null;
  const { seenUntil } = retraining;
  return {
    ...{ from: first.id, through: last.id, trigger },
    ...(seenUntil !== null && { seenUntil }),
    ...(version < lastVersion && { version: lastVersion + 1 }),
  };
}

/** The examples that a request names. */
export function namedExamples<E extends Labelled>(
  { examples }: ModelMemory<E>,
  request: TrainRequest,
): E[] {
  const from = examples.findIndex(({ id }) => id === request.from);
  const through = examples.findIndex(({ id }) => id === request.through);
  return examples.slice(Math.max(0, from), through + 1);
}

export function checkMemory(memory: ModelMemory, { id, kept }: Keeping): string | null {
  const { examples, request } = memory;
  if (memory.version > memory.lastVersion) return 'a version that was never given';
  if (examples.length > HELD_TIMES * kept) return 'more examples than may be held';
  if (examples.length > memory.examplesSeen) return 'more examples than were seen';
  if (examples.some(example => example.id >= memory.nextExampleId))
    return 'an example id to come twice';
  return request !== null && request.model !== id ? 'the request of another model' : null;
}
