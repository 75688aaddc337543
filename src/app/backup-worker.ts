/**
 * The worker thread of a running bot's backups: it reads the directory beside the loop, packs and sends.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { openDisks } from '../state/open-disks.ts';
import { keepBackups } from './backup.ts';

/** Plain data. */
export interface BackupWorkerTask {
  readonly directory: string;
  readonly journalMirror: string | null;
  readonly to: string;
  readonly everyMs: number;
  readonly keep: number | null;
  readonly continuous: boolean;
  readonly release: string;
}

const port = must(parentPort, 'the parent of the backup worker');
const task = workerData as BackupWorkerTask;
const stop = new AbortController();
port.once('message', () => stop.abort());
await keepBackups({
  ...task,
  disks: openDisks(task.directory, task.journalMirror ?? undefined),
  env: process.env,
  now: Date.now,
  isFirstFatal: false,
  stop: stop.signal,
  warn: what => port.postMessage({ kind: 'failed', what, remedy: '' }),
  progress: () => undefined,
  tell: event => port.postMessage(event),
});
port.close();
