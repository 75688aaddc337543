/**
 * L-BFGS: minimises a smooth convex function of many variables (Liu & Nocedal 1989).
 * Convex, because a step is only tested for descent, not for curvature.
 *
 * Promises: deterministic, never returns a point worse than the start. Never: allocates inside
 * its loop beyond its own history.
 */

/** Fills `gradient` and returns the value at `point`. */
export type Objective = (point: Float64Array, gradient: Float64Array) => number;

const HISTORY = 8;
const ITERATIONS_MAX = 60;
const HALVINGS_MAX = 20;
/** Armijo's condition: the share of the promised descent that a step has to deliver. */
const DESCENT_SHARE = 1e-4;
/** Good enough: gradient norm, and relative gain of one step. */
const GRADIENT_MIN = 1e-4;
const GAIN_MIN = 1e-7;
/** Curvature below this would spoil the approximation. */
const CURVATURE_MIN = 1e-12;

interface Correction {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly curvature: number;
}

export function minimise(objective: Objective, start: Float64Array): Float64Array {
  let point = start.slice();
  let gradient = new Float64Array(start.length);
  let value = objective(point, gradient);
  const corrections: Correction[] = [];
  for (let iteration = 0; iteration < ITERATIONS_MAX; iteration += 1) {
    if (Math.sqrt(dot(gradient, gradient)) < GRADIENT_MIN) break;
    const direction = descent(gradient, corrections);
    const next = search(objective, { point, value, gradient }, direction);
    if (next === null) break;
    const gain = value - next.value;
    remember(corrections, { point, gradient }, next);
    ({ point, value, gradient } = next);
    if (gain < GAIN_MIN * Math.max(1, Math.abs(value))) break;
  }
  return point;
}

interface Place {
  readonly point: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

/** Backtracks from the full step until it descends enough; null when it never does. */
function search(objective: Objective, from: Place, direction: Float64Array): Place | null {
  const slope = dot(from.gradient, direction);
  const point = new Float64Array(from.point.length);
  const gradient = new Float64Array(from.point.length);
  let length = 1;
  for (let halving = 0; halving < HALVINGS_MAX; halving += 1) {
    for (let index = 0; index < point.length; index += 1)
      point[index] = from.point[index]! + length * direction[index]!;
    const value = objective(point, gradient);
    if (value <= from.value + DESCENT_SHARE * length * slope) return { point, value, gradient };
    length /= 2;
  }
  return null;
}

/** The two-loop recursion: minus the approximate inverse Hessian times the gradient. */
function descent(gradient: Float64Array, corrections: readonly Correction[]): Float64Array {
  const direction = gradient.map(part => -part);
  const factors: number[] = [];
  for (let index = corrections.length - 1; index >= 0; index -= 1) {
    const { step, change, curvature } = corrections[index]!;
    const factor = dot(step, direction) / curvature;
    factors[index] = factor;
    addScaled(direction, change, -factor);
  }
  const last = corrections.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let index = 0; index < direction.length; index += 1) direction[index]! *= scale;
  }
  corrections.forEach(({ step, change, curvature }, index) => {
    addScaled(direction, step, factors[index]! - dot(change, direction) / curvature);
  });
  return direction;
}

function remember(
  corrections: Correction[],
  from: { readonly point: Float64Array; readonly gradient: Float64Array },
  to: Place,
): void {
  const step = to.point.map((part, index) => part - from.point[index]!);
  const change = to.gradient.map((part, index) => part - from.gradient[index]!);
  const curvature = dot(step, change);
  if (curvature < CURVATURE_MIN) return;
  corrections.push({ step, change, curvature });
  if (corrections.length > HISTORY) corrections.shift();
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += a[index]! * b[index]!;
  return sum;
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let index = 0; index < target.length; index += 1) target[index]! += factor * source[index]!;
}
