import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../base/rng.ts';
import type { LstmLayer } from './lstm-layer.ts';
import { createNetwork } from './lstm-network.ts';
import { referenceLayer } from './lstm-reference.ts';
import {
  initialParameters,
  type LstmShape,
  layerCount,
  parameterCount,
  partsOf,
} from './lstm-shape.ts';
import { simdLayer } from './lstm-simd.ts';

type LayerMaker = (shape: LstmShape, batch: number) => LstmLayer;
const LAYERS: readonly (readonly [name: string, make: LayerMaker])[] = [
  ['reference', referenceLayer],
  ['kernel', simdLayer],
];

const noise = (rng: Rng, count: number, size: number) =>
  Float32Array.from({ length: count }, () => size * rng.nextNormal());

/** A layer with random parameters and inputs. */
function prepared(make: LayerMaker, shape: LstmShape, batch: number, seed = 1): LstmLayer {
  const rng = new Rng(seedRng(seed));
  const layer = make(shape, batch);
  layer.load(noise(rng, layerCount(shape), 0.5));
  layer.inputs.set(noise(rng, layer.inputs.length, 1));
  return layer;
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let most = 0;
  for (let index = 0; index < a.length; index += 1)
    most = Math.max(most, Math.abs(a[index]! - b[index]!) / Math.max(1, Math.abs(b[index]!)));
  return most;
}

describe('the recurrent layer', () => {
  it('in the kernel says what the reference says, at sizes of all kinds', () => {
    const rng = new Rng(seedRng(3));
    for (let round = 0; round < 24; round += 1) {
      const shape = {
        steps: 1 + rng.nextInt(40),
        inputs: 1 + rng.nextInt(40),
        hidden: 8 * (1 + rng.nextInt(5)),
        dense: 4,
      };
      const batch = 1 + rng.nextInt(10);
      const slopes = noise(rng, batch * shape.hidden, 0.3);
      const [reference, kernel] = LAYERS.map(([, make]) => {
        const layer = prepared(make, shape, batch, round);
        const last = Float64Array.from(layer.forward(batch));
        return { last, gradient: Float64Array.from(layer.backward(batch, slopes)) };
      });
      const what = JSON.stringify({ ...shape, batch });
      assert.ok(furthest(kernel!.last, reference!.last) < 1e-5, `forward of ${what}`);
      assert.ok(furthest(kernel!.gradient, reference!.gradient) < 1e-5, `backward of ${what}`);
    }
  });

  it('says the same of a sequence whatever the batch it stands in, bit for bit', () => {
    const shape = { steps: 9, inputs: 7, hidden: 16, dense: 4 };
    const together = prepared(simdLayer, shape, 11);
    const rows = together.inputs.slice();
    const all = Float32Array.from(together.forward(11));
    const alone = prepared(simdLayer, shape, 1);
    for (let each = 0; each < 11; each += 1) {
      for (let step = 0; step < shape.steps; step += 1)
        alone.inputs.set(
          rows.subarray((step * 11 + each) * 7, (step * 11 + each + 1) * 7),
          step * 7,
        );
      assert.deepEqual(Float32Array.from(alone.forward(1)), all.slice(each * 16, (each + 1) * 16));
    }
  });

  it('keeps nothing from one call to the next', () => {
    const shape = { steps: 5, inputs: 3, hidden: 8, dense: 4 };
    const layer = prepared(simdLayer, shape, 4);
    const slopes = noise(new Rng(seedRng(2)), 4 * 8, 1);
    const once = () => [
      Float32Array.from(layer.forward(4)),
      Float32Array.from(layer.backward(4, slopes)),
    ];
    assert.deepEqual(once(), once());
  });

  it('stays finite where everything is saturated, and exact where it is all but zero', () => {
    const shape = { steps: 3, inputs: 2, hidden: 8, dense: 4 };
    for (const [size, limitOf] of [
      [1e-6, (wanted: number) => 3e-6 * Math.abs(wanted)],
      [30, () => 1e-5],
      [1e4, () => 1e-5],
    ] as const) {
      const [reference, kernel] = LAYERS.map(([, make]) => {
        const layer = prepared(make, shape, 2);
        layer.load(noise(new Rng(seedRng(4)), layerCount(shape), size));
        const last = Float64Array.from(layer.forward(2));
        return { last, gradient: Float64Array.from(layer.backward(2, last)) };
      });
      kernel!.last.forEach((value, at) => {
        const wanted = reference!.last[at]!;
        assert.ok(Math.abs(value - wanted) <= limitOf(wanted), `${value} for ${wanted}`);
      });
      assert.ok(kernel!.gradient.every(Number.isFinite));
    }
  });

  it('has curves that are right to 1e-6 of their value', () => {
    const shape = { steps: 1, inputs: 1, hidden: 8, dense: 4 };
    const layer = simdLayer(shape, 1);
    const curveAt = (value: number, gate: number): number => {
      const parameters = new Float32Array(layerCount(shape));
      // The other gates are wide open, the candidate at 1.
      const biases = parameters.subarray(8 * 4 * (1 + 8)).fill(80);
      biases.fill(value, gate * 8, (gate + 1) * 8);
      layer.load(parameters);
      return layer.forward(1)[0]!;
    };
    for (let value = -30; value <= 30; value += 0.0437) {
      const at = Math.fround(value);
      const bent = Math.tanh(Math.tanh(at));
      const near = (found: number, wanted: number) =>
        assert.ok(Math.abs(found / wanted - 1) < 1e-6, `${found}, not ${wanted}, at ${at}`);
      near(curveAt(at, 2), bent);
      const gate = 1 / (1 + Math.exp(-at));
      near(curveAt(at, 0), Math.tanh(gate));
      near(curveAt(at, 3), gate * Math.tanh(1));
    }
  });
});

/** Mean log-loss of a batch, and its slopes by the logits. */
function lossOf(logits: Float64Array, labels: readonly number[]) {
  const slopes = new Float64Array(labels.length * 3);
  let loss = 0;
  labels.forEach((label, each) => {
    const parts = Array.from(logits.subarray(each * 3, each * 3 + 3), Math.exp);
    const sum = parts.reduce((total, part) => total + part, 0);
    parts.forEach((part, name) => {
      slopes[each * 3 + name] = (part / sum - (name === label ? 1 : 0)) / labels.length;
    });
    loss -= Math.log(parts[label]! / sum) / labels.length;
  });
  return { loss, slopes };
}

describe('the gradient of the network', () => {
  const shape = { steps: 4, inputs: 3, hidden: 8, dense: 5 };
  const labels = [0, 1, 2, 1];
  const count = labels.length;

  function networkOf(make: LayerMaker) {
    const rng = new Rng(seedRng(7));
    const network = createNetwork(shape, make(shape, count), count);
    network.inputs.set(noise(rng, network.inputs.length, 1));
    const parameters = noise(rng, parameterCount(shape), 0.5);
    // Three in four units are kept.
    const kept = Float64Array.from({ length: count * shape.dense }, () =>
      rng.nextInt(4) > 0 ? 4 / 3 : 0,
    );
    return { network, parameters, kept };
  }

  for (const [name, make] of LAYERS)
    it(`is what central differences find, every parameter of every part (${name})`, () => {
      const { network, parameters, kept } = networkOf(make);
      for (const factors of [null, kept]) {
        network.load(parameters);
        const { slopes } = lossOf(network.forward(count, factors), labels);
        const gradient = network.backward(count, slopes).slice();
        // The kernel's float32 sums leave rounding of 1e-7 in a loss; a wider step drowns it.
        const [reach, limit] = name === 'kernel' ? [2e-3, 2e-4] : [1e-3, 2e-6];
        for (const { name: part, start, end } of partsOf(shape))
          for (let index = start; index < end; index += 1) {
            const at = (shift: number) => {
              const moved = parameters.slice();
              moved[index]! += shift;
              network.load(moved);
              return { value: moved[index]!, ...lossOf(network.forward(count, factors), labels) };
            };
            const [above, below] = [at(reach), at(-reach)];
            const slope = (above.loss - below.loss) / (above.value - below.value);
            const error = Math.abs(slope - gradient[index]!);
            assert.ok(error < limit, `${part} ${index}: ${slope}, not ${gradient[index]}`);
          }
      }
    });

  it('is nothing where a unit is dropped', () => {
    const { network, parameters } = networkOf(simdLayer);
    network.load(parameters);
    const nobody = new Float64Array(count * shape.dense);
    const { slopes } = lossOf(network.forward(count, nobody), labels);
    const gradient = network.backward(count, slopes);
    const outputBias = partsOf(shape).at(-1)!;
    assert.ok(gradient.subarray(0, outputBias.start).every(slope => slope === 0));
    assert.ok(gradient.subarray(outputBias.start).some(slope => slope !== 0));
  });
});

describe('a network that has learned nothing', () => {
  it('says the prior, whatever it sees', () => {
    const shape = { steps: 6, inputs: 4, hidden: 16, dense: 8 };
    const prior = [-1, -1.5, -0.9];
    const network = createNetwork(shape, simdLayer(shape, 2), 2);
    network.inputs.set(noise(new Rng(seedRng(5)), network.inputs.length, 1));
    network.load(initialParameters(shape, seedRng(6), prior));
    const said = Float32Array.from([...prior, ...prior]);
    assert.deepEqual(Float32Array.from(network.forward(2, null)), said);
  });
});
