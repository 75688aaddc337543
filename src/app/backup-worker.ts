/**
 * The worker thread of a running bot's backups: it reads the directory beside the loop, packs and sends.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { must } from '../base/assert.ts';
import { openDisks } from '../state/open-disks.ts';
import { type KeepEvent, keepBackups } from './backup.ts';

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

/** What it tells. A warning is about what is there already: the backup itself goes on. */
export type BackupWorkerEvent = KeepEvent | { readonly kind: 'warning'; readonly what: string };

const port = must(parentPort, 'the parent of the backup worker');
const task = workerData as BackupWorkerTask;
const stop = new AbortController();
const tell = (event: BackupWorkerEvent): void => port.postMessage(event);
port.once('message', () => stop.abort());
await keepBackups({
  ...task,
  disks: openDisks(task.directory, task.journalMirror ?? undefined),
  env: process.env,
  now: Date.now,
  isFirstFatal: false,
  stop: stop.signal,
  warn: what => tell({ kind: 'warning', what }),
  progress: () => undefined,
  tell,
});
port.close();
