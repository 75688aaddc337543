/**
 * How the LSTM learns: minibatches in a random order, dropout, clipped gradients, Adam, and after
 * each epoch a look at the stop slice.
 *
 * What predicts is the running mean of the weights (Polyak & Juditsky 1992): single steps on noisy
 * labels throw them about. Out of sample over the tapes it was clearly better than the last weights.
 * Promises: pure; the dice are the caller's. Never: looks at rows that are not in the lesson.
 */
import type { Rng } from '../base/rng.ts';
import { type Adam, copyAdam, stepAdam } from './adam.ts';
import { calibratedLoss } from './calibration.ts';
import { type InputTable, writeInputs } from './lstm-inputs.ts';
import { logitsOf, networkFor, SHAPE } from './lstm-model.ts';
import type { LstmNetwork } from './lstm-network.ts';
import { partsOf } from './lstm-shape.ts';
import { CLASS_COUNT } from './scores.ts';
import { shuffle } from './shuffle.ts';

export interface Lesson {
  readonly sequences: Int8Array;
  readonly labels: Uint8Array;
  /** What each byte of a sequence stands for. */
  readonly inputs: InputTable;
  readonly train: readonly number[];
  /** In the order of `train`, mean 1. */
  readonly weights: Float64Array;
  readonly stop: readonly number[];
  readonly prior: readonly number[];
}

/** What training moves. */
export interface Weights {
  readonly parameters: Float32Array;
  readonly adam: Adam;
}

export const BATCH = 32;
const EPOCHS_MAX = 15;
/** Epochs without a better stop loss before training ends. */
const PATIENCE = 4;
const RATE = 0.003;
/** The gradient's length is cut to this (Pascanu et al. 2013). */
const GRADIENT_MAX = 1;
/** Share of the dense units that a batch does without. */
const DROPOUT = 0.5;
/** Weights shrink by rate × this at each batch (decoupled decay, Loshchilov & Hutter 2019). */
const DECAY = 1;
/** The running mean forgets this share a batch; a plain mean until as many batches have run. */
const MEAN_SHARE = 0.01;

/** Biases are not shrunk: they hold the class frequencies. */
const SHRUNK = partsOf(SHAPE).filter(({ name }) => !name.endsWith('bias'));

/** The weights with the least stop loss, and after how many epochs; the start is one of them. */
export function learn(
  lesson: Lesson,
  start: Weights,
  rng: Rng,
): Weights & { readonly epochs: number } {
  const { parameters, adam } = start;
  const network = networkFor(BATCH);
  const mean = parameters.slice();
  const places = lesson.train.map((_, place) => place);
  let best = { parameters: mean.slice(), adam: copyAdam(adam), epochs: 0 };
  let bestLoss = stopLoss(lesson, network, mean);
  let batches = 0;
  for (let epoch = 1; epoch <= EPOCHS_MAX && epoch - best.epochs <= PATIENCE; epoch += 1) {
    shuffle(places, rng);
    for (let from = 0; from < places.length; from += BATCH) {
      network.load(parameters);
      const gradient = batchGradient(lesson, places.slice(from, from + BATCH), { network, rng });
      clip(gradient);
      for (const { start: first, end } of SHRUNK)
        for (let index = first; index < end; index += 1) parameters[index]! *= 1 - RATE * DECAY;
      stepAdam(adam, parameters, { gradient, rate: RATE });
      batches += 1;
      const share = Math.max(MEAN_SHARE, 1 / batches);
      for (let index = 0; index < mean.length; index += 1)
        mean[index]! += share * (parameters[index]! - mean[index]!);
    }
    const loss = stopLoss(lesson, network, mean);
    if (loss >= bestLoss) continue;
    bestLoss = loss;
    best = { parameters: mean.slice(), adam: copyAdam(adam), epochs: epoch };
  }
  return best;
}

/** The mean gradient of a batch. `places` are among the train rows. */
function batchGradient(
  lesson: Lesson,
  places: readonly number[],
  by: { readonly network: LstmNetwork; readonly rng: Rng },
): Float64Array {
  const { network, rng } = by;
  const { sequences, labels } = lesson;
  const rows = places.map(place => lesson.train[place]!);
  writeInputs(lesson.inputs, { sequences, rows }, network.inputs);
  const kept = new Float64Array(rows.length * SHAPE.dense);
  for (let unit = 0; unit < kept.length; unit += 1)
    kept[unit] = rng.nextFloat() < DROPOUT ? 0 : 1 / (1 - DROPOUT);
  const logits = network.forward(rows.length, kept);
  const slopes = new Float64Array(rows.length * CLASS_COUNT);
  rows.forEach((row, each) => {
    const weight = lesson.weights[places[each]!]! / rows.length;
    writeSlopes({ logits, slopes, at: each * CLASS_COUNT }, labels[row]!, weight);
  });
  return network.backward(rows.length, slopes);
}

/** The log-loss's slopes by the logits: softmax minus the truth. */
function writeSlopes(
  of: { readonly logits: Float64Array; readonly slopes: Float64Array; readonly at: number },
  label: number,
  weight: number,
): void {
  const { logits, slopes, at } = of;
  const highest = Math.max(logits[at]!, logits[at + 1]!, logits[at + 2]!);
  let sum = 0;
  for (let name = 0; name < CLASS_COUNT; name += 1) {
    slopes[at + name] = Math.exp(logits[at + name]! - highest);
    sum += slopes[at + name]!;
  }
  for (let name = 0; name < CLASS_COUNT; name += 1)
    slopes[at + name] = weight * (slopes[at + name]! / sum - (name === label ? 1 : 0));
}

function clip(gradient: Float64Array): void {
  let squares = 0;
  for (const slope of gradient) squares += slope * slope;
  const length = Math.sqrt(squares);
  if (length <= GRADIENT_MAX) return;
  for (let index = 0; index < gradient.length; index += 1)
    gradient[index]! *= GRADIENT_MAX / length;
}

function stopLoss(lesson: Lesson, network: LstmNetwork, parameters: Float32Array): number {
  const { sequences, stop, prior } = lesson;
  if (stop.length === 0) return 0;
  network.load(parameters);
  const logits = logitsOf(network, lesson.inputs, { sequences, rows: stop, batch: BATCH });
  const labels = Uint8Array.from(stop, row => lesson.labels[row]!);
  return calibratedLoss(logits, labels, { temperature: 1, prior });
}
