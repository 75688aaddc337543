/**
 * The network: the recurrent layer and the head behind it, over batches.
 *
 * Promises: between calls it keeps scratch space and the parameters loaded last, nothing else.
 */
import { createHead, type Head, headBackward, headForward } from './lstm-head.ts';
import type { LstmLayer } from './lstm-layer.ts';
import { type LstmShape, parameterCount } from './lstm-shape.ts';
import { CLASS_COUNT } from './scores.ts';

export interface LstmNetwork {
  /** steps × batch × inputs: see LstmLayer. */
  readonly inputs: Float32Array;
  /** The parameters stay the caller's; load them again when they have changed. */
  load(parameters: Float32Array): void;
  /**
   * The logits of `count` sequences, count × 3. `kept` (count × dense) are the factors of dropout
   * in training: 0 for a unit dropped; null: none is dropped. Overwritten by the next call.
   */
  forward(count: number, kept: Float64Array | null): Float64Array;
  /** The gradient by the loss's slopes by the logits of the last `forward`. */
  backward(count: number, slopes: Float64Array): Float64Array;
}

/** For batches of up to `batch` sequences. */
export function createNetwork(shape: LstmShape, layer: LstmLayer, batch: number): LstmNetwork {
  const { hidden } = shape;
  const head = createHead(shape, batch);
  const logits = new Float64Array(batch * CLASS_COUNT);
  const stateSlopes = new Float64Array(batch * hidden);
  const gradient = new Float64Array(parameterCount(shape));
  let parameters: Float32Array = new Float32Array(gradient.length);
  return {
    inputs: layer.inputs,
    load(values) {
      parameters = values;
      layer.load(values);
    },
    forward(count, kept) {
      show(head, layer, { shape, count });
      if (kept === null) head.factors.fill(1);
      else head.factors.set(kept);
      for (let each = 0; each < count; each += 1) headForward(head, each, { parameters, logits });
      return logits;
    },
    backward(count, slopes) {
      gradient.fill(0);
      stateSlopes.fill(0);
      for (let each = 0; each < count; each += 1)
        headBackward(head, each, { parameters, slopes, gradient, stateSlopes });
      gradient.set(layer.backward(count, stateSlopes.subarray(0, count * hidden)));
      return gradient;
    },
  };
}

/** Runs the layer and shows the head the last hidden states, each beside the last row. */
function show(
  head: Head,
  layer: LstmLayer,
  { shape, count }: { readonly shape: LstmShape; readonly count: number },
): void {
  const { steps, inputs, hidden } = shape;
  const states = layer.forward(count);
  const lastRows = (steps - 1) * count * inputs;
  for (let each = 0; each < count; each += 1) {
    const at = each * head.width;
    for (let unit = 0; unit < hidden; unit += 1)
      head.seen[at + unit] = states[each * hidden + unit]!;
    for (let input = 0; input < inputs; input += 1)
      head.seen[at + hidden + input] = layer.inputs[lastRows + each * inputs + input]!;
  }
}
