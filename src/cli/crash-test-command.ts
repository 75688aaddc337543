/**
 * `crash-test`: its options.
 */
import type { Command as Program } from 'commander';
import { toPositiveCount, toSeed } from './option.ts';
import type { Registration } from './registration.ts';

export interface CrashTestOptions {
  readonly kills: number;
  readonly seed: number;
  /** Empty: the simulated market. */
  readonly tape: readonly string[];
  /** Where the directories of the test are made and left; without it a temporary folder. */
  readonly dir?: string;
  readonly config?: string;
  readonly json: boolean;
}

export function registerCrashTest(program: Program, { run }: Registration): void {
  program
    .command('crash-test')
    .description('kill a bot again and again, and compare it with a twin that was never killed')
    .option('--kills <number>', 'how many', toPositiveCount, 30)
    .option('--seed <number>', 'seed of the kill instants', toSeed, 1)
    .option('--tape <file...>', 'recorded markets (default: the simulated one)', [])
    .option('--dir <folder>', 'keep the directories of the test there')
    .option('--config <file>', 'configuration of the bots')
    .option('--json', 'print JSON and nothing else', false)
    .action((options: CrashTestOptions) =>
      run(async io => (await import('./crash-test.ts')).crashTest(options, io)),
    );
}
