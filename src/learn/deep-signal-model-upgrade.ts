/**
 * Upgrades of the deep signal model's file.
 *
 * Promises: no version number is given twice, and a training that is owed is still answered.
 */
import { asJson, asNumber, asRecord, nullable } from '../base/field.ts';
import type { Encoded } from '../core/component.ts';
import { noRetraining } from './retraining.ts';

/**
 * Version 2: an LSTM on sequences. The dense network of version 1 on features and their mean is
 * of no use to it and dropped; it kept no examples, so those begin anew as well.
 */
export function toVersion2(old: Encoded): Encoded {
  if (old.format !== 'safetensors') throw new Error(`deep signal model in ${old.format}`);
  const { modelVersion, lastOutcome, calibration: _, ...metadata } = old.metadata;
  const counters = asRecord(asJson(metadata['counters'], 'counters'), 'counters');
  const lastRequestTime = nullable(asNumber)(counters['lastRequestTime'], 'lastRequestTime');
  const last = nullable(asRecord)(asJson(lastOutcome, 'lastOutcome'), 'lastOutcome');
  const through = counters['trainedThrough'];
  return {
    format: 'safetensors',
    tensors: {},
    metadata: {
      ...metadata,
      modelVersion: '0',
      lastVersion: modelVersion ?? '0',
      model: 'null',
      former: '[]',
      history: JSON.stringify(last === null ? [] : [{ ...last, through }]),
      symbols: '[]',
      retraining: JSON.stringify({ ...noRetraining(), lastRequestTime }),
      counters: JSON.stringify({ examplesSeen: 0 }),
    },
  };
}

/** Version 3: it knows by itself which example ids are taken. */
export function toVersion3(old: Encoded): Encoded {
  if (old.format !== 'safetensors') throw new Error(`deep signal model in ${old.format}`);
  const counters = asRecord(asJson(old.metadata['counters'], 'counters'), 'counters');
  let nextExampleId = 1;
  for (const id of old.tensors['example.id']?.data ?? [])
    nextExampleId = Math.max(nextExampleId, id + 1);
  const metadata = { ...old.metadata, counters: JSON.stringify({ ...counters, nextExampleId }) };
  return { ...old, metadata };
}
