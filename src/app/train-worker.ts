/**
 * The worker thread of the trainer: a request in, an outcome out, nothing kept in between.
 */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { train } from '../learn/training.ts';
import type { TrainDone, TrainJob } from './trainer.ts';

const port = must(parentPort, 'the parent of the train worker');

port.on('message', (job: TrainJob) => {
  const startedAt = performance.now();
  const { outcome, blob } = train(job.request, job.examples, job.champion);
  const hash = blob === null ? null : createHash('sha256').update(blob).digest('hex');
  const done: TrainDone = {
    outcome: { ...outcome, blob: hash },
    blob,
    elapsedMs: performance.now() - startedAt,
  };
  port.postMessage(done, blob === null ? [] : [blob.buffer as ArrayBuffer]);
});
