/**
 * The deep signal model's file: safetensors, one tensor per layer, the rest as JSON metadata.
 *
 * Promises: decodes to exactly the state that was encoded, float32 for float32.
 * Never: accepts a tensor of another shape or width.
 */
import { asCount, asJson, asNumber, asPositives, asRecord, nullable } from '../base/field.ts';
import { SEQUENCE_ROWS } from '../base/limits.ts';
import type { Encoded, Tensor } from '../core/component.ts';
import { asCalibration } from './calibration.ts';
import type { DeepSignalModelState } from './deep-signal-model.ts';
import { layoutOf } from './dense.ts';
import {
  ARCHITECTURE,
  checkArchitecture,
  type DenseModel,
  INPUT_COUNT,
  PARAMETER_COUNT,
} from './dense-model.ts';
import { FEATURE_COUNT, FEATURE_NAMES } from './features.ts';
import { asScaler } from './scaler.ts';
import { asRequest, asTrainingRecord } from './train-record.ts';

type Tensors = Readonly<Record<string, Tensor>>;

export function encodeDeepSignalModel(state: DeepSignalModelState): Encoded {
  const { model, ...rest } = state;
  const { version, request, lastOutcome, ...counters } = rest;
  return {
    format: 'safetensors',
    tensors: model === null ? {} : tensorsOf(model),
    metadata: {
      architecture: JSON.stringify(ARCHITECTURE),
      featureNames: JSON.stringify(FEATURE_NAMES),
      sequenceLength: String(SEQUENCE_ROWS),
      modelVersion: String(version),
      calibration: JSON.stringify(model?.calibration ?? null),
      request: JSON.stringify(request),
      lastOutcome: JSON.stringify(lastOutcome),
      counters: JSON.stringify(counters),
    },
  };
}

export function decodeDeepSignalModel(content: Encoded): DeepSignalModelState {
  if (content.format !== 'safetensors') throw new Error(`deep signal model in ${content.format}`);
  const { tensors, metadata } = content;
  const field = (name: string) => asJson(metadata[name], name);
  checkArchitecture(field('architecture'), 'architecture');
  if (metadata['featureNames'] !== JSON.stringify(FEATURE_NAMES))
    throw new Error('featureNames are not those of this release');
  if (field('sequenceLength') !== SEQUENCE_ROWS)
    throw new Error(`sequenceLength is not ${SEQUENCE_ROWS}`);
  const counters = asRecord(field('counters'), 'counters');
  const calibration = field('calibration');
  return {
    version: asCount(field('modelVersion'), 'modelVersion'),
    model: calibration === null ? null : modelOf(tensors, calibration),
    request: nullable(asRequest)(field('request'), 'request'),
    lastRequestTime: nullable(asNumber)(counters['lastRequestTime'], 'lastRequestTime'),
    sinceTraining: asCount(counters['sinceTraining'], 'sinceTraining'),
    examplesSeen: asCount(counters['examplesSeen'], 'examplesSeen'),
    lastSeenExample: asCount(counters['lastSeenExample'], 'lastSeenExample'),
    trainedThrough: asCount(counters['trainedThrough'], 'trainedThrough'),
    seenUntil: asNumber(counters['seenUntil'], 'seenUntil'),
    lastOutcome: nullable(asTrainingRecord)(field('lastOutcome'), 'lastOutcome'),
  };
}

interface Layer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly start: number;
}

/** How the flat parameters (and each moment) are cut into named tensors. */
function layers(): readonly Layer[] {
  const { inputs, hidden, outputs } = ARCHITECTURE;
  const layout = layoutOf(ARCHITECTURE);
  return [
    { name: 'hidden.weight', shape: [hidden, inputs], start: 0 },
    { name: 'hidden.bias', shape: [hidden], start: layout.hiddenBias },
    { name: 'output.weight', shape: [outputs, hidden], start: layout.outputWeights },
    { name: 'output.bias', shape: [outputs], start: layout.outputBias },
  ];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, side) => size * side, 1);

function tensorsOf(model: DenseModel): Tensors {
  const tensors: Record<string, Tensor> = {};
  const cut = (prefix: string, values: Float32Array) => {
    for (const { name, shape, start } of layers())
      tensors[prefix + name] = { shape, data: values.slice(start, start + sizeOf(shape)) };
  };
  cut('', model.parameters);
  cut('adam.first.', model.adam.first);
  cut('adam.second.', model.adam.second);
  const wide = (name: string, values: readonly number[]) => {
    tensors[name] = { shape: [values.length], data: Float64Array.from(values) };
  };
  const { steps, firstPower, secondPower } = model.adam;
  wide('adam.progress', [steps, firstPower, secondPower]);
  wide('scaler.mean', model.scaler.mean);
  wide('scaler.scale', model.scaler.scale);
  wide('gate', model.gate);
  return tensors;
}

function modelOf(tensors: Tensors, calibration: unknown): DenseModel {
  const progress = wideOf(tensors, 'adam.progress', 3);
  return {
    parameters: joined(tensors, ''),
    adam: {
      first: joined(tensors, 'adam.first.'),
      second: joined(tensors, 'adam.second.'),
      steps: asCount(progress[0], 'adam.progress'),
      firstPower: progress[1]!,
      secondPower: progress[2]!,
    },
    scaler: asScaler(
      {
        mean: wideOf(tensors, 'scaler.mean', INPUT_COUNT),
        scale: wideOf(tensors, 'scaler.scale', INPUT_COUNT),
      },
      INPUT_COUNT,
      'scaler',
    ),
    gate: asPositives(wideOf(tensors, 'gate', FEATURE_COUNT), FEATURE_COUNT, 'gate'),
    calibration: asCalibration(calibration, 'calibration'),
  };
}

function joined(tensors: Tensors, prefix: string): Float32Array {
  const values = new Float32Array(PARAMETER_COUNT);
  for (const { name, shape, start } of layers()) {
    const tensor = tensors[prefix + name];
    if (!(tensor?.data instanceof Float32Array) || !sameShape(tensor.shape, shape))
      throw new Error(`tensor ${prefix}${name} is not float32 [${shape.join(', ')}]`);
    if (!tensor.data.every(Number.isFinite))
      throw new Error(`tensor ${prefix}${name} holds a number that is not finite`);
    values.set(tensor.data, start);
  }
  return values;
}

function wideOf(tensors: Tensors, name: string, length: number): number[] {
  const tensor = tensors[name];
  if (!(tensor?.data instanceof Float64Array) || !sameShape(tensor.shape, [length]))
    throw new Error(`tensor ${name} is not float64 [${length}]`);
  return Array.from(tensor.data, value => asNumber(value, name));
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, index) => side === b[index]);
