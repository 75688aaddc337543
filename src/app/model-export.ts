/**
 * Exports: a trained model in formats that other programs read.
 *
 * Promises: a pure function of the model; the same model gives the same bytes. Never: exports what
 * is not kept.
 */
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Memory } from '../components.ts';
import type { Encoded } from '../core/component.ts';
import type { ModelId } from '../core/fact.ts';
import { FEATURE_NAMES } from '../core/feature.ts';
import { SEQUENCE_SCALE, STEP_MAX } from '../core/sequence.ts';
import { forestTensors, nodeMatrix } from '../learn/boosted-export-array.ts';
import { exportLightgbm } from '../learn/boosted-export-lightgbm.ts';
import { exportOnnx } from '../learn/boosted-export-onnx.ts';
import { exportXgboost } from '../learn/boosted-export-xgboost.ts';
import { BOOSTED_KIND, type BoostedModel } from '../learn/boosted-model.ts';
import { type LstmModel, SHAPE } from '../learn/lstm-model.ts';
import { lstmOnnx } from '../learn/lstm-onnx.ts';
import { type PlainLstm, plainLstm } from '../learn/lstm-plain.ts';
import { partsOf } from '../learn/lstm-shape.ts';
import { encodeMatrix } from '../state/format-npy.ts';
import { encodeFile } from '../state/formats.ts';
import type { ModelFormat } from './export-format.ts';
import { kerasFile } from './keras-file.ts';
import { deepModelsOf, MODEL_TITLES, type ModelVersion, signalModelsOf } from './model-view.ts';

interface Source {
  readonly memory: Memory;
  readonly version: number;
  /** The step that the memory is of. */
  readonly seq: number;
}

type Writer = (source: Source) => Uint8Array | Promise<Uint8Array>;

const WRITERS: Readonly<Record<ModelId, Partial<Record<ModelFormat, Writer>>>> = {
  'signal-model': {
    lightgbm: source => Buffer.from(exportLightgbm(treesOf(source))),
    'xgboost-json': source => Buffer.from(exportXgboost(treesOf(source))),
    onnx: source => exportOnnx(treesOf(source), labelsOf(source)),
    npy: source => encodeMatrix(nodeMatrix(treesOf(source))),
    safetensors: source => encodeFile(envelopeOf('signal-model', source), treeTensors(source)),
  },
  'deep-signal-model': {
    safetensors: source => encodeFile(envelopeOf('deep-signal-model', source), deepTensors(source)),
    onnx: source => lstmOnnx(plainOf(source), ROUNDING, labelsOf(source)),
    'keras-h5': source => kerasFile(plainOf(source)),
  },
};

/** How features are rounded before the LSTM sees them. */
const ROUNDING = { perUnit: SEQUENCE_SCALE, stepsMax: STEP_MAX };

/** What says to a reader of the file what goes in and comes out. */
const labelsOf = ({ version }: Source): Record<string, string> => ({
  modelVersion: String(version),
  featureNames: JSON.stringify(FEATURE_NAMES),
  classes: JSON.stringify(['hold', 'buy', 'sell']),
});

export async function exportModel(
  version: ModelVersion,
  format: ModelFormat,
  from: { readonly memory: Memory; readonly seq: number },
): Promise<Uint8Array> {
  const { model, id } = version;
  const writer = WRITERS[model][format];
  if (writer === undefined)
    throw new Fault(
      EXIT.usage,
      `${model} has no ${format} form`,
      `choose one of ${Object.keys(WRITERS[model]).join(', ')}`,
    );
  if (version.content === null)
    throw new Fault(EXIT.usage, `the weights of ${id} are not kept`, keptText(model, from.memory));
  return writer({ ...from, version: version.version });
}

function keptText(model: ModelId, memory: Memory): string {
  const kept = model === 'signal-model' ? signalModelsOf(memory) : deepModelsOf(memory);
  if (kept.size === 0) return `there is none of the ${MODEL_TITLES[model]}: let the bot trade on`;
  return `kept are those of ${[...kept.keys()].map(version => `${model}@${version}`).join(', ')}`;
}

const envelopeOf = (component: ModelId, { seq }: Source) => ({ component, schema: 1, seq });

const treesOf = ({ memory, version }: Source): BoostedModel =>
  must(signalModelsOf(memory).get(version), 'the model of a version that is kept').model;

const treeTensors = (source: Source): Encoded => ({
  format: 'safetensors',
  tensors: forestTensors(treesOf(source)),
  metadata: { kind: BOOSTED_KIND, ...labelsOf(source) },
});

const lstmOf = ({ memory, version }: Source): LstmModel =>
  must(deepModelsOf(memory).get(version), 'the model of a version that is kept');

const plainOf = (source: Source): PlainLstm => plainLstm(SHAPE, lstmOf(source));

/** The layers as they are trained, on features that are standardised and gated. */
function deepTensors(source: Source): Encoded {
  const { parameters, scaler, gate, calibration } = lstmOf(source);
  const layers = partsOf(SHAPE).map(({ name, shape, start, end }) => [
    name,
    { shape, data: parameters.slice(start, end) },
  ]);
  return {
    format: 'safetensors',
    tensors: {
      ...Object.fromEntries(layers),
      'scaler.mean': wide(scaler.mean),
      'scaler.scale': wide(scaler.scale),
      gate: wide(gate),
      'calibration.prior': wide(calibration.prior),
      'calibration.temperature': wide([calibration.temperature]),
    },
    metadata: { kind: 'lstm', ...labelsOf(source) },
  };
}

const wide = (values: readonly number[]) => ({
  shape: [values.length],
  data: Float64Array.from(values),
});
