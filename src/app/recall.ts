/**
 * What stood at an earlier point of a running bot's directory, read in a worker thread.
 *
 * Promises: a refusal of the worker is the fault that it was there.
 */
import { revived } from '../base/fault.ts';
import type { HeldPlace } from './directory.ts';
import type { NewMemory } from './replace-memory.ts';
import type { Rollback } from './rollback.ts';
import { startWorker } from './worker.ts';

export interface RecallData {
  readonly place: HeldPlace;
  readonly rollback: Rollback;
  /** Where backups are that may have what the directory no longer has; null: nowhere. */
  readonly from: string | null;
}

export function recallAside(data: RecallData): Promise<readonly NewMemory[] | null> {
  return new Promise((resolve, reject) => {
    const worker = startWorker(new URL('./recall-worker.ts', import.meta.url), data);
    worker.once('message', resolve);
    worker.once('error', error => reject(revived(error)));
    worker.once('exit', code => reject(new Error(`the recall worker ended with ${code}`)));
  });
}
