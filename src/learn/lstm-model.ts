/**
 * The LSTM as a model: parameters, optimizer, scaler, gate and calibration, and what they say of a
 * sequence.
 *
 * Promises: a prediction of one sequence is bit for bit that of a batch. Never: trains.
 */
import { SEQUENCE_ROWS } from '../base/limits.ts';
import type { Probabilities } from '../core/fact.ts';
import type { Sequence } from '../core/sequence.ts';
import type { Adam } from './adam.ts';
import { type Calibration, calibrated } from './calibration.ts';
import { FEATURE_COUNT } from './features.ts';
import { type InputTable, inputTable, writeInputs } from './lstm-inputs.ts';
import { createNetwork, type LstmNetwork } from './lstm-network.ts';
import type { LstmShape } from './lstm-shape.ts';
import { simdLayer } from './lstm-simd.ts';
import type { Scaler } from './scaler.ts';
import { CLASS_COUNT } from './scores.ts';

/** Chosen by its out-of-sample loss over tapes: docs/decisions/0030. */
export const SHAPE: LstmShape = {
  steps: SEQUENCE_ROWS,
  inputs: FEATURE_COUNT,
  hidden: 16,
  dense: 16,
};

export interface LstmModel {
  readonly parameters: Float32Array;
  readonly adam: Adam;
  /** One entry per feature. */
  readonly scaler: Scaler;
  /** The attention weights it was trained with, one per feature. */
  readonly gate: readonly number[];
  readonly calibration: Calibration;
}

/** A network of the shipped shape, on the kernel. */
export const networkFor = (batch: number): LstmNetwork =>
  createNetwork(SHAPE, simdLayer(SHAPE, batch), batch);

/** The logits of some sequences, batch by batch through a network that holds `batch` of them. */
export function logitsOf(
  network: LstmNetwork,
  table: InputTable,
  of: { readonly sequences: Int8Array; readonly rows: readonly number[]; readonly batch: number },
): Float64Array {
  const { sequences, batch } = of;
  const logits = new Float64Array(of.rows.length * CLASS_COUNT);
  for (let from = 0; from < of.rows.length; from += batch) {
    const rows = of.rows.slice(from, from + batch);
    writeInputs(table, { sequences, rows }, network.inputs);
    const said = network.forward(rows.length, null);
    logits.set(said.subarray(0, rows.length * CLASS_COUNT), from * CLASS_COUNT);
  }
  return logits;
}

/** The model that was asked last, ready to be asked again. */
let ready: { network: LstmNetwork; table: InputTable; model: LstmModel } | null = null;

const ONLY = [0];

export function predictLstm(model: LstmModel, sequence: Sequence): Probabilities {
  if (ready?.model !== model) {
    const network = ready?.network ?? networkFor(1);
    network.load(model.parameters);
    ready = { network, table: inputTable(model.scaler, model.gate), model };
  }
  const { network, table } = ready;
  const logits = logitsOf(network, table, { sequences: sequence, rows: ONLY, batch: 1 });
  return calibrated(logits, 0, model.calibration);
}
