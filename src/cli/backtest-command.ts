/**
 * `backtest`: its options.
 */
import type { Command as Program } from 'commander';
import type { Cut } from '../app/walk-forward.ts';
import { toCut, toSeed, toUntil, type Until } from './option.ts';
import type { Registration } from './registration.ts';

export interface BacktestOptions {
  /** At least one. */
  readonly tape: readonly string[];
  readonly funding: readonly string[];
  readonly config?: string;
  /** Keeps the state there; without it nothing touches the disk. */
  readonly dir?: string;
  readonly seed?: number;
  readonly until?: Until;
  readonly skipBadRows: boolean;
  /** False with --no-learning, which switches the four below off. */
  readonly learning: boolean;
  /** False with --no-signal-model and the like; true leaves it to the config. */
  readonly signalModel: boolean;
  readonly deep: boolean;
  readonly attention: boolean;
  readonly q: boolean;
  /** `true`: by calendar months. Absent: no report. */
  readonly walkForward?: Cut | true;
  /** Writes a report to keep there. */
  readonly html?: string;
  /** A file of that name gives way. */
  readonly yes: boolean;
  readonly acceptLoss: boolean;
  readonly json: boolean;
}

export function registerBacktest(program: Program, { run }: Registration): void {
  program
    .command('backtest')
    .description('the same engine over recorded markets with no delay; prints the metrics')
    .requiredOption('--tape <file...>', 'recorded markets, one file per symbol')
    .option('--funding <file...>', 'recorded funding rates', [])
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .option('--dir <folder>', 'keep the state there; without it nothing touches the disk')
    .option('--seed <number>', 'seed of everything random', toSeed)
    .option(
      '--until <end>',
      "stop after N candles of the directory's life, or at a UTC time",
      toUntil,
    )
    .option('--skip-bad-rows', 'skip and count bad rows of a tape instead of refusing it', false)
    .option('--walk-forward [segments]', 'report by months, or by so many equal segments', toCut)
    .option('--html <file>', 'write a report to keep: one HTML file with plots')
    .option('--yes', 'replace the file of --html where it exists', false)
    .option('--no-learning', 'switch all four learners off: what the strategies do alone')
    .option('--no-signal-model', 'without the signal model')
    .option('--no-deep', 'without the deep signal model')
    .option('--no-attention', 'without attention')
    .option('--no-q', 'without the Q-table: a fixed strategy per regime')
    .option('--accept-loss', 'start although some of the state cannot be rebuilt', false)
    .option('--json', 'print JSON and nothing else', false)
    .action((options: BacktestOptions) =>
      run(async io => (await import('./backtest.ts')).backtest(options, io)),
    );
}
