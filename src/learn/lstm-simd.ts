/**
 * The recurrent layer in WebAssembly (kernel/lstm.ts): what the bot predicts and trains with.
 *
 * Promises: the same bits on every machine, in every thread and at every batch size; compiled when
 * first asked for and once a thread. Never: more memory than its plan needs.
 */
import { assert } from '../base/assert.ts';
import { KERNEL } from './lstm-kernel.ts';
import type { LstmLayer } from './lstm-layer.ts';
import { type LstmShape, layerCount } from './lstm-shape.ts';

interface Place {
  readonly value: number;
}

/** What kernel/lstm.ts exports: its memory, its functions, and where its matrices stand. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  plan(steps: number, batch: number, inputs: number, hidden: number): void;
  forward(count: number): void;
  backward(count: number): void;
  readonly parameters: Place;
  readonly gradient: Place;
  readonly sequences: Place;
  readonly outputs: Place;
  readonly slopes: Place;
}

type Module = { readonly compiled: never };

/** Pure computation, and all of it that is used here; the pure folders know no other types of it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => Module;
  readonly Instance: new (module: Module) => { readonly exports: Kernel };
};

/** One AVX-less vector is 4 floats; the kernel's blocks are 8 columns wide. */
const UNITS_STEP = 8;

let compiled: Module | null = null;

function kernelOf(): Kernel {
  compiled ??= new WebAssembly.Module(Uint8Array.fromBase64(KERNEL));
  return new WebAssembly.Instance(compiled).exports;
}

/** For batches of up to `batch` sequences. */
export function simdLayer(shape: LstmShape, batch: number): LstmLayer {
  const { steps, inputs: width, hidden } = shape;
  assert(hidden % UNITS_STEP === 0, `the LSTM's units come in ${UNITS_STEP}s`);
  const kernel = kernelOf();
  kernel.plan(steps, batch, width, hidden);
  const floats = (place: Place, count: number) =>
    new Float32Array(kernel.memory.buffer, place.value, count);
  const inputs = floats(kernel.sequences, steps * batch * width);
  const parameters = floats(kernel.parameters, layerCount(shape));
  const gradient = floats(kernel.gradient, layerCount(shape));
  const slopesOf = floats(kernel.slopes, batch * hidden);
  const outputs = floats(kernel.outputs, (steps + 1) * batch * hidden);
  return {
    inputs,
    load(values) {
      for (let index = 0; index < parameters.length; index += 1) parameters[index] = values[index]!;
    },
    forward(count) {
      kernel.forward(count);
      return outputs.subarray(steps * count * hidden, (steps + 1) * count * hidden);
    },
    backward(count, slopes) {
      slopesOf.set(slopes);
      gradient.fill(0);
      kernel.backward(count);
      return gradient;
    },
  };
}
