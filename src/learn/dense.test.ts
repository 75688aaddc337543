import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../base/rng.ts';
import { createAdam, stepAdam } from './adam.ts';
import { createNetwork, initialParameters, layoutOf } from './dense.ts';
import { fitLogistic, linearLogits } from './logistic.ts';
import { minimise } from './minimise.ts';

const SMALL = { inputs: 5, hidden: 4, outputs: 3 } as const;

function lossOf(parameters: Float32Array, inputs: Float64Array, label: number): number {
  const logits = createNetwork(SMALL, parameters).forward(inputs, 0);
  const sum = Array.from(logits, Math.exp).reduce((total, part) => total + part, 0);
  return Math.log(sum) - logits[label]!;
}

describe('the dense network', () => {
  it('has the gradient that central differences find', () => {
    const rng = new Rng(seedRng(5));
    const parameters = initialParameters(SMALL, seedRng(6)).map(() => 0.8 * rng.nextNormal());
    const inputs = Float64Array.from({ length: SMALL.inputs }, () => rng.nextNormal());
    for (const label of [0, 1, 2]) {
      const network = createNetwork(SMALL, parameters);
      network.forward(inputs, 0);
      network.backward(inputs, 0, label);
      for (let index = 0; index < layoutOf(SMALL).count; index += 1) {
        const above = parameters.slice();
        const below = parameters.slice();
        above[index]! += 1e-3;
        below[index]! -= 1e-3;
        const width = above[index]! - below[index]!;
        const slope = (lossOf(above, inputs, label) - lossOf(below, inputs, label)) / width;
        assert.ok(
          Math.abs(slope - network.gradient[index]!) < 1e-5,
          `parameter ${index}, label ${label}: ${slope} against ${network.gradient[index]}`,
        );
      }
    }
  });

  it('starts without an opinion', () => {
    const parameters = initialParameters(SMALL, seedRng(1));
    const logits = createNetwork(SMALL, parameters).forward(new Float64Array(5).fill(1), 0);
    assert.deepEqual(Array.from(logits), [0, 0, 0]);
  });
});

describe('Adam', () => {
  it('takes the first steps of the paper', () => {
    const adam = createAdam(1);
    const parameters = Float32Array.from([1]);
    stepAdam(adam, parameters, { gradient: Float64Array.from([4]), rate: 0.5 });
    // Bias corrected: mean 4, square 16, so the step is the rate.
    assert.ok(Math.abs(parameters[0]! - 0.5) < 1e-6);
    stepAdam(adam, parameters, { gradient: Float64Array.from([-4]), rate: 0.5 });
    const mean = (0.9 * 0.4 - 0.1 * 4) / (1 - 0.81);
    assert.ok(Math.abs(parameters[0]! - (0.5 - (0.5 * mean) / 4)) < 1e-5);
    assert.equal(adam.steps, 2);
    assert.ok(Math.abs(adam.firstPower - 0.81) < 1e-12);
  });
});

describe('the minimiser', () => {
  it('finds the bottom of a long narrow bowl', () => {
    const bottom = Float64Array.from([3, -2, 1, 0.5]);
    const steep = [1, 10, 100, 1000];
    const found = minimise((point, gradient) => {
      let value = 0;
      for (let index = 0; index < point.length; index += 1) {
        const distance = point[index]! - bottom[index]!;
        gradient[index] = 2 * steep[index]! * distance;
        value += steep[index]! * distance * distance;
      }
      return value;
    }, new Float64Array(4));
    found.forEach((value, index) => {
      assert.ok(Math.abs(value - bottom[index]!) < 1e-2, `${found}`);
    });
  });
});

describe('logistic regression', () => {
  it('separates three classes by the feature that makes them', () => {
    const rng = new Rng(seedRng(8));
    const count = 600;
    const inputs = Float64Array.from({ length: 2 * count }, () => rng.nextNormal());
    const labels = Uint8Array.from({ length: count }, (_, row) =>
      inputs[2 * row]! > 0.5 ? 1 : inputs[2 * row]! < -0.5 ? 2 : 0,
    );
    const rows = Array.from({ length: count }, (_, row) => row);
    const fit = fitLogistic({ inputs, columns: 2, rows, labels });
    const logits = new Float64Array(3);
    linearLogits(fit, { values: [2, 0], start: 0 }, { logits, at: 0 });
    assert.ok(logits[1]! > logits[0]! && logits[1]! > logits[2]!);
    const [useful, useless] = [fit.weights[1]![0]!, fit.weights[1]![1]!];
    assert.ok(useful > 10 * Math.abs(useless), `${useful} ${useless}`);
  });
});
