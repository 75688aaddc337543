/**
 * The LSTM as a Keras model in HDF5: `keras.models.load_model` opens it (the layout of Keras 2).
 *
 * Promises: plain layers alone, on raw feature rows: an LSTM beside the last row, dense, dense with
 * softmax; the same weights every time (the bytes carry the time they were made at, as HDF5 files do). Never: needs
 * its package for anything else: without it there is one clear message.
 */
import { assert } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { PlainLstm } from '../learn/lstm-plain.ts';

const KERAS_VERSION = '2.15.0';
const FILE = '/model.h5';

/** A layer: its name, its weights in Keras' order, by their path inside the layer. */
interface Layer {
  readonly name: string;
  readonly weights: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
}

export async function kerasFile(plain: PlainLstm): Promise<Uint8Array> {
  const { ready, File } = await h5wasm();
  const { FS } = await ready;
  const file = new File(FILE, 'w');
  const layers = layersOf(plain);
  file.create_attribute('keras_version', KERAS_VERSION);
  file.create_attribute('backend', 'tensorflow');
  file.create_attribute('model_config', JSON.stringify(configOf(plain)));
  const root = file.create_group('model_weights');
  root.create_attribute('keras_version', KERAS_VERSION);
  root.create_attribute('backend', 'tensorflow');
  root.create_attribute(
    'layer_names',
    layers.map(({ name }) => name),
  );
  for (const { name, weights } of layers) {
    const group = root.create_group(name);
    group.create_attribute(
      'weight_names',
      weights.map(({ path }) => path),
    );
    for (const folder of foldersOf(weights.map(({ path }) => path))) group.create_group(folder);
    for (const { path, shape, data } of weights) {
      group.create_dataset({ name: path, data, shape: [...shape], dtype: '<f' });
      // The library tells of an error on stderr and goes on.
      assert(group.get(path) !== null, `${path} was not written`);
    }
  }
  file.close();
  const bytes = FS.readFile(FILE);
  FS.unlink(FILE);
  return bytes;
}

/** Every folder on the way to these paths, once, the outer before the inner. */
function foldersOf(paths: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    const names = path.split('/').slice(0, -1);
    names.forEach((_, depth) => {
      folders.add(names.slice(0, depth + 1).join('/'));
    });
  }
  return folders;
}

async function h5wasm() {
  try {
    return await import('h5wasm');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new Fault(
      EXIT.config,
      'keras-h5 needs the optional package h5wasm, which is not installed',
      'install it with: npm install --no-save h5wasm@0.10.3',
    );
  }
}

function layersOf({ shape, input, recurrent, dense, output }: PlainLstm): Layer[] {
  const { inputs, hidden } = shape;
  const of = (path: string, rows: number, data: Float32Array) => ({
    path,
    shape: [rows, data.length / rows],
    data,
  });
  const bias = (path: string, data: Float32Array) => ({ path, shape: [data.length], data });
  return [
    { name: 'sequence', weights: [] },
    {
      name: 'lstm',
      weights: [
        of('lstm/lstm_cell/kernel:0', inputs, input.weight),
        of('lstm/lstm_cell/recurrent_kernel:0', hidden, recurrent),
        bias('lstm/lstm_cell/bias:0', input.bias),
      ],
    },
    { name: 'last_step', weights: [] },
    { name: 'last_row', weights: [] },
    { name: 'seen', weights: [] },
    {
      name: 'dense',
      weights: [
        of('dense/kernel:0', hidden + inputs, dense.weight),
        bias('dense/bias:0', dense.bias),
      ],
    },
    {
      name: 'probabilities',
      weights: [
        of('probabilities/kernel:0', shape.dense, output.weight),
        bias('probabilities/bias:0', output.bias),
      ],
    },
  ];
}

interface LayerConfig {
  readonly name: string;
  readonly [setting: string]: unknown;
}

/** What `model.get_config()` gives, as far as a model is built from it. */
function configOf({ shape, output }: PlainLstm) {
  const { steps, inputs, hidden, dense } = shape;
  const layer = (kind: string, from: readonly string[], config: LayerConfig) => ({
    class_name: kind,
    name: config.name,
    config: { trainable: true, dtype: 'float32', ...config },
    inbound_nodes: [from.map(source => [source, 0, 0, {}])],
  });
  const start = {
    class_name: 'InputLayer',
    name: 'sequence',
    config: {
      batch_input_shape: [null, steps, inputs],
      dtype: 'float32',
      sparse: false,
      ragged: false,
      name: 'sequence',
    },
    inbound_nodes: [],
  };
  return {
    class_name: 'Functional',
    config: {
      name: 'deep_signal_model',
      trainable: true,
      layers: [
        start,
        layer('LSTM', ['sequence'], {
          name: 'lstm',
          units: hidden,
          activation: 'tanh',
          recurrent_activation: 'sigmoid',
          use_bias: true,
          unit_forget_bias: true,
          return_sequences: false,
        }),
        layer('Cropping1D', ['sequence'], { name: 'last_step', cropping: [steps - 1, 0] }),
        layer('Flatten', ['last_step'], { name: 'last_row', data_format: 'channels_last' }),
        layer('Concatenate', ['lstm', 'last_row'], { name: 'seen', axis: -1 }),
        layer('Dense', ['seen'], {
          name: 'dense',
          units: dense,
          activation: 'relu',
          use_bias: true,
        }),
        layer('Dense', ['dense'], {
          name: 'probabilities',
          units: output.bias.length,
          activation: 'softmax',
          use_bias: true,
        }),
      ],
      input_layers: [['sequence', 0, 0]],
      output_layers: [['probabilities', 0, 0]],
    },
  };
}
