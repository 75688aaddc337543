/**
 * The LSTM: an epoch and a prediction, by the kernel and by the plain reference, and a whole
 * training as the bot runs it.
 *
 * Promises: user CPU of this process, since the machine may be shared; the least of some rounds.
 * The large shape (64 steps, 31 features, 64 units) is that of the aims; the shipped one is smaller.
 */
import { SEQUENCES_KEPT_MAX } from '../src/base/limits.ts';
import { Rng, seedRng } from '../src/base/rng.ts';
import { unpackSequence } from '../src/core/sequence.ts';
import { createAdam, stepAdam } from '../src/learn/adam.ts';
import { trainDeep } from '../src/learn/deep-training.ts';
import { unpackLstm } from '../src/learn/lstm-blob.ts';
import type { LstmLayer } from '../src/learn/lstm-layer.ts';
import { predictLstm, SHAPE } from '../src/learn/lstm-model.ts';
import { createNetwork } from '../src/learn/lstm-network.ts';
import { referenceLayer } from '../src/learn/lstm-reference.ts';
import { initialParameters, type LstmShape } from '../src/learn/lstm-shape.ts';
import { simdLayer } from '../src/learn/lstm-simd.ts';
import { plantedRequest } from '../src/learn/planted-example.ts';
import { plantedSequences } from '../src/learn/planted-sequence.ts';
import { type SequenceExample, sequenceTable } from '../src/learn/sequence-table.ts';
import { type Row, row } from './table.ts';

type LayerMaker = (shape: LstmShape, batch: number) => LstmLayer;

const LARGE: LstmShape = { steps: 64, inputs: 31, hidden: 64, dense: 32 };
const SEQUENCES = 2000;
const BATCH = 32;
const PREDICTIONS = 200;

/** Seconds of CPU, the least of `rounds`. */
function cpuOf(rounds: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage();
    work();
    least = Math.min(least, process.cpuUsage(before).user / 1e6);
  }
  return least;
}

/** A function that runs `sequences` once forward and back, with an Adam step a batch. */
function epochOf(shape: LstmShape, make: LayerMaker, sequences: number): () => void {
  const network = createNetwork(shape, make(shape, BATCH), BATCH);
  const rng = new Rng(seedRng(1));
  const parameters = initialParameters(shape, seedRng(2), [-1, -1, -1]);
  const adam = createAdam(parameters.length);
  for (let index = 0; index < network.inputs.length; index += 1)
    network.inputs[index] = rng.nextNormal();
  const slopes = Float64Array.from({ length: BATCH * 3 }, () => 0.01 * rng.nextNormal());
  return () => {
    for (let done = 0; done < sequences; done += BATCH) {
      network.load(parameters);
      network.forward(BATCH, null);
      stepAdam(adam, parameters, { gradient: network.backward(BATCH, slopes), rate: 0.001 });
    }
  };
}

function predictionOf(shape: LstmShape): () => void {
  const network = createNetwork(shape, simdLayer(shape, 1), 1);
  network.load(initialParameters(shape, seedRng(2), [-1, -1, -1]));
  return () => {
    for (let count = 0; count < PREDICTIONS; count += 1) network.forward(1, null);
  };
}

/** Cold, then warm from that champion, on as many sequences as are kept. */
function trainings(): { cold: number; warm: number; predict: number } {
  const examples = plantedSequences({ count: SEQUENCES_KEPT_MAX, seed: 1, rule: 'order' });
  const table = sequenceTable(examples as readonly SequenceExample[]);
  const request = plantedRequest('deep-signal-model', examples);
  const first = trainDeep(request, table, null);
  const cold = cpuOf(2, () => trainDeep(request, table, null));
  const warm = cpuOf(2, () => trainDeep({ ...request, champion: 1 }, table, first.blob));
  const model = unpackLstm(first.blob ?? new Uint8Array());
  const sequence = unpackSequence(examples[0]?.sequence ?? '');
  if (model === null || sequence === null) throw new Error('nothing was learned');
  const predict = cpuOf(5, () => {
    for (let count = 0; count < PREDICTIONS; count += 1) predictLstm(model, sequence);
  });
  return { cold, warm, predict };
}

export async function lstm(): Promise<Row[]> {
  const largeEpoch = epochOf(LARGE, simdLayer, SEQUENCES);
  const kernel = cpuOf(4, largeEpoch);
  // The reference is slow: a sixteenth of the epoch will do.
  const part = epochOf(LARGE, referenceLayer, SEQUENCES / 16);
  const reference = 16 * cpuOf(1, part);
  const shipped = cpuOf(5, epochOf(SHAPE, simdLayer, SEQUENCES));
  const prediction = cpuOf(5, predictionOf(LARGE)) / PREDICTIONS;
  const { cold, warm, predict } = trainings();
  const seconds = { unit: 's', decimals: 2 };
  const millis = { unit: 'ms', decimals: 3 };
  const shape = ({ steps, inputs, hidden }: LstmShape) => `${steps} × ${inputs} × ${hidden}`;
  return [
    row({
      what: `LSTM epoch, ${SEQUENCES} sequences of ${shape(LARGE)}`,
      value: kernel,
      ...seconds,
      atMost: 1.5,
    }),
    row({ what: '  the plain reference takes', value: reference / kernel, unit: '×' }),
    row({ what: `  shipped shape, ${shape(SHAPE)}`, value: shipped, ...seconds }),
    row({
      what: `LSTM prediction, ${shape(LARGE)}`,
      value: 1000 * prediction,
      ...millis,
      atMost: 0.5,
    }),
    row({
      what: `  shipped shape, from the window on`,
      value: (1000 * predict) / PREDICTIONS,
      ...millis,
    }),
    row({
      what: `LSTM training on ${SEQUENCES_KEPT_MAX} sequences, from scratch`,
      value: cold,
      ...seconds,
      atMost: 3,
    }),
    row({ what: '  on from the champion', value: warm, ...seconds, atMost: 3 }),
  ];
}
