/**
 * The deep signal model's file: safetensors, the models as tensors, one tensor per column of the
 * examples (sequences as int8, in steps of 1/31), the rest as JSON metadata.
 *
 * Promises: decodes to exactly the state that was encoded; of a file with other features, to what
 * is still true of today's, by name. Of networks of another architecture all else is kept. Never:
 * accepts columns of unequal lengths.
 */
import { asArray, asCount, asJson, asRecord, asText, listOf, nullable } from '../base/field.ts';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import type { Encoded } from '../core/component.ts';
import { asColumnMap, type ColumnMap } from '../core/feature-migration.ts';
import { packSequence, SEQUENCE_SIZE, sequencesToday, unpackSequence } from '../core/sequence.ts';
import type { DeepSignalModelState, FormerLstm } from './deep-signal-model.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { asLabel } from './labels.ts';
import { ARCHITECTURE, isReadable } from './lstm-record.ts';
import {
  bytes,
  lstmFields,
  lstmTensors,
  numbers,
  readLstm,
  type Tensors,
  wide,
} from './lstm-tensors.ts';
import { forgetModel, retrainingToday } from './retraining.ts';
import type { SequenceExample } from './sequence-table.ts';
import { asTrainingRecord, requestToday, TRAININGS_KEPT_MAX } from './train-record.ts';

export function encodeDeepSignalModel(state: DeepSignalModelState): Encoded {
  const { version, lastVersion, model, former, history, examples, retraining, request } = state;
  const symbols = [...new Set(examples.map(({ symbol }) => symbol))];
  return {
    format: 'safetensors',
    tensors: {
      ...(model === null ? {} : lstmTensors(model)),
      ...Object.assign(
        {},
        ...former.map((each, place) => lstmTensors(each.model, prefixOf(place))),
      ),
      ...exampleTensors(examples, symbols),
    },
    metadata: {
      architecture: JSON.stringify(ARCHITECTURE),
      featureNames: JSON.stringify(FEATURE_NAMES),
      sequenceLength: String(SEQUENCE_ROWS),
      modelVersion: String(version),
      lastVersion: String(lastVersion),
      model: JSON.stringify(model && lstmFields(model)),
      former: JSON.stringify(
        former.map(each => ({ version: each.version, ...lstmFields(each.model) })),
      ),
      history: JSON.stringify(history),
      symbols: JSON.stringify(symbols),
      retraining: JSON.stringify(retraining),
      request: JSON.stringify(request),
      counters: JSON.stringify({
        examplesSeen: state.examplesSeen,
        nextExampleId: state.nextExampleId,
      }),
    },
  };
}

const prefixOf = (place: number): string => `former.${place}.`;

function exampleTensors(examples: readonly SequenceExample[], symbols: readonly string[]): Tensors {
  const sequences = new Int8Array(examples.length * SEQUENCE_SIZE);
  examples.forEach(({ sequence }, row) => {
    sequences.set(unpackSequence(sequence) ?? [], row * SEQUENCE_SIZE);
  });
  const shape = [examples.length];
  return {
    'example.id': wide(examples.map(({ id }) => id)),
    'example.time': wide(examples.map(({ time }) => time)),
    'example.labelledAt': wide(examples.map(({ labelledAt }) => labelledAt)),
    'example.label': { shape, data: Int8Array.from(examples, ({ label }) => label) },
    'example.symbol': {
      shape,
      data: Int8Array.from(examples, ({ symbol }) => symbols.indexOf(symbol)),
    },
    'example.sequence': { shape: [...shape, SEQUENCE_ROWS, FEATURE_COUNT], data: sequences },
  };
}

export function decodeDeepSignalModel(content: Encoded): DeepSignalModelState {
  if (content.format !== 'safetensors') throw new Error(`deep signal model in ${content.format}`);
  const { tensors, metadata } = content;
  const field = (name: string) => asJson(metadata[name], name);
  const map = asColumnMap(field('featureNames'), 'featureNames');
  const counters = asRecord(field('counters'), 'counters');
  const isOfUse = isReadable(field('architecture'));
  const fields = field('model');
  const state: DeepSignalModelState = {
    version: asCount(field('modelVersion'), 'modelVersion'),
    lastVersion: asCount(field('lastVersion'), 'lastVersion'),
    model: fields === null || !isOfUse ? null : readLstm(tensors, fields, { map }),
    former: isOfUse ? formerOf(tensors, field('former'), map) : [],
    history: listOf(asTrainingRecord, TRAININGS_KEPT_MAX)(field('history'), 'history'),
    examples: examplesOf(tensors, map, field('symbols')),
    nextExampleId: asCount(counters['nextExampleId'], 'nextExampleId'),
    examplesSeen: asCount(counters['examplesSeen'], 'examplesSeen'),
    retraining: retrainingToday(map)(field('retraining'), 'retraining'),
    request: nullable(requestToday(map))(field('request'), 'request'),
  };
  if (fields !== null && state.model === null) {
    // The next one is due at the next chance.
    state.version = 0;
    forgetModel(state.retraining, state.examples.length);
  }
  return state;
}

const formerOf = (tensors: Tensors, value: unknown, map: ColumnMap): FormerLstm[] =>
  asArray(value, null, 'former').map((fields, place) => ({
    version: asCount(asRecord(fields, 'former')['version'], 'former.version'),
    model: readLstm(tensors, fields, { map, prefix: prefixOf(place) }),
  }));

/** None where there are none, or where a window has another length than today's. */
function examplesOf(tensors: Tensors, map: ColumnMap, names: unknown): SequenceExample[] {
  const count = tensors['example.id']?.data.length ?? 0;
  if (count === 0 || tensors['example.sequence']?.shape[1] !== SEQUENCE_ROWS) return [];
  const symbols = listOf(asText)(names, 'symbols');
  const ids = numbers(tensors, 'example.id', count);
  const times = numbers(tensors, 'example.time', count);
  const labelledAt = numbers(tensors, 'example.labelledAt', count);
  const labels = bytes(tensors, 'example.label', [count]);
  const places = bytes(tensors, 'example.symbol', [count]);
  const sequences = sequencesToday(
    bytes(tensors, 'example.sequence', [count, SEQUENCE_ROWS, map.names.length]),
    map,
  );
  return ids.map((id, row) => ({
    id: asCount(id, 'example.id'),
    symbol: asText(symbols[places[row]!], 'example.symbol'),
    time: times[row]!,
    labelledAt: labelledAt[row]!,
    label: asLabel(labels[row], 'example.label'),
    sequence: packSequence(sequences.subarray(row * SEQUENCE_SIZE, (row + 1) * SEQUENCE_SIZE)),
  }));
}
