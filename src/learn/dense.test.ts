import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../base/rng.ts';
import { createAdam, stepAdam } from './adam.ts';
import { createNetwork, initialParameters, layoutOf } from './dense.ts';

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
