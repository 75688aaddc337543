/**
 * The boosted trees as ONNX and as a matrix: python3-onnx checks the one, numpy computes both, and
 * what comes out is what the model says. (scripts/check-trees.py does the same for XGBoost.)
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { nodeMatrix } from '../../src/learn/boosted-export-array.ts';
import { exportOnnx } from '../../src/learn/boosted-export-onnx.ts';
import { EMPTY_FOREST } from '../../src/learn/boosted-forest.ts';
import { type BoostedModel, predictBoosted, unpackTrained } from '../../src/learn/boosted-model.ts';
import { tableOf } from '../../src/learn/example-table.ts';
import { plantedExamples, plantedRequest } from '../../src/learn/planted-example.ts';
import { trainSignal } from '../../src/learn/signal-training.ts';
import { encodeMatrix } from '../../src/state/format-npy.ts';
import { workFolder } from '../lifecycle/work-folder.ts';
import { askPython, unlessPython } from './python.ts';

const folder = workFolder('trees');
const examples = plantedExamples({ count: 1500, seed: 11, rule: 'linear' });
const { blob } = trainSignal(plantedRequest('signal-model', examples), tableOf(examples), null);
const trained = unpackTrained(blob!)!.model;
/** A temperature that matters; and a forest without a tree, which says the class frequencies. */
const MODELS: readonly (readonly [string, BoostedModel])[] = [
  ['grown', { ...trained, temperature: 2.5 }],
  ['empty', { ...trained, forest: EMPTY_FOREST }],
];
const ROWS = examples.slice(0, 200).map(({ features }) => features);

function assertSaid(model: BoostedModel, chances: readonly (readonly number[])[]): void {
  assert.equal(chances.length, ROWS.length);
  ROWS.forEach((row, place) => {
    predictBoosted(model, row).forEach((wanted, label) => {
      const chance = chances[place]![label]!;
      assert.ok(Math.abs(chance - wanted) < 1e-6, `row ${place}: ${chance} ≠ ${wanted}`);
    });
  });
}

describe('trees written for other programs', () => {
  for (const [name, model] of MODELS) {
    it(`say the same as ONNX: ${name}`, { skip: unlessPython('onnx', 'numpy') }, () => {
      const file = join(folder, `${name}.onnx`);
      writeFileSync(file, exportOnnx(model, { version: '1' }));
      const { outputs } = askPython<{ outputs: { label: number[]; probabilities: number[][] } }>(
        'onnx_run.py',
        { file, inputs: { features: ROWS } },
      );
      assertSaid(model, outputs.probabilities);
      outputs.probabilities.forEach((chances, row) => {
        assert.equal(outputs.label[row], chances.indexOf(Math.max(...chances)));
      });
    });

    it(`say the same as a matrix in numpy: ${name}`, { skip: unlessPython('numpy') }, () => {
      const file = join(folder, `${name}.npy`);
      writeFileSync(file, encodeMatrix(nodeMatrix(model)));
      assertSaid(model, askPython<number[][]>('trees_run.py', { file, features: ROWS }));
    });
  }
});
