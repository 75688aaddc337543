/**
 * `download-data`: its options.
 */
import type { Command as Program } from 'commander';
import type { Millis } from '../base/time.ts';
import { toList, toTime, toTimeframe } from './option.ts';
import type { Registration } from './registration.ts';

export interface DownloadDataOptions {
  /** Undefined where not given: the config decides. */
  readonly exchange?: string;
  readonly pairs?: readonly string[];
  readonly timeframe?: string;
  readonly config?: string;
  readonly since: Millis;
  readonly until?: Millis;
  readonly dir: string;
  readonly funding: boolean;
  readonly json: boolean;
}

export function registerDownloadData(program: Program, { run }: Registration): void {
  program
    .command('download-data')
    .description('fetch candles and funding of an exchange into tape files')
    .option('--exchange <id>', 'ccxt id of the exchange (default: exchange.name of the config)')
    .option('--pairs <list>', 'BTC/USDT:USDT,ETH/USDT:USDT (default: the config’s)', toList)
    .option('--timeframe <length>', 'length of the candles: 1m, 5m, 1h, ...', toTimeframe)
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .requiredOption('--since <time>', 'from this UTC time on: 2025-01-01', toTime)
    .option('--until <time>', 'up to this UTC time (default: now)', toTime)
    .option('--dir <folder>', 'where the files go', 'data')
    .option('--no-funding', 'candles alone')
    .option('--json', 'print one JSON object and nothing else', false)
    .action((options: DownloadDataOptions) =>
      run(async io => (await import('./download-data.ts')).downloadData(options, io)),
    );
}
