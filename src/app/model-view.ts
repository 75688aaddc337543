/**
 * The versions of the two models as people see them, read off the memory.
 *
 * Promises: read-only; a figure that was not kept is null. Never: computes a score.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { toQuote } from '../base/money.ts';
import type { Memory } from '../components.ts';
import type { ModelId } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import type { TrainedSignal } from '../learn/boosted-model.ts';
import type { Calibration } from '../learn/calibration.ts';
import { type LstmModel, SHAPE } from '../learn/lstm-model.ts';
import { performanceOf } from '../learn/signal-model.ts';
import { EXAMPLES_MIN } from '../learn/slices.ts';
import type { TrainingRecord } from '../learn/train-record.ts';

export { EXAMPLES_MIN };

/** A value per feature. */
export type ByFeature = Readonly<Record<string, number>>;

export interface ModelVersion {
  /** `signal-model@3`; of a challenger that was not adopted `signal-model tried after @3`. */
  readonly id: string;
  readonly model: ModelId;
  /** Of a refused one, which has none, what it would have been: the number may be given again. */
  readonly version: number;
  readonly status: 'in use' | 'former' | 'refused';
  /** Its training, with what it scored where no decision had looked before; null: not kept. */
  readonly training: TrainingRecord | null;
  /** Null where the weights are not kept. */
  readonly content: ModelContent | null;
}

/** What a version is made of. */
export interface ModelContent {
  readonly kind: string;
  readonly inputs: number;
  readonly parameters: number;
  readonly calibration: Calibration;
  /** Share of what decides; how much the log-loss rises when the feature is shuffled. */
  readonly importance: ByFeature | null;
  readonly permutation: ByFeature | null;
  /** The attention weights that it was trained behind. */
  readonly gate: ByFeature | null;
  /** Of the trades it weighed. */
  readonly performance: ModelPerformance | null;
}

export interface ModelPerformance {
  readonly trades: number;
  readonly winRate: number;
  /** Quote currency. */
  readonly averageProfit: number;
}

export const MODEL_TITLES: Readonly<Record<ModelId, string>> = {
  'signal-model': 'signal model',
  'deep-signal-model': 'deep signal model',
};

const STEMS: Readonly<Record<ModelId, readonly string[]>> = {
  'signal-model': ['signal-model', 'signal'],
  'deep-signal-model': ['deep-signal-model', 'deep-signal', 'deep'],
};

/** As `candidateId` names them. */
const CANDIDATE = /^[a-z-]+ tried (?:after|before) @\d{1,9}$/;

/** The model and version that a name means: `signal-model@3`, `deep@2`, `deep signal model`. */
function readName(name: string): { model: ModelId; version: number | null } | null {
  const [, stem = '', digits] = /^([a-z _-]+?)(?:@(\d{1,9}))?$/.exec(name.toLowerCase()) ?? [];
  const plain = stem.replace(/[ _]/g, '-');
  const model = (Object.keys(STEMS) as ModelId[]).find(id => STEMS[id].includes(plain));
  if (model === undefined) return null;
  return { model, version: digits === undefined ? null : Number(digits) };
}

/** Null for what names none. */
export const modelNamedIn = (name: string): ModelId | null => readName(name)?.model ?? null;

export const isVersionName = (name: string): boolean =>
  readName(name) !== null || CANDIDATE.test(name);

/** The version of a name; without `@`, the one in use; a challenger that was refused by its own. */
export function findVersion(versions: readonly ModelVersion[], name: string): ModelVersion {
  const candidate = CANDIDATE.test(name) && versions.find(({ id }) => id === name);
  if (candidate) return candidate;
  const wanted = readName(name);
  if (wanted === null)
    throw new Fault(
      EXIT.usage,
      `"${name}" names no version of a model`,
      `write ${Object.keys(STEMS).join(' or ')}, and @ with a number for another than the one in use`,
    );
  const { model, version } = wanted;
  const own = versions.filter(one => one.model === model && one.status !== 'refused');
  const found = own.find(one =>
    version === null ? one.status === 'in use' : one.version === version,
  );
  if (found !== undefined) return found;
  const known = own.map(({ id }) => id);
  throw new Fault(
    EXIT.usage,
    version === null
      ? `there is no ${MODEL_TITLES[model]} in use yet`
      : `${model}@${version} is not kept`,
    known.length === 0
      ? `let the bot trade on: it takes ${EXAMPLES_MIN} labelled examples or more`
      : `there is ${known.join(', ')}`,
  );
}

/** Both models' versions, newest first. */
export const versionsOf = (memory: Memory): ModelVersion[] => [
  ...versionsOfOne('signal-model', memory['signal-model'], signalContents(memory)),
  ...versionsOfOne('deep-signal-model', memory['deep-signal-model'], deepContents(memory)),
];

/** By version: the former champions that are kept, and the one in use. */
type ByVersion<T> = ReadonlyMap<number, T>;

export function signalModelsOf(memory: Memory): ByVersion<TrainedSignal> {
  const { version, trained, former } = memory['signal-model'];
  const kept = former.map(each => [each.version, each.trained] as const);
  return new Map(trained === null ? kept : [...kept, [version, trained]]);
}

export function deepModelsOf(memory: Memory): ByVersion<LstmModel> {
  const { version, model, former } = memory['deep-signal-model'];
  const kept = former.map(each => [each.version, each.model] as const);
  return new Map(model === null ? kept : [...kept, [version, model]]);
}

/** A number is given once it is taken up, so the last one that was is the one before. */
const candidateId = (model: ModelId, version: number): string =>
  `${model} tried ${version > 1 ? `after @${version - 1}` : 'before @1'}`;

function versionsOfOne(
  model: ModelId,
  state: { readonly version: number; readonly history: readonly TrainingRecord[] },
  contents: ByVersion<ModelContent>,
): ModelVersion[] {
  const { history } = state;
  const versionOf = (version: number, training: TrainingRecord | null): ModelVersion => {
    const adopted = training === null || training.adopted;
    const content = (adopted && contents.get(version)) || null;
    const inUse = content !== null && version === state.version;
    const status = inUse ? 'in use' : adopted ? 'former' : 'refused';
    const id = adopted ? `${model}@${version}` : candidateId(model, version);
    return { id, model, version, status, training, content };
  };
  // A model may outlive the record of its training.
  const untold = [...contents.keys()].filter(
    version => !history.some(one => one.adopted && one.version === version),
  );
  const versions = [
    ...history.map(training => versionOf(training.version, training)),
    ...untold.map(version => versionOf(version, null)),
  ];
  // Of one number the latest first: refused challengers may have had it before.
  return versions.toReversed().sort((a, b) => b.version - a.version);
}

function signalContents(memory: Memory): ByVersion<ModelContent> {
  const { version } = memory['signal-model'];
  const contents = new Map<number, ModelContent>();
  for (const [own, { model, importance, permutation }] of signalModelsOf(memory))
    contents.set(own, {
      kind: `${model.forest.roots.length} boosted trees, softmax of one a class and round`,
      inputs: FEATURE_NAMES.length,
      parameters: model.forest.value.length,
      calibration: { temperature: model.temperature, prior: model.prior },
      importance,
      permutation,
      gate: null,
      performance: own === version ? performanceIn(memory) : null,
    });
  return contents;
}

function performanceIn(memory: Memory): ModelPerformance | null {
  const state = memory['signal-model'];
  const performance = performanceOf(state);
  if (performance === null) return null;
  return {
    trades: state.performance.totalTrades,
    winRate: performance.winRate,
    averageProfit: toQuote(performance.averageProfit),
  };
}

function deepContents(memory: Memory): ByVersion<ModelContent> {
  const { steps, inputs, hidden, dense } = SHAPE;
  const contents = new Map<number, ModelContent>();
  for (const [own, { parameters, calibration, gate }] of deepModelsOf(memory))
    contents.set(own, {
      kind: `LSTM of ${hidden} over ${steps} rows, beside the last row; dense ${dense}, softmax`,
      inputs: steps * inputs,
      parameters: parameters.length,
      calibration,
      importance: null,
      permutation: null,
      gate: Object.fromEntries(FEATURE_NAMES.map((name, column) => [name, gate[column] ?? 1])),
      performance: null,
    });
  return contents;
}
