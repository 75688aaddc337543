/**
 * `state scrub`: its options.
 */
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export function registerStateScrub(add: AddCommand, { run }: Registration): void {
  add('scrub', 'the last round of the background scrub, and what it found').action(
    (options: StateOptions) =>
      run(async io => (await import('./state-scrub.ts')).stateScrub(options, io)),
  );
}
