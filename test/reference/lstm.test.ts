/**
 * The LSTM's exports against numpy: Debian's python3-onnx and python3-h5py open them, every operator
 * is computed there, and what comes out is what the model says.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { kerasFile } from '../../src/app/keras-file.ts';
import { Rng, seedRng } from '../../src/base/rng.ts';
import { FEATURE_COUNT } from '../../src/core/feature.ts';
import { quantised, SEQUENCE_SCALE, SEQUENCE_SIZE, STEP_MAX } from '../../src/core/sequence.ts';
import { type LstmModel, predictLstm, SHAPE } from '../../src/learn/lstm-model.ts';
import { lstmOnnx } from '../../src/learn/lstm-onnx.ts';
import { plainLstm } from '../../src/learn/lstm-plain.ts';
import { parameterCount } from '../../src/learn/lstm-shape.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { askPython, unlessPython } from './python.ts';

const SEQUENCES = 30;
const rng = new Rng(seedRng(11));
const perFeature = (of: (column: number) => number): number[] =>
  Array.from({ length: FEATURE_COUNT }, (_, column) => of(column));

const parameters = Float32Array.from(
  { length: parameterCount(SHAPE) },
  () => 0.3 * rng.nextNormal(),
);
/** Gates, scales and means far from 1 and 0; a calibration that moves everything. */
const MODEL: LstmModel = {
  parameters,
  adam: { first: parameters, second: parameters, steps: 1, firstPower: 1, secondPower: 1 },
  scaler: {
    mean: perFeature(column => 0.3 * Math.sin(column)),
    scale: perFeature(column => 0.6 + 0.05 * column),
  },
  gate: perFeature(column => 0.4 + 0.05 * column),
  calibration: { temperature: 1.7, prior: [-0.3, -1.9, -2.2] },
};

/** Raw feature rows, as a market makes them: between the steps, and some beyond the bounds. */
const FEATURES = Array.from({ length: SEQUENCES }, () =>
  Array.from({ length: SEQUENCE_SIZE }, () => 1.6 * rng.nextNormal()),
);
const rowsOf = (values: readonly number[]): number[][] =>
  Array.from({ length: SHAPE.steps }, (_, step) =>
    values.slice(step * FEATURE_COUNT, (step + 1) * FEATURE_COUNT),
  );
const SAID = FEATURES.map(values => predictLstm(MODEL, Int8Array.from(values, quantised)));

const folder = workFolder('lstm');

function assertSaid(chances: readonly (readonly number[])[]): void {
  assert.equal(chances.length, SEQUENCES);
  assert.ok(new Set(chances.map(([hold = 0]) => hold.toFixed(3))).size > 20, 'they differ');
  chances.forEach((row, place) => {
    row.forEach((chance, name) => {
      const wanted = SAID[place]![name]!;
      assert.ok(Math.abs(chance - wanted) < 1e-6, `sequence ${place}: ${chance} ≠ ${wanted}`);
    });
  });
}

describe('an LSTM written for other programs', () => {
  const plain = plainLstm(SHAPE, MODEL);

  it('says the same as ONNX to 1e-6, from raw features', {
    skip: unlessPython('onnx', 'numpy'),
  }, () => {
    const file = join(folder, 'lstm.onnx');
    const rounding = { perUnit: SEQUENCE_SCALE, stepsMax: STEP_MAX };
    writeFileSync(file, lstmOnnx(plain, rounding, { version: '1' }));
    const { outputs } = askPython<{ outputs: { probabilities: number[][] } }>('onnx_run.py', {
      file,
      inputs: { sequence: FEATURES.map(rowsOf) },
    });
    assertSaid(outputs.probabilities);
  });

  it('says the same as a Keras file to 1e-6, from features in steps', {
    skip: unlessPython('h5py', 'numpy'),
  }, async () => {
    const file = join(folder, 'lstm.h5');
    writeFileSync(file, await kerasFile(plain));
    const answer = askPython<{ layers: string[]; probabilities: number[][] }>('keras_run.py', {
      file,
      sequences: FEATURES.map(values =>
        rowsOf(values.map(value => quantised(value) / SEQUENCE_SCALE)),
      ),
    });
    assert.deepEqual(
      answer.layers.filter(name => /lstm|dense|probabilities/.test(name)),
      ['lstm', 'dense', 'probabilities'],
    );
    assertSaid(answer.probabilities);
  });
});
