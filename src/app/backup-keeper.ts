/**
 * The backups of a running bot, when the config names a place for them.
 *
 * Promises: made in a thread of their own, so that the loop waits for nothing; what fails is told, each
 * failure and each warning once, and stops no trading; the last backup stands in the directory's notes. When the bot
 * ends the lines that wait are sent first, for a while. Never: writes to the directory but notes.
 */
import type { Worker } from 'node:worker_threads';
import { STORE_ANSWER_MS_MAX } from '../base/limits.ts';
import type { Millis } from '../base/time.ts';
import type { Store } from '../state/store.ts';
import type { BackupWorkerEvent, BackupWorkerTask } from './backup-worker.ts';
import type { AppConfig } from './config.ts';
import { version } from './version.ts';
import { startWorker } from './worker.ts';

/** How far the backups of this run reach. */
export interface BackupReach {
  readonly to: string;
  /** Everything up to this step is there; null: nothing was sent yet. */
  readonly seq: number | null;
  /** Wall time since when. */
  readonly at: Millis | null;
}

export interface BackupKeeper {
  readonly reach: () => BackupReach;
  /** Waits until what was committed is sent, but not for ever. */
  close(): Promise<void>;
}

export interface BackupKeeperOptions {
  readonly task: BackupWorkerTask;
  readonly store: Store;
  /** Wall clock. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
  /** For the log. */
  readonly tell: (event: BackupWorkerEvent) => void;
}

/** Where the config names a place for them. */
export function backupsOf(
  { backup, journalMirror }: Pick<AppConfig, 'backup' | 'journalMirror'>,
  { directory, ...options }: Omit<BackupKeeperOptions, 'task'> & { readonly directory: string },
): BackupKeeper | null {
  const { to } = backup;
  if (to === null) return null;
  const task = { ...backup, to, directory, journalMirror, release: version() };
  return startBackups({ ...options, task });
}

function startBackups(options: BackupKeeperOptions): BackupKeeper {
  const worker = startWorker(new URL('./backup-worker.ts', import.meta.url), options.task);
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()));
  const open = { isOpen: true };
  let reach: BackupReach = { to: options.task.to, seq: null, at: null };
  worker.on('message', (event: BackupWorkerEvent) => {
    const seq = throughOf(event);
    if (seq !== null) reach = { ...reach, seq, at: options.now() };
  });
  listen(worker, options, open);
  return {
    reach: () => reach,
    close: async () => {
      open.isOpen = false;
      worker.postMessage('stop');
      const timer = setTimeout(() => worker.terminate(), STORE_ANSWER_MS_MAX);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The last step that it says is in the place. */
function throughOf(event: BackupWorkerEvent): number | null {
  if (event.kind === 'shipped') return event.seq;
  return event.kind === 'backup' ? event.backup.throughSeq : null;
}

/** Once the store is closed another bot may write the directory's notes. */
function listen(
  worker: Worker,
  { store, warn, tell, task }: BackupKeeperOptions,
  open: { readonly isOpen: boolean },
): void {
  let lastFailure = '';
  const warnings = new Set<string>();
  const note: Store['note'] = given => {
    if (open.isOpen) store.note(given);
  };
  worker.on('message', (event: BackupWorkerEvent) => {
    tell(event);
    if (event.kind === 'backup') {
      lastFailure = '';
      const { seq, throughSeq, bytes, sent, dropped } = event.backup;
      const { to, continuous } = task;
      note({ what: 'backup', to, continuous, seq, throughSeq, bytes, sent, dropped });
    }
    if (event.kind === 'warning' && !warnings.has(event.what)) {
      warnings.add(event.what);
      warn(`backup: ${event.what}`);
      note({ what: 'backup warning', to: task.to, why: event.what });
    }
    if (event.kind !== 'failed' || event.what === lastFailure) return;
    lastFailure = event.what;
    warn(`no backup: ${event.what} — ${event.remedy}`);
    note({ what: 'backup failed', to: task.to, why: event.what });
  });
  // A bug there is no reason to stop trading here.
  worker.on('error', error =>
    warn(`backups have ended: ${error instanceof Error ? error.message : String(error)}`),
  );
}
