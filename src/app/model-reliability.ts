/**
 * How far the models, each alone, and the ensemble meant what they said.
 *
 * A model is asked about the labelled examples that were opened after its training was ordered. It
 * has learned from none of them, nor from a label that reaches into one; and since weights do not
 * change, what it says of one now is what it said then.
 * Promises: read-only, off the memory as it stands; at most the last OUTCOMES_JUDGED_MAX of them;
 * says in words what was judged, or why nothing was. Never: judges a model by what it was fitted to.
 */
import { setImmediate } from 'node:timers/promises';
import { OUTCOMES_JUDGED_MAX } from '../base/limits.ts';
import { utcMinute } from '../base/time.ts';
import type { Memory } from '../components.ts';
import type { Label, ModelId, Probabilities } from '../core/fact.ts';
import { unpackSequence } from '../core/sequence.ts';
import { predictBoosted } from '../learn/boosted-model.ts';
import { predictLstm } from '../learn/lstm-model.ts';
import { type Bin, countForecast, emptyBins } from '../learn/reliability.ts';
import {
  deepModelsOf,
  EXAMPLES_MIN,
  MODEL_TITLES,
  type ModelVersion,
  signalModelsOf,
  versionsOf,
} from './model-view.ts';

export interface Judgement {
  readonly id: 'ensemble' | ModelId;
  readonly title: string;
  /** What was judged, or why nothing was. */
  readonly note: string;
  readonly bins: readonly Bin[];
}

/** Outcomes between two rests: a millisecond or two. */
const ASKED_AT_ONCE = 25;

const MODELS = Object.keys(MODEL_TITLES) as ModelId[];

/** The ensemble's, of all time, and those of the models in use. */
export function judgementsOf(memory: Memory): Judgement[] {
  const { bins } = memory.ensemble;
  const note = isEmpty(bins)
    ? 'No forecast has come due yet.'
    : 'Its confidence that a proposal wins, costs in, and how many won: traded or not, of all time.';
  const inUse = inUseOf(memory);
  const ofModel = (id: ModelId): Judgement => {
    const version = inUse.find(({ model }) => model === id);
    if (version !== undefined) return versionJudged(memory, version);
    return { id, title: MODEL_TITLES[id], note: whyNone(memory, id), bins: emptyBins() };
  };
  return [{ id: 'ensemble', title: 'ensemble', note, bins }, ...MODELS.map(ofModel)];
}

const inUseOf = (memory: Memory): ModelVersion[] =>
  versionsOf(memory).filter(({ status }) => status === 'in use');

const isEmpty = (bins: readonly Bin[]): boolean => bins.every(({ examples }) => examples === 0);

function whyNone(memory: Memory, id: ModelId): string {
  const { signalModel, deepSignalModel } = memory.run.settings.learning;
  const isOn = id === 'signal-model' ? signalModel : deepSignalModel;
  if (!isOn) return `The ${MODEL_TITLES[id]} is switched off.`;
  return `No ${MODEL_TITLES[id]} is trained yet: it takes ${EXAMPLES_MIN} labelled examples or more.`;
}

/** Of a version whose weights are kept. */
export function versionJudged(
  memory: Memory,
  { id, model, version, training }: ModelVersion,
): Judgement {
  const judged = { id: model, title: MODEL_TITLES[model], bins: emptyBins() };
  if (training === null)
    return {
      ...judged,
      note: `When ${id} was trained is not kept: nothing tells what it has seen.`,
    };
  const words = wordsOf(memory, model, { version, since: training.time });
  for (const [said, label] of words) {
    const likeliest = said.indexOf(Math.max(...said)) as Label;
    countForecast(judged.bins, said[likeliest], label === likeliest ? 1 : 0);
  }
  const since = `its training (${utcMinute(training.time)} UTC)`;
  if (words.length === 0)
    return { ...judged, note: `No example that was opened after ${since} has come due for ${id}.` };
  const which = `examples opened after ${since}, the last ${OUTCOMES_JUDGED_MAX} at most`;
  const what = 'how likely it took the likeliest of hold, buy and sell, and how often that came';
  return { ...judged, note: `${id} on ${which}: ${what}.` };
}

type Word = readonly [said: Probabilities, label: Label];
/** Null: what it was to be asked about cannot be read. */
type Ask = () => Word | null;

/** What a version says of the examples that were opened since, and what became of them. */
export const wordsOf = (memory: Memory, model: ModelId, since: Since): Word[] =>
  asksOf(memory, model, since)
    .map(ask => ask())
    .filter(word => word !== null);

/**
 * Asks what a look would ask, a few at a time: on a full memory that is some 40 ms, which no step
 * shall wait for. A look right after it finds the words.
 */
export async function askAhead(memory: Memory): Promise<void> {
  for (const { model, version, training } of inUseOf(memory)) {
    const asks = training === null ? [] : asksOf(memory, model, { version, since: training.time });
    for (const [index, ask] of asks.entries()) {
      if (index % ASKED_AT_ONCE === 0) await setImmediate();
      ask();
    }
  }
}

interface Since {
  readonly version: number;
  /** When it was trained. */
  readonly since: number;
}

function asksOf(memory: Memory, model: ModelId, { version, since }: Since): Ask[] {
  const lately = <E extends { readonly time: number }>(examples: readonly E[]): E[] =>
    examples.filter(({ time }) => time >= since).slice(-OUTCOMES_JUDGED_MAX);
  if (model === 'signal-model') {
    const trained = signalModelsOf(memory).get(version);
    if (trained === undefined) return [];
    return lately(memory[model].examples).map(
      example => () =>
        once(trained, example, () => [
          predictBoosted(trained.model, example.features),
          example.label,
        ]),
    );
  }
  const network = deepModelsOf(memory).get(version);
  if (network === undefined) return [];
  return lately(memory[model].examples).map(
    example => () =>
      once(network, example, () => {
        const window = unpackSequence(example.sequence);
        return window === null ? null : [predictLstm(network, window), example.label];
      }),
  );
}

/** By model, then by example: neither ever changes, so one is asked about the other once. */
const asked = new WeakMap<object, WeakMap<object, Word | null>>();

function once(model: object, example: object, ask: Ask): Word | null {
  const known = asked.get(model) ?? new WeakMap<object, Word | null>();
  asked.set(model, known);
  const told = known.get(example);
  if (told !== undefined) return told;
  const word = ask();
  known.set(example, word);
  return word;
}
