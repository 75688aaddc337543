/**
 * `state import`: takes over what another directory remembers.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { ImportLearnedOptions } from './state-import-learned.ts';

export interface StateImportOptions extends ImportLearnedOptions {
  readonly learned: boolean;
}

export function registerStateImport(add: AddCommand, { run }: Registration): void {
  add('import', 'take over what another Holdfast directory has learned; never money')
    .requiredOption('--from <folder>', 'the other directory; it is only read')
    .option('--learned', 'what was learned, and nothing else', false)
    .option('--yes', 'also where this directory has learned something itself', false)
    .action((options: StateImportOptions) =>
      run(async io => {
        if (!options.learned)
          throw new Fault(EXIT.usage, 'import takes what was learned', 'say --learned');
        return (await import('./state-import-learned.ts')).stateImportLearned(options, io);
      }),
    );
}
