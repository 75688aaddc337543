/**
 * `state import`: takes over what another bot remembers: what another Holdfast directory has learned,
 * or all that the Python bot's directory holds.
 */
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface StateImportOptions extends StateOptions {
  readonly from: string;
  readonly learned: boolean;
  /** Of which feature each attention weight of the Python bot is, in their order. */
  readonly attentionFeatures?: readonly string[];
  readonly yes: boolean;
}

export function registerStateImport(add: AddCommand, { run }: Registration): void {
  add('import', 'take over the directory of the Python bot, or what another Holdfast has learned')
    .requiredOption('--from <folder>', 'the other directory; it is only read')
    .option('--learned', 'from a Holdfast directory: what was learned, never money', false)
    .option(
      '--attention-features <names>',
      'features of the Python bot’s attention weights, with commas',
      text => text.split(',').map(name => name.trim()),
    )
    .option('--yes', 'also with the balance of the old state, or in place of what is known', false)
    .action((options: StateImportOptions) =>
      run(async io =>
        options.learned
          ? (await import('./state-import-learned.ts')).stateImportLearned(options, io)
          : (await import('./state-import.ts')).stateImport(options, io),
      ),
    );
}
