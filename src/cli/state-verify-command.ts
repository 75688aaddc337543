/**
 * `state verify` and `state scrub`: their options.
 */
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface StateVerifyOptions extends StateOptions {
  readonly deep: boolean;
}

export function registerStateVerify(add: AddCommand, { run }: Registration): void {
  add('verify', 'check every file and the whole journal; changes nothing')
    .option('--deep', 'and fold the journal once more against every generation', false)
    .action((options: StateVerifyOptions) =>
      run(async io => (await import('./state-verify.ts')).stateVerify(options, io)),
    );
  add('scrub', 'the last round of the background scrub, and what it found').action(
    (options: StateOptions) =>
      run(async io => (await import('./state-scrub.ts')).stateScrub(options, io)),
  );
}
