/**
 * Keeping backups: one now and then, and the journal's lines in between as they are committed.
 *
 * Promises: what fails is told and tried again, and harms nobody: the directory is only read. When it
 * is stopped the lines that wait are shipped first. Never: two things at a time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../base/fault.ts';
import { BACKUP_RETRY_MS, SHIP_AFTER_MS, SHIP_BYTES, SHIP_LOOK_MS } from '../base/limits.ts';
import type { BackupPlace } from './place.ts';
import { Shipper } from './ship.ts';
import { type Backup, type BackupOptions, shipAll, takeBackup } from './take.ts';

export type KeepEvent =
  | { readonly kind: 'backup'; readonly backup: Backup }
  /** Everything up to this step is in the place. */
  | { readonly kind: 'shipped'; readonly seq: number; readonly lines: number }
  | { readonly kind: 'failed'; readonly what: string; readonly remedy: string };

export interface KeepOptions extends Omit<BackupOptions, 'place'> {
  /** Opened anew after each failure: a disk that failed once takes nothing any more. */
  readonly open: () => Promise<BackupPlace>;
  readonly everyMs: number;
  readonly continuous: boolean;
  /** The first backup's failure is thrown. */
  readonly isFirstFatal: boolean;
  readonly stop: AbortSignal;
  readonly tell: (event: KeepEvent) => void;
}

export async function keepBackingUp(options: KeepOptions): Promise<void> {
  const keeper = new Keeper(options);
  const { stop, continuous, everyMs } = options;
  while (!stop.aborted) {
    await keeper.turn();
    const pauseMs = continuous ? SHIP_LOOK_MS : Math.min(everyMs, BACKUP_RETRY_MS);
    await sleep(pauseMs, undefined, { signal: stop }).catch(() => undefined);
  }
  await keeper.end();
}

class Keeper {
  readonly #options: KeepOptions;
  #place: BackupPlace | null = null;
  #shipper: Shipper | null = null;
  #nextAt = 0;
  #hasOne = false;
  /** Since when lines wait. */
  #waitingSince: number | null = null;

  constructor(options: KeepOptions) {
    this.#options = options;
  }

  async turn(): Promise<void> {
    const { continuous } = this.#options;
    await this.#guarded(async () => {
      if (performance.now() >= this.#nextAt) await this.#backUp();
      else if (continuous && this.#isDue()) await this.#ship();
    });
  }

  /** A run that was too short for a backup gets one now, and so does one whose last try failed. */
  async end(): Promise<void> {
    await this.#guarded(async () => {
      if (this.#shipper === null) await this.#backUp();
      else if (this.#options.continuous) await this.#ship();
    });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const isFatal = this.#options.isFirstFatal && !this.#hasOne;
      if (!(error instanceof Fault) || isFatal) throw error;
      this.#place = null;
      this.#shipper = null;
      this.#nextAt = performance.now() + BACKUP_RETRY_MS;
      this.#options.tell({ kind: 'failed', what: error.message, remedy: error.remedy });
    }
  }

  async #backUp(): Promise<void> {
    const { open, everyMs, tell } = this.#options;
    this.#place ??= await open();
    const backup = await takeBackup({ ...this.#options, place: this.#place });
    this.#nextAt = performance.now() + everyMs;
    this.#hasOne = true;
    const { disks, now, warn } = this.#options;
    const { directoryId } = backup;
    this.#shipper = new Shipper({ place: this.#place, disks, directoryId, now, warn });
    tell({ kind: 'backup', backup });
  }

  #isDue(): boolean {
    const bytes = this.#shipper?.waiting() ?? 0;
    if (bytes === 0) this.#waitingSince = null;
    else this.#waitingSince ??= performance.now();
    const sinceMs = performance.now() - (this.#waitingSince ?? performance.now());
    return bytes >= SHIP_BYTES || (bytes > 0 && sinceMs >= SHIP_AFTER_MS);
  }

  async #ship(): Promise<void> {
    if (this.#shipper === null) return;
    const lines = await shipAll(this.#shipper);
    this.#waitingSince = null;
    const seq = this.#shipper.position?.seq ?? 0;
    if (lines > 0) this.#options.tell({ kind: 'shipped', seq, lines });
  }
}
