/**
 * The model of the deep signal model: a dense network on gated, standardised features and their
 * recent mean, its calibration and its optimizer; and its blob.
 *
 * Promises: parameters and moments are float32 here, in the blob and in the file.
 * Never: depends on examples once it is trained.
 */
import { asCount, asNumber, asPositives, asRecord } from '../base/field.ts';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import type { Millis } from '../base/time.ts';
import type { Probabilities } from '../core/fact.ts';
import type { Adam } from './adam.ts';
import { packBlob, unpackBlob } from './blob.ts';
import { asCalibration, type Calibration, calibrated } from './calibration.ts';
import { type Architecture, createNetwork, layoutOf, type Network } from './dense.ts';
import { FEATURE_COUNT } from './features.ts';
import { asScaler, type Scaler } from './scaler.ts';

export const INPUT_COUNT = 2 * FEATURE_COUNT;

export const ARCHITECTURE: Architecture = { inputs: INPUT_COUNT, hidden: 16, outputs: 3 };
export const PARAMETER_COUNT = layoutOf(ARCHITECTURE).count;

export interface DenseModel {
  readonly parameters: Float32Array;
  readonly adam: Adam;
  /** Of features, then context. */
  readonly scaler: Scaler;
  /** The attention weights it was trained with, one per feature. */
  readonly gate: readonly number[];
  readonly calibration: Calibration;
}

/** A champion as its trainer meets it: the model, and until when it has seen labels. */
export interface DenseChampion {
  readonly model: DenseModel;
  readonly seenUntil: Millis;
}

const inputs = new Float64Array(INPUT_COUNT);
const networks = new WeakMap<Float32Array, Network>();

/** A network is scratch space around its parameters; one per set of parameters is enough. */
function networkOf(parameters: Float32Array): Network {
  const known = networks.get(parameters);
  if (known !== undefined) return known;
  const network = createNetwork(ARCHITECTURE, parameters);
  networks.set(parameters, network);
  return network;
}

export function predictDenseModel(
  model: DenseModel,
  features: ArrayLike<number>,
  context: ArrayLike<number>,
): Probabilities {
  writeInputs(model, { features, context, start: 0 }, { matrix: inputs, at: 0 });
  return calibrated(networkOf(model.parameters).forward(inputs, 0), 0, model.calibration);
}

/** gate ⊙ standardised features, then gate ⊙ standardised context. */
export function writeInputs(
  by: { readonly scaler: Scaler; readonly gate: readonly number[] },
  row: {
    readonly features: ArrayLike<number>;
    readonly context: ArrayLike<number>;
    readonly start: number;
  },
  out: { readonly matrix: Float64Array; readonly at: number },
): void {
  const { mean, scale } = by.scaler;
  for (let column = 0; column < FEATURE_COUNT; column += 1) {
    const other = column + FEATURE_COUNT;
    const feature = (row.features[row.start + column]! - mean[column]!) / scale[column]!;
    const context = (row.context[row.start + column]! - mean[other]!) / scale[other]!;
    out.matrix[out.at + column] = by.gate[column]! * feature;
    out.matrix[out.at + other] = by.gate[column]! * context;
  }
}

export function packDense(champion: DenseChampion): Uint8Array {
  const { parameters, adam, scaler, gate, calibration } = champion.model;
  const floats = new Float32Array(3 * PARAMETER_COUNT);
  floats.set(parameters, 0);
  floats.set(adam.first, PARAMETER_COUNT);
  floats.set(adam.second, 2 * PARAMETER_COUNT);
  const { steps, firstPower, secondPower } = adam;
  const header = {
    architecture: ARCHITECTURE,
    sequenceLength: SEQUENCE_ROWS,
    seenUntil: champion.seenUntil,
    adam: { steps, firstPower, secondPower },
    scaler,
    gate,
    calibration,
  };
  return packBlob({ header, floats });
}

export function unpackDense(bytes: Uint8Array): DenseChampion {
  const { header, floats } = unpackBlob(bytes);
  const fields = asRecord(header, 'blob');
  if (floats.length !== 3 * PARAMETER_COUNT)
    throw new Error(`blob has ${floats.length} floats instead of ${3 * PARAMETER_COUNT}`);
  checkArchitecture(fields['architecture'], 'blob.architecture');
  const adam = asRecord(fields['adam'], 'blob.adam');
  return {
    seenUntil: asNumber(fields['seenUntil'], 'blob.seenUntil'),
    model: {
      parameters: floats.slice(0, PARAMETER_COUNT),
      adam: {
        first: floats.slice(PARAMETER_COUNT, 2 * PARAMETER_COUNT),
        second: floats.slice(2 * PARAMETER_COUNT),
        steps: asCount(adam['steps'], 'blob.adam.steps'),
        firstPower: asNumber(adam['firstPower'], 'blob.adam.firstPower'),
        secondPower: asNumber(adam['secondPower'], 'blob.adam.secondPower'),
      },
      scaler: asScaler(fields['scaler'], INPUT_COUNT, 'blob.scaler'),
      gate: asPositives(fields['gate'], FEATURE_COUNT, 'blob.gate'),
      calibration: asCalibration(fields['calibration'], 'blob.calibration'),
    },
  };
}

/** A network of another shape can't be read with this one's layout. */
export function checkArchitecture(value: unknown, what: string): void {
  const fields = asRecord(value, what);
  for (const name of ['inputs', 'hidden', 'outputs'] as const)
    if (fields[name] !== ARCHITECTURE[name])
      throw new Error(`${what}.${name} is not ${ARCHITECTURE[name]}`);
}
