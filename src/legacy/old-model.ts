/**
 * What the old bot's model files are, in words: their classes, versions and sizes. Nothing of them is
 * carried over; the report says why.
 *
 * Promises: bounded: it looks at so many values and no more. Never: runs or rebuilds a model.
 */
import { type Notes, namesText, printable } from './finding.ts';
import { isKind, type PickleValue } from './pickle-value.ts';
import { arrayBytesOf } from './pickled-numpy.ts';
import { classOf, entriesOf, fieldsOf, itemsOf, numberOf, textOf } from './python-value.ts';

const LOOKED_AT_MAX = 20_000;
const CLASSES_MAX = 12;
const NAMES_MAX = 1000;
const FEATURE_NAMES = ['featurenames', 'featurenamesin', 'featurecolumns', 'features', 'columns'];
const COUNTS = ['nfeaturesin', 'nfeatures', 'nestimators', 'nclasses', 'maxdepth'];
const VERSIONS = ['sklearnversion', 'modelversion', 'version', 'xgboostversion'];
/** How things are made, not what they are. */
const MACHINERY = /^(builtins|collections|copyreg|_codecs|datetime|decimal)\./;
const ARRAYS = /^numpy\./;

export interface OldModel {
  /** Names of its features, where it says them. */
  readonly featureNames: readonly string[] | null;
}

export function describeModel(value: PickleValue, notes: Notes): OldModel {
  const seen = look(value);
  const parts = [
    seen.classes.length > 0 ? namesText(seen.classes) : 'no model: plain values',
    ...seen.facts,
    seen.arrays > 0 ? `${seen.arrays} arrays` : null,
  ].filter(part => part !== null);
  notes.lost(
    'model',
    `${parts.join('; ')}. It is code as much as data, and its features are others: the signal model ` +
      'trains afresh from what the market shows',
  );
  return { featureNames: seen.featureNames };
}

interface Seen {
  readonly classes: readonly string[];
  readonly facts: readonly string[];
  readonly featureNames: readonly string[] | null;
  readonly arrays: number;
}

/** Breadth first: what stands outside comes first. */
function look(root: PickleValue): Seen {
  const queue: PickleValue[] = [root];
  const known = new Set<PickleValue>();
  const classes = new Set<string>();
  const facts = new Set<string>();
  let featureNames: readonly string[] | null = null;
  let arrays = 0;
  for (let next = 0; next < queue.length && next < LOOKED_AT_MAX; next += 1) {
    const value = queue[next] as PickleValue;
    if (typeof value !== 'object' || value === null || known.has(value)) continue;
    known.add(value);
    const name = classOf(value);
    if (arrayBytesOf(value) !== null) arrays += 1;
    else if (
      name !== null &&
      !MACHINERY.test(name) &&
      !ARRAYS.test(name) &&
      classes.size < CLASSES_MAX
    )
      classes.add(name);
    for (const [field, held] of fieldsOf(value) ?? []) {
      const names = FEATURE_NAMES.includes(field) ? textsOf(held) : null;
      featureNames ??= names;
      const fact = factOf(field, held);
      if (fact !== null && facts.size < CLASSES_MAX) facts.add(fact);
    }
    for (const inside of insidesOf(value)) if (queue.length < LOOKED_AT_MAX) queue.push(inside);
  }
  if (featureNames !== null) facts.add(`features ${namesText(featureNames)}`);
  return { classes: [...classes], facts: [...facts], featureNames, arrays };
}

function factOf(field: string, value: PickleValue): string | null {
  if (VERSIONS.includes(field)) {
    const version = textOf(value) ?? numberOf(value);
    if (version === null) return null;
    return `${field.replace('version', ' version')} ${printable(`${version}`)}`.trim();
  }
  const count = COUNTS.includes(field) ? numberOf(value) : null;
  return count === null ? null : `${field} ${count}`;
}

function textsOf(value: PickleValue): string[] | null {
  const names = (itemsOf(value) ?? []).slice(0, NAMES_MAX).flatMap(each => textOf(each) ?? []);
  return names.length > 0 ? names : null;
}

function insidesOf(value: PickleValue): readonly PickleValue[] {
  const entries = entriesOf(value);
  if (entries !== null) return entries.map(([, each]) => each);
  if (isKind(value, 'list', 'tuple', 'set')) return value.items;
  if (!isKind(value, 'made')) return [];
  const state = value.state === undefined ? [] : [value.state];
  return [...value.args, ...state, ...value.items];
}
