/**
 * `doctor`: its options.
 */
import type { Command as Program } from 'commander';
import { toList } from './option.ts';
import type { Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface DoctorOptions extends StateOptions {
  /** Also ask others: the exchange and the account, and those who are to be told of events. */
  readonly online: boolean;
  /** Undefined where not given: the config decides. */
  readonly exchange?: string;
  readonly pairs?: readonly string[];
}

export function registerDoctor(program: Program, { run }: Registration): void {
  program
    .command('doctor')
    .description('check the machine, the directory, the clock and the config; changes nothing')
    .option('--dir <folder>', 'state directory (default: models)')
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .option(
      '--online',
      'also ask the exchange, the account, and those who are to be told of events',
      false,
    )
    .option('--exchange <id>', 'an exchange, by its ccxt id (default: the one of the config)')
    .option('--pairs <list>', 'its pairs: BTC/USDT:USDT,ETH/USDT:USDT', toList)
    .option('--json', 'print JSON and nothing else', false)
    .action((options: DoctorOptions) =>
      run(async io => (await import('./doctor.ts')).doctor(options, io)),
    );
}
