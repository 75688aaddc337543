/**
 * The old bot's attention weights, feature by feature.
 *
 * Promises: a weight goes to the feature of its name and nowhere else; all are brought to a mean of 1,
 * and a feature that the old bot had not is heeded as much as any. Never: matches by position.
 */
import { FEATURE_COUNT, FEATURE_NAMES } from '../core/feature.ts';
import { type AttentionState, attention, WEIGHT_MIN } from '../learn/attention.ts';
import { type Notes, namesText } from './finding.ts';
import { readPickleFile } from './joblib.ts';
import { isNpy, readNpy } from './numpy-array.ts';
import { fieldsWithin, leftIn, noteLeft, type OldFields, pick, understand } from './old-field.ts';
import type { PickleValue } from './pickle-value.ts';
import { itemsOf, namedOf, numberArrayOf, numberOf, plainName, textOf } from './python-value.ts';

/** An NPY file, one of Python objects included, or a pickle. */
export function readAttentionFile(file: Uint8Array): PickleValue {
  if (!isNpy(file)) return readPickleFile(file);
  const array = readNpy(file);
  if (!/^.?O$/.test(array.descr)) return { kind: 'raw-array', ...array };
  const content = readPickleFile(array.bytes);
  // `np.save` of a dictionary makes an array without dimensions around it.
  const [only] = itemsOf(content) ?? [];
  return array.shape.length === 0 && only !== undefined ? only : content;
}

const WEIGHTS = ['weights', 'attentionweights', 'featureweights', 'attention'];
const NAMES = ['featurenames', 'features', 'names', 'columns'];
const NAMED_MAX = 10_000;

/** Names that the file does not have: from the command line, or from the signal model's file. */
export interface NameSource {
  readonly names: readonly string[];
  readonly from: string;
}

interface Named {
  readonly weights: ReadonlyMap<string, number>;
  readonly from: string;
}

/** Null: nothing of it could be carried over, and the notes say why. */
export function readAttention(
  value: PickleValue,
  sources: readonly NameSource[],
  notes: Notes,
): AttentionState | null {
  const fields = fieldsWithin(value, () => true);
  const named = namedIn(value, fields, sources);
  noteLeft(notes, leftIn(fields), { what: 'other fields', why: 'weights are learned anew here' });
  if (typeof named === 'string') {
    notes.lost('weights', named);
    return null;
  }
  const ours = FEATURE_NAMES.map(name => named.weights.get(plainName(name)) ?? null);
  const known = FEATURE_NAMES.filter((_, column) => ours[column] !== null);
  const strangers = [...named.weights.keys()].filter(
    name => !known.some(each => plainName(each) === name),
  );
  if (strangers.length > 0)
    notes.lost('weights of other features', `${strangers.length}: ${namesText(strangers)}`);
  if (known.length === 0) {
    notes.lost('weights', `none of its features is one of this bot: ${namesText(FEATURE_NAMES)}`);
    return null;
  }
  notes.carried(
    'weights',
    `${known.length} of ${FEATURE_COUNT} features (names from ${named.from}), until there are labels to ` +
      'learn from',
  );
  if (known.length < FEATURE_COUNT)
    notes.defaulted('weights of the others', `${FEATURE_COUNT - known.length}: the mean`);
  const state = attention.initial();
  state.table.set(levelled(ours));
  return state;
}

/** By feature, or a vector with names from elsewhere; or why not. */
function namedIn(
  value: PickleValue,
  fields: OldFields,
  sources: readonly NameSource[],
): Named | string {
  const given = pick(fields, WEIGHTS, each => weightsOf(each) ?? vectorIn(each));
  const vector = given === null ? vectorIn(value) : given instanceof Map ? null : given;
  if (vector !== null) return namedBy(vector as Float64Array, fields, sources);
  const weights = (given as ReadonlyMap<string, number> | null) ?? weightsOf(value);
  if (weights === null) return 'it holds no vector of numbers';
  if (given === null)
    for (const field of fields.all)
      if (field.around === null && numberOf(field.value) !== null) understand(field);
  return { weights, from: OWN };
}

const OWN = 'the file itself';

/** A dictionary of numbers by name; what is no number in it is left out. */
function weightsOf(value: PickleValue): ReadonlyMap<string, number> | null {
  const weights = new Map<string, number>();
  for (const [name, each] of [...(namedOf(value) ?? [])].slice(0, NAMED_MAX)) {
    const weight = numberOf(each);
    if (weight !== null) weights.set(plainName(name), weight);
  }
  return weights.size > 0 ? weights : null;
}

function namedBy(
  vector: Float64Array,
  fields: OldFields,
  others: readonly NameSource[],
): Named | string {
  const own = pick(fields, NAMES, value => {
    const names = itemsOf(value)?.flatMap(name => textOf(name) ?? []) ?? [];
    return names.length > 0 ? names : null;
  });
  const sources = [...(own === null ? [] : [{ names: own, from: OWN }]), ...others];
  const fit = sources.find(({ names }) => names.length === vector.length);
  if (fit === undefined)
    return (
      `${vector.length} weights, and nothing says of which features: give their names with ` +
      '--attention-features'
    );
  return {
    weights: new Map(fit.names.map((name, index) => [plainName(name), vector[index] ?? 0])),
    from: fit.from,
  };
}

/** One dimension, whatever dimensions of 1 stand around it. */
function vectorIn(value: PickleValue): Float64Array | null {
  const array = numberArrayOf(value);
  if (array === null || array.numbers.length === 0) return null;
  const [, ...others] = array.shape.toSorted((a, b) => b - a);
  return others.every(size => size === 1) ? array.numbers : null;
}

/** Of mean 1 and none below WEIGHT_MIN; what is not known has the mean of what is. */
function levelled(weights: readonly (number | null)[]): number[] {
  const sizes = weights.map(weight =>
    weight === null || !Number.isFinite(weight) ? null : Math.min(SIZE_MAX, Math.abs(weight)),
  );
  const known = sizes.filter(size => size !== null);
  const mean = known.reduce((sum, size) => sum + size, 0) / known.length;
  if (!(mean > MEAN_MIN)) return sizes.map(() => 1);
  return sizes.map(size => WEIGHT_MIN + ((1 - WEIGHT_MIN) * (size ?? mean)) / mean);
}

/** Near the least of all numbers a share of the mean is none: such weights say nothing. */
const MEAN_MIN = 1e-200;
/** Sums stay finite. */
const SIZE_MAX = 1e12;
