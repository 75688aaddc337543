/**
 * `state export`: parts of the memory in the formats of other programs.
 */
import { Option } from 'commander';
import type { StateFormat } from '../app/state-export.ts';
import { toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateAtOptions } from './state-command.ts';

export interface StateExportOptions extends StateAtOptions {
  readonly format: StateFormat;
  readonly to?: string;
  readonly yes: boolean;
}

/** Said here too: the body, which has the table, is only loaded to run. */
const FORMATS: readonly StateFormat[] = [
  ...(['json', 'csv', 'parquet', 'npy', 'keras-h5', 'safetensors', 'onnx'] as const),
];

export function registerStateExport(add: AddCommand, { run }: Registration): void {
  add('export [parts...]', 'write parts as JSON, CSV, Parquet, NPY or a model format')
    .addOption(new Option('--format <format>', 'of the files').choices(FORMATS).default('json'))
    .option('--to <path>', 'a folder, or a file (default: the folder holdfast-export)')
    .option('--at <point>', 'after this step or market time (UTC)', toPoint)
    .option('--yes', 'replace files that are there', false)
    .action((parts: readonly string[], options: StateExportOptions) =>
      run(async io => (await import('./state-export.ts')).stateExport(parts, options, io)),
    );
}
