/**
 * The model of the signal model: boosted trees with their calibration, the scaler, and what
 * mattered to the trees; as JSON for the file and as a blob.
 *
 * The trees need no scaler: they split between values. It is kept to say what each feature was like
 * in training, and how far it has moved since (feature-shift.ts).
 * Promises: file and blob hold all of it exactly; features are found by name.
 * Never: depends on examples once it is trained.
 */
import { asCount, asNumber, asRecord, type Reader } from '../base/field.ts';
import type { Probabilities } from '../core/fact.ts';
import { asColumnMap, type ColumnMap, migrateRows } from '../core/feature-migration.ts';
import { packBlob, unpackBlob } from './blob.ts';
import {
  addVotes,
  asForest,
  type Forest,
  forestFields,
  forestFloats,
  forestOfFloats,
} from './boosted-forest.ts';
import { asCalibration, type Calibration, calibrated } from './calibration.ts';
import { FEATURE_NAMES } from './features.ts';
import { asScaler, type Scaler } from './scaler.ts';
import { CLASS_COUNT } from './scores.ts';

export const BOOSTED_KIND = 'boosted-trees';
/** What 0.1.0 trained. */
export const FORMER_KIND = 'multinomial-logistic';

export interface BoostedModel extends Calibration {
  readonly kind: typeof BOOSTED_KIND;
  readonly forest: Forest;
}

/** A value per feature name. */
export type Importance = Readonly<Record<string, number>>;

export interface TrainedSignal {
  readonly model: BoostedModel;
  readonly scaler: Scaler;
  /** Share of the gain of all splits; they sum to 1, or to 0 where nothing was split. */
  readonly importance: Importance;
  /** Rise of the log-loss on the compare slice when the feature's column is shuffled. */
  readonly permutation: Importance;
}

const logits = new Float64Array(CLASS_COUNT);

export function predictBoosted(model: BoostedModel, features: ArrayLike<number>): Probabilities {
  for (let label = 0; label < CLASS_COUNT; label += 1) logits[label] = model.prior[label]!;
  addVotes(model.forest, features, logits);
  return calibrated(logits, 0, model);
}

export const importanceOf = (values: readonly number[]): Importance =>
  Object.fromEntries(FEATURE_NAMES.map((name, column) => [name, values[column]!]));

/** As the file holds it. */
export const trainedFields = ({ model, ...rest }: TrainedSignal) => ({
  ...rest,
  model: { ...model, forest: forestFields(model.forest) },
});

/** The forest of a model, from its fields or from beside them. */
type ForestReader = (model: Fields, columns: number, path: string) => Forest;
type Fields = ReturnType<typeof asRecord>;

const forestOfFields: ForestReader = (model, columns, path) =>
  asForest(model['forest'], columns, `${path}.forest`);

/**
 * Reads a trained model whose columns are mapped to today's; null when it splits on a feature that
 * is gone, since without it the trees would say something that nobody has measured.
 */
export const trainedReader =
  (map: ColumnMap, forestOf: ForestReader = forestOfFields): Reader<TrainedSignal | null> =>
  (value, path) => {
    const fields = asRecord(value, path);
    const given = asRecord(fields['model'], `${path}.model`);
    if (given['kind'] !== BOOSTED_KIND)
      throw new Error(`${path}.model.kind is not ${BOOSTED_KIND}`);
    const columns = map.names.length;
    const former = forestOf(given, columns, `${path}.model`);
    const forest = forestToday(former, map);
    const scaler = asScaler(fields['scaler'], columns, `${path}.scaler`);
    const importance = asImportance(fields['importance'], map, `${path}.importance`);
    const permutation = asImportance(fields['permutation'], map, `${path}.permutation`);
    const calibration = asCalibration(given, `${path}.model`);
    if (forest === null) return null;
    return {
      model: { kind: BOOSTED_KIND, ...calibration, forest },
      scaler: {
        mean: migrateRows(scaler.mean, map, 0),
        scale: migrateRows(scaler.scale, map, 1),
      },
      importance,
      permutation,
    };
  };

function forestToday(forest: Forest, { same, today }: ColumnMap): Forest | null {
  if (same) return forest;
  const column = forest.column.slice();
  for (let node = 0; node < column.length; node += 1) {
    if (forest.left[node] === 0) continue;
    const moved = today[column[node]!]!;
    if (moved < 0) return null;
    column[node] = moved;
  }
  return { ...forest, column };
}

function asImportance(value: unknown, { former, names }: ColumnMap, what: string): Importance {
  const fields = asRecord(value, what);
  return importanceOf(
    former.map(column => (column < 0 ? 0 : asNumber(fields[names[column]!], what))),
  );
}

/**
 * The blob that a `model.trained` names: the forest as raw floats, since the event loop waits while
 * it is read.
 */
export function packTrained({ model, ...rest }: TrainedSignal): Uint8Array {
  const { forest, ...said } = model;
  return packBlob({
    header: {
      ...{ featureNames: FEATURE_NAMES, ...rest },
      model: { ...said, trees: forest.roots.length },
    },
    floats: forestFloats(forest),
  });
}

/** Null when the model is of no use to this release: of another kind, or on features now gone. */
export function unpackTrained(bytes: Uint8Array): TrainedSignal | null {
  const parts = unpackBlob(bytes);
  const header = asRecord(parts.header, 'blob');
  // 0.1.0 had a logistic regression, whose blobs named no features.
  if (asRecord(header['model'], 'blob.model')['kind'] === FORMER_KIND) return null;
  const map = asColumnMap(header['featureNames'], 'blob.featureNames');
  const forestOf: ForestReader = (model, columns, path) =>
    forestOfFloats(parts.floats, { trees: asCount(model['trees'], `${path}.trees`), columns });
  return trainedReader(map, forestOf)(header, 'blob');
}
