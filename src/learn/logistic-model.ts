/**
 * The model of the signal model: a calibrated logistic regression, its scaler and what mattered
 * to it; and its blob.
 *
 * Promises: the blob holds all of it exactly. Never: depends on examples once it is trained.
 */
import {
  asArray,
  asNumber,
  asNumbers,
  asPositives,
  asRecord,
  type Reader,
  recordOf,
} from '../base/field.ts';
import type { Probabilities } from '../core/fact.ts';
import { packBlob, unpackBlob } from './blob.ts';
import { asCalibration, type Calibration, calibrated } from './calibration.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import type { LinearFit } from './logistic.ts';
import type { Scaler } from './scaler.ts';
import { CLASS_COUNT } from './scores.ts';

export const LOGISTIC_KIND = 'multinomial-logistic';

export interface LogisticModel extends LinearFit, Calibration {
  readonly kind: typeof LOGISTIC_KIND;
}

/** A value per feature name. */
export type Importance = Record<string, number>;

export interface TrainedLogistic {
  readonly model: LogisticModel;
  readonly scaler: Scaler;
  /** Share of the absolute standardised weights; they sum to 1. */
  readonly importance: Importance;
  /** Rise of the log-loss on the compare slice when the feature's column is shuffled. */
  readonly permutation: Importance;
}

const logits = new Float64Array(CLASS_COUNT);

export function predictLogistic(
  model: LogisticModel,
  scaler: Scaler,
  features: ArrayLike<number>,
): Probabilities {
  const { weights, bias } = model;
  let hold = bias[0]!;
  let buy = bias[1]!;
  let sell = bias[2]!;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const input = (features[column]! - scaler.mean[column]!) / scaler.scale[column]!;
    hold += weights[0]![column]! * input;
    buy += weights[1]![column]! * input;
    sell += weights[2]![column]! * input;
  }
  logits[0] = hold;
  logits[1] = buy;
  logits[2] = sell;
  return calibrated(logits, 0, model);
}

export const packLogistic = (trained: TrainedLogistic): Uint8Array =>
  packBlob({ header: trained, floats: new Float32Array(0) });

export const unpackLogistic = (bytes: Uint8Array): TrainedLogistic =>
  asTrainedLogistic(unpackBlob(bytes).header, 'blob');

export function asTrainedLogistic(value: unknown, what: string): TrainedLogistic {
  const fields = asRecord(value, what);
  return {
    model: asLogisticModel(fields['model'], `${what}.model`),
    scaler: asScaler(fields['scaler'], FEATURE_COUNT, `${what}.scaler`),
    importance: asImportance(fields['importance'], `${what}.importance`),
    permutation: asImportance(fields['permutation'], `${what}.permutation`),
  };
}

export function asScaler(value: unknown, columns: number, what: string): Scaler {
  const fields = asRecord(value, what);
  return {
    mean: asNumbers(fields['mean'], columns, `${what}.mean`),
    scale: asPositives(fields['scale'], columns, `${what}.scale`),
  };
}

function asLogisticModel(value: unknown, what: string): LogisticModel {
  const fields = asRecord(value, what);
  if (fields['kind'] !== LOGISTIC_KIND) throw new Error(`${what}.kind is not ${LOGISTIC_KIND}`);
  return {
    kind: LOGISTIC_KIND,
    weights: asArray(fields['weights'], CLASS_COUNT, `${what}.weights`).map(row =>
      asNumbers(row, FEATURE_COUNT, `${what}.weights`),
    ),
    bias: asNumbers(fields['bias'], CLASS_COUNT, `${what}.bias`),
    ...asCalibration(value, what),
  };
}

const asImportance: Reader<Importance> = recordOf(FEATURE_NAMES, asNumber);
