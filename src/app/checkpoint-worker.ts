/**
 * The worker thread of a checkpoint: recovers the directory read-only up to a step and writes that
 * step's files under temporary names. The main thread puts them in place.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { components } from '../components.ts';
import { type CheckpointTask, prepareCheckpoint } from '../state/store.ts';

must(parentPort, 'the parent of the checkpoint worker').postMessage(
  prepareCheckpoint(workerData as CheckpointTask, components),
);
