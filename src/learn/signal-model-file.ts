/**
 * The signal model's file: JSON, the examples in columns.
 *
 * Promises: decodes to exactly the state that was encoded. Never: accepts columns of unequal
 * lengths or rows of another width.
 */
import {
  asArray,
  asCount,
  asNumber,
  asNumbers,
  asRecord,
  asText,
  fieldsOf,
  nullable,
} from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import type { Example, Label } from '../core/fact.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { asTrainedLogistic } from './logistic-model.ts';
import { asRetraining } from './retraining.ts';
import type { Performance, SignalModelState } from './signal-model.ts';
import { asLastOutcome, asRequest } from './train-record.ts';

export function encodeSignalModel(state: SignalModelState): Encoded {
  const { examples, ...rest } = state;
  return {
    format: 'json.zst',
    value: { ...rest, featureNames: FEATURE_NAMES, examples: columnsOf(examples) },
  };
}

export function decodeSignalModel(content: Encoded): SignalModelState {
  if (content.format !== 'json.zst') throw new Error(`signal model in ${content.format}`);
  const fields = content.value;
  const names = asArray(fields['featureNames'], FEATURE_COUNT, 'featureNames');
  if (names.some((name, column) => name !== FEATURE_NAMES[column]))
    throw new Error('featureNames are not those of this release');
  return {
    version: asCount(fields['version'], 'version'),
    trained: nullable(asTrainedLogistic)(fields['trained'], 'trained'),
    examples: asExamples(fields['examples']),
    nextExampleId: asCount(fields['nextExampleId'], 'nextExampleId'),
    examplesSeen: asCount(fields['examplesSeen'], 'examplesSeen'),
    retraining: asRetraining(fields['retraining'], 'retraining'),
    performance: asPerformance(fields['performance'], 'performance'),
    request: nullable(asRequest)(fields['request'], 'request'),
    lentFrom: nullable(asCount)(fields['lentFrom'], 'lentFrom'),
    trainedThrough: asCount(fields['trainedThrough'], 'trainedThrough'),
    lastOutcome: nullable(asLastOutcome)(fields['lastOutcome'], 'lastOutcome'),
  };
}

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

function asExamples(value: unknown): Example[] {
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
  const features = column('features', FEATURE_COUNT);
  const context = column('context', FEATURE_COUNT);
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
