/**
 * The recurrent layer in plain float64: what the kernel is checked against (Hochreiter &
 * Schmidhuber 1997, with the forget gate of Gers et al. 2000).
 *
 *   z = x·input + h·recurrent + bias      i, f, o = σ(z)    g = tanh(z)
 *   c' = f·c + i·g                         h' = o·tanh(c')
 *
 * Promises: one sequence after the other, one unit after the other, nothing clever. Never: used by
 * the bot.
 */
import type { LstmLayer } from './lstm-layer.ts';
import { type LstmShape, layerCount } from './lstm-shape.ts';

/** One step of one sequence, kept for the way back. */
interface Step {
  readonly x: Float64Array;
  /** Before the step. */
  readonly h: Float64Array;
  readonly c: Float64Array;
  /** i, f, g, o side by side. */
  readonly gates: Float64Array;
  /** tanh of the cell after the step. */
  readonly bent: Float64Array;
}

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

export function referenceLayer(shape: LstmShape, batch: number): LstmLayer {
  const { steps, inputs: width, hidden } = shape;
  const inputs = new Float32Array(steps * batch * width);
  let parameters = new Float64Array(layerCount(shape));
  let walks: Step[][] = [];

  return {
    inputs,
    load(values) {
      parameters = Float64Array.from(values).subarray(0, layerCount(shape));
    },
    forward(count) {
      const last = new Float64Array(count * hidden);
      walks = [];
      for (let each = 0; each < count; each += 1) {
        const rows = Array.from({ length: steps }, (_, step) => {
          const start = (step * count + each) * width;
          return Float64Array.from(inputs.subarray(start, start + width));
        });
        const walk = walkOf(shape, parameters, rows);
        walks.push(walk.steps);
        last.set(walk.last, each * hidden);
      }
      return last;
    },
    backward(count, slopes) {
      const gradient = new Float64Array(layerCount(shape));
      for (let each = 0; each < count; each += 1) {
        const dh = Float64Array.from(
          { length: hidden },
          (_, unit) => slopes[each * hidden + unit]!,
        );
        walkBack(shape, parameters, { walk: walks[each]!, dh, gradient });
      }
      return gradient;
    },
  };
}

function walkOf(shape: LstmShape, parameters: Float64Array, rows: readonly Float64Array[]) {
  const { inputs, hidden } = shape;
  const width = 4 * hidden;
  const steps: Step[] = [];
  let h = new Float64Array(hidden);
  let c = new Float64Array(hidden);
  for (const x of rows) {
    const gates = new Float64Array(width);
    for (let gate = 0; gate < width; gate += 1) {
      let z = parameters[(inputs + hidden) * width + gate]!;
      for (let input = 0; input < inputs; input += 1)
        z += x[input]! * parameters[input * width + gate]!;
      for (let unit = 0; unit < hidden; unit += 1)
        z += h[unit]! * parameters[(inputs + unit) * width + gate]!;
      const isCandidate = gate >= 2 * hidden && gate < 3 * hidden;
      gates[gate] = isCandidate ? Math.tanh(z) : sigmoid(z);
    }
    const [before, held] = [h, c];
    h = new Float64Array(hidden);
    c = new Float64Array(hidden);
    const bent = new Float64Array(hidden);
    for (let unit = 0; unit < hidden; unit += 1) {
      const [i, f, g, o] = gatesAt(gates, unit, hidden);
      c[unit] = f * held[unit]! + i * g;
      bent[unit] = Math.tanh(c[unit]!);
      h[unit] = o * bent[unit]!;
    }
    steps.push({ x, h: before, c: held, gates, bent });
  }
  return { steps, last: h };
}

const gatesAt = (gates: Float64Array, unit: number, hidden: number) =>
  [
    gates[unit]!,
    gates[hidden + unit]!,
    gates[2 * hidden + unit]!,
    gates[3 * hidden + unit]!,
  ] as const;

/** Adds one sequence's part to the gradient; `dh` is by its last hidden state. */
function walkBack(
  { inputs, hidden }: LstmShape,
  parameters: Float64Array,
  at: { walk: readonly Step[]; dh: Float64Array; gradient: Float64Array },
): void {
  const { walk, gradient } = at;
  const width = 4 * hidden;
  let { dh } = at;
  let dc = new Float64Array(hidden);
  for (const step of walk.toReversed()) {
    const { dz, dcBefore } = slopesOf(step, dh, dc);
    dc = dcBefore;
    dh = new Float64Array(hidden);
    for (let gate = 0; gate < width; gate += 1) {
      for (let input = 0; input < inputs; input += 1)
        gradient[input * width + gate]! += step.x[input]! * dz[gate]!;
      for (let unit = 0; unit < hidden; unit += 1) {
        const place = (inputs + unit) * width + gate;
        gradient[place]! += step.h[unit]! * dz[gate]!;
        dh[unit]! += parameters[place]! * dz[gate]!;
      }
      gradient[(inputs + hidden) * width + gate]! += dz[gate]!;
    }
  }
}

/** The loss's slopes by one step's sums, and by the cells before it. */
function slopesOf({ c, gates, bent }: Step, dh: Float64Array, dcAfter: Float64Array) {
  const hidden = c.length;
  const dz = new Float64Array(4 * hidden);
  const dcBefore = new Float64Array(hidden);
  for (let unit = 0; unit < hidden; unit += 1) {
    const [i, f, g, o] = gatesAt(gates, unit, hidden);
    const t = bent[unit]!;
    const dc = dcAfter[unit]! + dh[unit]! * o * (1 - t * t);
    dz[unit] = dc * g * i * (1 - i);
    dz[hidden + unit] = dc * c[unit]! * f * (1 - f);
    dz[2 * hidden + unit] = dc * i * (1 - g * g);
    dz[3 * hidden + unit] = dh[unit]! * t * o * (1 - o);
    dcBefore[unit] = dc * f;
  }
  return { dz, dcBefore };
}
