/**
 * The signal model's file: JSON, the examples in columns (example-column.ts).
 *
 * Promises: decodes to exactly the state that was encoded; of a file with other features, to what
 * is still true of today's, by name. Never: accepts a field that it does not know the shape of.
 */
import { asCount, asNumber, fieldsOf, listOf, nullable, type Reader } from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import { asColumnMap } from '../core/feature-migration.ts';
import { trainedFields, trainedReader } from './boosted-model.ts';
import { columnsOf, examplesIn } from './example-column.ts';
import { FEATURE_NAMES } from './features.ts';
import { forgetModel, retrainingToday } from './retraining.ts';
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
    examples: examplesIn(fields['examples'], map),
    nextExampleId: asCount(fields['nextExampleId'], 'nextExampleId'),
    examplesSeen: asCount(fields['examplesSeen'], 'examplesSeen'),
    retraining: retrainingToday(map)(fields['retraining'], 'retraining'),
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

const asPerformance = fieldsOf<Performance>({
  totalTrades: asCount,
  wins: asCount,
  profitSum: asNumber,
});
