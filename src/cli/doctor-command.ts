/**
 * `doctor`: its options.
 */
import type { Command as Program } from 'commander';
import type { Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface DoctorOptions extends StateOptions {
  readonly online: boolean;
}

export function registerDoctor(program: Program, { run }: Registration): void {
  program
    .command('doctor')
    .description('check the machine, the directory, the clock and the config; changes nothing')
    .option('--dir <folder>', 'state directory (default: models)')
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .option('--online', 'ask those who are to be told of events whether they are there', false)
    .option('--json', 'print JSON and nothing else', false)
    .action((options: DoctorOptions) =>
      run(async io => (await import('./doctor.ts')).doctor(options, io)),
    );
}
