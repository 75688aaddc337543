/**
 * `trade`: its options. The default command.
 */
import type { Command as Program } from 'commander';
import { toList, toPort, toSeed, toSpeed, toUntil, type Until } from './option.ts';
import type { Registration } from './registration.ts';

export interface TradeOptions {
  /** Undefined where not given: the config decides. */
  readonly dir?: string;
  readonly config?: string;
  /** Empty: the simulated market. */
  readonly tape: readonly string[];
  readonly funding: readonly string[];
  /** ccxt's id: live market data. Undefined where not given: the config decides. */
  readonly exchange?: string;
  readonly pairs?: readonly string[];
  /** Real orders. */
  readonly live: boolean;
  readonly speed?: 'max' | number;
  readonly seed?: number;
  readonly until?: Until;
  readonly port?: number;
  readonly web: boolean;
  /** Nothing leaves the machine, whatever the config says. */
  readonly trial: boolean;
  readonly skipBadRows: boolean;
  /** Undefined where not given: the config decides. */
  readonly keepHistory?: true;
  readonly acceptLoss: boolean;
}

export function registerTrade(program: Program, { run }: Registration): void {
  program
    .command('trade', { isDefault: true })
    .description(
      'run the bot: paper trading on a simulated market, recorded ones (--tape) or a live one',
    )
    .option('--dir <folder>', 'state directory (default: models)')
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .option('--tape <file...>', 'recorded markets, one file per symbol', [])
    .option('--funding <file...>', 'recorded funding rates', [])
    .option('--exchange <id>', 'live market data of an exchange, by its ccxt id')
    .option('--pairs <list>', 'its pairs: BTC/USDT:USDT,ETH/USDT:USDT', toList)
    .option('--live', 'send REAL orders there (the config must allow it): docs/LIVE.md', false)
    .option('--speed <pace>', 'max, or candles per second', toSpeed)
    .option('--seed <number>', 'seed of everything random', toSeed)
    .option(
      '--until <end>',
      "stop after N candles of the directory's life, or at a UTC time",
      toUntil,
    )
    .option('--port <number>', 'port of the dashboard', toPort)
    .option('--no-web', 'no dashboard')
    .option('--trial', 'no dashboard, no backups, nobody is told: what a test run is', false)
    .option('--skip-bad-rows', 'skip and count bad rows of a tape instead of refusing it', false)
    .option('--keep-history', 'never drop anything of the past, from now on')
    .option('--accept-loss', 'start although some of the state cannot be rebuilt', false)
    .action((options: TradeOptions) =>
      run(async io => (await import('./trade.ts')).trade(options, io)),
    );
}
