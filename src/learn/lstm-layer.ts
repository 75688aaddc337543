/**
 * The recurrent layer: a batch of sequences in, the last hidden state of each out, and back.
 *
 * Two implementations stand behind this: lstm-reference.ts, to be read, and lstm-simd.ts, to be
 * fast. Tests hold them against each other and against central differences.
 */

export interface LstmLayer {
  /** steps × batch × inputs; the caller writes the first steps · count · inputs of it. */
  readonly inputs: Float32Array;
  /** Takes over the layer's parameters: those that stand first in the network's. */
  load(parameters: ArrayLike<number>): void;
  /** The last hidden states of `count` sequences, count × hidden; overwritten by the next call. */
  forward(count: number): ArrayLike<number>;
  /**
   * The gradient of the layer's parameters, summed over the batch that `forward` saw last, by the
   * loss's `slopes` by the last hidden states. Overwritten by the next call.
   */
  backward(count: number, slopes: ArrayLike<number>): ArrayLike<number>;
}
