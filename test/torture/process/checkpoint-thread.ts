/**
 * The thread in which a life makes its checkpoints aside: as src/app/checkpoint-worker.ts does, with
 * the small bot's components. A fault ends it.
 */
import { parentPort } from 'node:worker_threads';
import { must } from '../../../src/base/assert.ts';
import { type CheckpointTask, prepareCheckpoint } from '../../../src/state/store.ts';
import { castOf } from './cast.ts';

export interface AsideTask {
  readonly task: CheckpointTask;
  readonly release: string;
}

const port = must(parentPort, 'a parent');
port.on('message', ({ task, release }: AsideTask) => {
  port.postMessage(prepareCheckpoint(task, castOf(release)));
});
