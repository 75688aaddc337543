/**
 * Worker threads with Node's compile cache on.
 *
 * A thread has a cache of its own, off at first, so that each one would strip and compile all its
 * modules anew: the few lines it begins with are plain JavaScript, turn it on and load the rest.
 * Promises: what is thrown while the module loads reaches the thread's `error` event.
 */
import { Worker } from 'node:worker_threads';

/** `data` is the `workerData` of the thread; `execArgv`: options of Node's for it alone. */
export function startWorker(module: URL, data?: unknown, execArgv?: readonly string[]): Worker {
  const begin = `require('node:module').enableCompileCache(); import(${JSON.stringify(module.href)});`;
  return new Worker(begin, {
    ...{ eval: true, workerData: data },
    ...(execArgv !== undefined && { execArgv: [...execArgv] }),
  });
}
