/**
 * The trainer: runs the training that a model is owed, in a worker thread.
 *
 * Promises: the outcome is a pure function of the remembered request, the examples it names and
 * the champion; on a tape the step waits for it. A training that was cut off is simply run again.
 */
import type { Worker } from 'node:worker_threads';
import type { ModelId, TrainOutcome, TrainRequest } from '../core/fact.ts';
import type { ExampleTable, SequenceTable } from '../learn/training.ts';
import { startWorker } from './worker.ts';

/** What the worker is sent. Its arrays go over whole, not as copies: a job is for one training. */
export interface TrainJob {
  readonly request: TrainRequest;
  readonly examples: ExampleTable | SequenceTable;
  readonly champion: Uint8Array | null;
}

/** What the worker sends back. */
export interface TrainDone {
  readonly outcome: TrainOutcome;
  readonly blob: Uint8Array | null;
  /** Wall time of the training itself. */
  readonly elapsedMs: number;
}

export interface Trainer {
  /** Wall time spent waiting for trainings, in ms. */
  readonly elapsedMs: () => number;
  train(job: TrainJob): Promise<TrainDone>;
  close(): Promise<void>;
}

export const MODELS: readonly ModelId[] = ['signal-model', 'deep-signal-model'];

export function createTrainer(): Trainer {
  let worker: Worker | null = null;
  let elapsedMs = 0;
  const start = () => {
    worker ??= startWorker(new URL('./train-worker.ts', import.meta.url));
    return worker;
  };
  return {
    elapsedMs: () => elapsedMs,
    async train(job) {
      try {
        const done = await ask(start(), job);
        elapsedMs += done.elapsedMs;
        return done;
      } catch (error) {
        // Most likely it has ended with its error, and would never answer again.
        await worker?.terminate();
        worker = null;
        throw error;
      }
    },
    async close() {
      await worker?.terminate();
      worker = null;
    },
  };
}

function ask(worker: Worker, job: TrainJob): Promise<TrainDone> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      worker.off('exit', onExit);
      act();
    };
    const onMessage = (done: TrainDone) => settle(() => resolve(done));
    const onError = (error: Error) => settle(() => reject(error));
    const onExit = (code: number) =>
      settle(() => reject(new Error(`the training worker ended with ${code}`)));
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.on('exit', onExit);
    worker.postMessage(job, buffersOf(job));
  });
}

const buffersOf = ({ examples, champion }: TrainJob): ArrayBuffer[] =>
  [...Object.values(examples), champion].flatMap(each =>
    ArrayBuffer.isView(each) ? [each.buffer as ArrayBuffer] : [],
  );
