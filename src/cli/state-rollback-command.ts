/**
 * `state rollback`: a learned part goes back to an earlier point, or a model to a former version.
 */
import { type Target, toTarget } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface StateRollbackOptions extends StateOptions {
  readonly to: Target;
  /** Backups to ask for what the directory no longer has. */
  readonly from?: string;
  readonly yes: boolean;
}

export function registerRollback(add: AddCommand, { run }: Registration): void {
  add('rollback <part...>', 'take learned parts back to an earlier point; money stays as it is')
    .requiredOption(
      '--to <point>',
      'a step, a market time (UTC), or a version of a model: "version N", signal-model@N',
      toTarget,
    )
    .option('--from <place>', 'backups to ask for what is no longer kept here (default: backup.to)')
    .option('--yes', 'really do it', false)
    .action((names: string[], options: StateRollbackOptions) =>
      run(async io => (await import('./state-rollback.ts')).stateRollback(names, options, io)),
    );
}
