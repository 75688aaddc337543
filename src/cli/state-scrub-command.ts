/**
 * `state scrub`: its options.
 */
import type { Command as Program } from 'commander';
import type { Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export function registerStateScrub(
  add: (usage: string, description: string) => Program,
  { run }: Registration,
): void {
  add('scrub', 'the last round of the background scrub, and what it found').action(
    (options: StateOptions) =>
      run(async io => (await import('./state-scrub.ts')).stateScrub(options, io)),
  );
}
