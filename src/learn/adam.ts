/**
 * Adam (Kingma & Ba 2015): a step along the mean of gradients, scaled by their spread.
 *
 * Promises: its whole memory is here, so that training goes on after a restart as if it had
 * never stopped; bias correction by running products. Never: weight decay.
 */

export interface Adam {
  readonly first: Float32Array;
  readonly second: Float32Array;
  steps: number;
  /** FIRST_DECAY and SECOND_DECAY to the power of `steps`. */
  firstPower: number;
  secondPower: number;
}

const FIRST_DECAY = 0.9;
const SECOND_DECAY = 0.999;
const EPSILON = 1e-8;

export const createAdam = (size: number): Adam => ({
  first: new Float32Array(size),
  second: new Float32Array(size),
  steps: 0,
  firstPower: 1,
  secondPower: 1,
});

export const copyAdam = (adam: Adam): Adam => ({
  ...adam,
  first: adam.first.slice(),
  second: adam.second.slice(),
});

/** Moves `parameters` against the gradient, in place. */
export function stepAdam(
  adam: Adam,
  parameters: Float32Array,
  by: { readonly gradient: Float64Array; readonly rate: number },
): void {
  adam.steps += 1;
  adam.firstPower *= FIRST_DECAY;
  adam.secondPower *= SECOND_DECAY;
  const firstScale = 1 / (1 - adam.firstPower);
  const secondScale = 1 / (1 - adam.secondPower);
  const { first, second } = adam;
  for (let index = 0; index < parameters.length; index += 1) {
    const slope = by.gradient[index]!;
    const mean = FIRST_DECAY * first[index]! + (1 - FIRST_DECAY) * slope;
    const square = SECOND_DECAY * second[index]! + (1 - SECOND_DECAY) * slope * slope;
    first[index] = mean;
    second[index] = square;
    parameters[index]! -=
      (by.rate * mean * firstScale) / (Math.sqrt(square * secondScale) + EPSILON);
  }
}
