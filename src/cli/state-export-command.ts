/**
 * `state export`: parts of the memory in the formats of other programs.
 */
import { Option } from 'commander';
import { STATE_FORMATS, type StateFormat } from '../app/export-format.ts';
import { FROM, toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateBackOptions } from './state-command.ts';

export interface StateExportOptions extends StateBackOptions {
  /** Undefined: as the ending of `to` says, else JSON. */
  readonly format?: StateFormat;
  readonly to?: string;
  readonly yes: boolean;
}

const FORMAT = 'of the files (default: by the ending of --to, else json)';

export function registerStateExport(add: AddCommand, { run }: Registration): void {
  add('export [parts...]', 'write parts as JSON, CSV, Parquet, NPY or a model format')
    .addOption(new Option('--format <format>', FORMAT).choices(STATE_FORMATS))
    .option('--to <path>', 'a folder, or a file (default: the folder holdfast-export)')
    .option('--at <point>', 'after this step or market time (UTC)', toPoint)
    .option(...FROM)
    .option('--yes', 'replace files that are there', false)
    .action((parts: readonly string[], options: StateExportOptions) =>
      run(async io => (await import('./state-export.ts')).stateExport(parts, options, io)),
    );
}
