/**
 * The thread in which a small life makes its checkpoint aside: as src/app/checkpoint-worker.ts does,
 * with the small bot's components.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../../../src/base/assert.ts';
import { type CheckpointTask, prepareCheckpoint } from '../../../src/state/store.ts';
import { castOf } from './cast.ts';

const { task, release } = workerData as { task: CheckpointTask; release: string };
must(parentPort, 'a parent').postMessage(prepareCheckpoint(task, castOf(release)));
