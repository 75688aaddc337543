/**
 * `state backup` and `state restore`: copies of a state directory elsewhere, and back.
 */
import { InvalidArgumentError } from 'commander';
import type { Point } from '../app/point.ts';
import { timeframeMs } from '../base/time.ts';
import { toPositiveCount } from './option.ts';
import { toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface StateBackupOptions extends StateOptions {
  readonly to?: string;
  /** Milliseconds. */
  readonly every?: number;
  readonly keep?: number;
  readonly continuous: boolean;
}

export interface StateRestoreOptions extends StateOptions {
  readonly from?: string;
  readonly to?: string;
  readonly at?: Point;
  readonly epoch?: number;
  readonly directoryId?: string;
  readonly yes: boolean;
  readonly drill: boolean;
  readonly list: boolean;
}

export function registerBackup(add: AddCommand, { run }: Registration): void {
  add('backup', 'copy what the bot remembers to another place, also while it runs')
    .option('--to <place>', 'a folder on another disk, or s3://bucket/prefix (default: backup.to)')
    .option('--every <time>', 'go on, with one each 30m, 1h, 1d …', toMillis)
    .option('--keep <n>', 'drop older ones once the new one was read back', toPositiveCount)
    .option('--continuous', 'go on, and send each step within seconds', false)
    .action((options: StateBackupOptions) =>
      run(async io => (await import('./state-backup.ts')).stateBackup(options, io)),
    );
  add('restore', 'put a directory back as it was at a step or a market time')
    .option('--from <place>', 'where the backups are (default: backup.to of the config)')
    .option('--at <moment>', 'a step, or a UTC market time like 2024-08-05T13:45', toPoint)
    .option('--to <folder>', 'where to restore to (default: --dir)')
    .option('--directory-id <id>', 'whose backups, where there are several')
    .option('--epoch <n>', 'only what was told in this epoch', toPositiveCount)
    .option('--yes', 'move aside what is in that folder', false)
    .option('--drill', 'restore into a scratch folder, compare, and remove it', false)
    .option('--list', 'show what can be restored', false)
    .action((options: StateRestoreOptions) =>
      run(async io => (await import('./state-restore.ts')).stateRestore(options, io)),
    );
}

function toMillis(text: string): number {
  if (!/^[1-9]\d{0,3}[mhd]$/.test(text))
    throw new InvalidArgumentError('Give minutes, hours or days, for instance 30m, 1h or 1d.');
  return timeframeMs(text);
}
