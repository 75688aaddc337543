import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { startWorker } from './worker.ts';

const moduleOf = (text: string): URL => new URL(`data:text/javascript,${encodeURIComponent(text)}`);

describe('a worker thread', () => {
  it('loads its module with its data, and with a compile cache', async () => {
    const worker = startWorker(
      moduleOf(`
        import { parentPort, workerData } from 'node:worker_threads';
        import { getCompileCacheDir } from 'node:module';
        parentPort.postMessage([workerData, typeof getCompileCacheDir()]);
      `),
      { seq: 7 },
    );
    assert.deepEqual(await once(worker, 'message'), [[{ seq: 7 }, 'string']]);
  });

  it('tells what is thrown while its module loads', async () => {
    const worker = startWorker(moduleOf(`throw new Error('no such disk')`));
    const [error] = (await once(worker, 'error')) as [Error];
    assert.equal(error.message, 'no such disk');
  });

  it('answers what was asked before its module had loaded', async () => {
    const worker = startWorker(
      moduleOf(`
        import { parentPort } from 'node:worker_threads';
        await new Promise(resolve => setTimeout(resolve, 20));
        parentPort.once('message', asked => parentPort.postMessage(asked + 1));
      `),
    );
    worker.postMessage(41);
    assert.deepEqual(await once(worker, 'message'), [42]);
  });
});
