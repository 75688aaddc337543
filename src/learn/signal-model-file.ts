/**
 * The signal model's file: JSON, the examples in columns.
 *
 * Promises: decodes to exactly the state that was encoded; of a file with other features, to what
 * is still true of today's, by name. Never: accepts columns of unequal lengths.
 */
import {
  asArray,
  asCount,
  asNumber,
  asNumbers,
  asRecord,
  asText,
  fieldsOf,
  listOf,
  nullable,
  type Reader,
} from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import type { Example, Label } from '../core/fact.ts';
import { trainedFields, trainedReader } from './boosted-model.ts';
import { asColumnMap, type ColumnMap, migrateRows } from './feature-migration.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { asRetraining, forgetModel } from './retraining.ts';
import type { FormerModel, Performance, SignalModelState } from './signal-model.ts';
import { asTrainingRecord, requestToday, TRAININGS_KEPT_MAX } from './train-record.ts';

export function encodeSignalModel(state: SignalModelState): Encoded {
  const { examples, trained, former, ...rest } = state;
  return {
    format: 'json.zst',
    value: {
      ...rest,
      featureNames: FEATURE_NAMES,
      trained: trained === null ? null : trainedFields(trained),
      former: former.map(({ version, trained: model }) => ({
        version,
        trained: trainedFields(model),
      })),
      examples: columnsOf(examples),
    },
  };
}

export function decodeSignalModel(content: Encoded): SignalModelState {
  if (content.format !== 'json.zst') throw new Error(`signal model in ${content.format}`);
  const fields = content.value;
  const map = asColumnMap(fields['featureNames'], 'featureNames');
  const asTrained = trainedReader(map);
  const state: SignalModelState = {
    version: asCount(fields['version'], 'version'),
    lastVersion: asCount(fields['lastVersion'], 'lastVersion'),
    trained: nullable(asTrained)(fields['trained'], 'trained'),
    former: listOf(formerReader(asTrained))(fields['former'], 'former').filter(isOfUse),
    history: listOf(asTrainingRecord, TRAININGS_KEPT_MAX)(fields['history'], 'history'),
    examples: asExamples(fields['examples'], map),
    nextExampleId: asCount(fields['nextExampleId'], 'nextExampleId'),
    examplesSeen: asCount(fields['examplesSeen'], 'examplesSeen'),
    retraining: asRetraining(fields['retraining'], 'retraining'),
    performance: asPerformance(fields['performance'], 'performance'),
    request: nullable(requestToday(map))(fields['request'], 'request'),
  };
  if (fields['trained'] !== null && state.trained === null) {
    // It split on a feature that is gone; the next one is due at the next chance.
    state.version = 0;
    forgetModel(state.retraining, state.examples.length);
  }
  return state;
}

/** A former champion, or what is left of one whose features are gone. */
type Former = { readonly [K in keyof FormerModel]: FormerModel[K] | null };

const formerReader = (asTrained: Reader<FormerModel['trained'] | null>): Reader<Former> =>
  fieldsOf<Former>({ version: asCount, trained: asTrained });

const isOfUse = (former: Former): former is FormerModel => former.trained !== null;

function columnsOf(examples: readonly Example[]) {
  const features: number[] = [];
  const context: number[] = [];
  for (const example of examples)
    for (let column = 0; column < FEATURE_COUNT; column += 1) {
      features.push(example.features[column]!);
      context.push(example.context[column]!);
    }
  return {
    id: examples.map(example => example.id),
    symbol: examples.map(example => example.symbol),
    time: examples.map(example => example.time),
    labelledAt: examples.map(example => example.labelledAt),
    proposed: examples.map(example => (example.proposed ? 1 : 0)),
    label: examples.map(example => example.label),
    return: examples.map(example => example.return),
    /** Row after row, one value per feature name. */
    features,
    context,
  };
}

function asExamples(value: unknown, map: ColumnMap): Example[] {
  const columns = asRecord(value, 'examples');
  const ids = asNumbers(columns['id'], null, 'examples.id');
  const count = ids.length;
  const column = (name: string, width = 1) =>
    asNumbers(columns[name], count * width, `examples.${name}`);
  const symbols = asArray(columns['symbol'], count, 'examples.symbol');
  const times = column('time');
  const labelledAt = column('labelledAt');
  const proposed = column('proposed');
  const labels = column('label');
  const returns = column('return');
  const width = map.names.length;
  const features = migrateRows(column('features', width), map, 0);
  const context = migrateRows(column('context', width), map, 0);
  const examples: Example[] = [];
  for (let row = 0; row < count; row += 1)
    examples.push({
      id: asCount(ids[row], 'examples.id'),
      symbol: asText(symbols[row], 'examples.symbol'),
      time: times[row]!,
      labelledAt: labelledAt[row]!,
      proposed: asFlag(proposed[row]!),
      label: asLabel(labels[row]!),
      return: returns[row]!,
      features: features.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT),
      context: context.slice(row * FEATURE_COUNT, (row + 1) * FEATURE_COUNT),
    });
  return examples;
}

function asFlag(value: number): boolean {
  if (value !== 0 && value !== 1) throw new Error('examples.proposed is not 0 or 1');
  return value === 1;
}

function asLabel(value: number): Label {
  if (value !== 0 && value !== 1 && value !== 2) throw new Error('examples.label is not a label');
  return value;
}

const asPerformance = fieldsOf<Performance>({
  totalTrades: asCount,
  wins: asCount,
  profitSum: asNumber,
});
