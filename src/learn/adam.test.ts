import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAdam, stepAdam } from './adam.ts';

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
