/**
 * The blob of a trained LSTM: parameters and both moments as float32, the rest in the header.
 *
 * Promises: the same model gives the same bytes; a blob of a release with other features is read,
 * one of another network (the dense one of 0.1.0) is recognised. Never: keeps examples.
 */

import { asRecord } from '../base/field.ts';
import { asColumnMap } from '../core/feature-migration.ts';
import { packBlob, unpackBlob } from './blob.ts';
import { FEATURE_NAMES } from './features.ts';
import type { LstmModel } from './lstm-model.ts';
import {
  ARCHITECTURE,
  asAdam,
  asSurroundings,
  countFor,
  isReadable,
  modelToday,
} from './lstm-record.ts';

export function packLstm(model: LstmModel): Uint8Array {
  const { parameters, adam, scaler, gate, calibration } = model;
  const { length } = parameters;
  const floats = new Float32Array(3 * length);
  floats.set(parameters, 0);
  floats.set(adam.first, length);
  floats.set(adam.second, 2 * length);
  const { steps, firstPower, secondPower } = adam;
  const header = {
    architecture: ARCHITECTURE,
    featureNames: FEATURE_NAMES,
    adam: { steps, firstPower, secondPower },
    scaler,
    gate,
    calibration,
  };
  return packBlob({ header, floats });
}

/** Null: a network that this release can't use. Throws on bytes that are no blob. */
export function unpackLstm(bytes: Uint8Array): LstmModel | null {
  const { header, floats } = unpackBlob(bytes);
  const fields = asRecord(header, 'blob');
  if (!isReadable(fields['architecture'])) return null;
  const map = asColumnMap(fields['featureNames'], 'blob.featureNames');
  const count = countFor(map);
  if (floats.length !== 3 * count)
    throw new Error(`blob has ${floats.length} floats instead of ${3 * count}`);
  const moments = { first: floats.slice(count, 2 * count), second: floats.slice(2 * count) };
  const model = {
    parameters: floats.slice(0, count),
    adam: asAdam(fields['adam'], moments),
    ...asSurroundings(fields, map),
  };
  return modelToday(model, map);
}
