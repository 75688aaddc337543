/**
 * `report`: its options.
 */
import type { Command as Program } from 'commander';
import type { Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface ReportOptions extends StateOptions {
  readonly html?: string;
  readonly yes: boolean;
}

export function registerReport(program: Program, { run }: Registration): void {
  program
    .command('report')
    .description('the metrics of a directory; with --html a report to keep; changes nothing')
    .option('--dir <folder>', 'state directory (default: models)')
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .option('--html <file>', 'write a report to keep: one HTML file with plots')
    .option('--yes', 'replace the file of --html where it exists', false)
    .option('--json', 'print JSON and nothing else', false)
    .action((options: ReportOptions) =>
      run(async io => (await import('./report.ts')).report(options, io)),
    );
}
