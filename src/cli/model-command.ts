/**
 * `model ...`: looks at the two models, and hands them to other programs.
 */
import { Option, type Command as Program } from 'commander';
import { MODEL_FORMATS, type ModelFormat } from '../app/export-format.ts';
import { AT, toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateAtOptions } from './state-command.ts';

export interface ModelExportOptions extends StateAtOptions {
  readonly format: ModelFormat;
  readonly to: string;
}

export function registerModel(program: Program, { run }: Registration): void {
  const model = program
    .command('model')
    .description('look at the versions of the two models, or export one')
    .helpCommand(false);
  const add: AddCommand = (usage, description) =>
    model
      .command(usage)
      .description(description)
      .option('--dir <folder>', 'state directory (default: models)')
      .option('--config <file>', 'configuration (default: config.json where there is one)')
      .option('--at <point>', AT, toPoint)
      .option('--json', 'print JSON and nothing else', false);
  const body = () => import('./model.ts');

  add('list', 'the versions of both models and their scores').action((options: StateAtOptions) =>
    run(async io => (await body()).modelList(options, io)),
  );
  add('show <id>', 'what a version is made of, as tables and charts').action(
    (id: string, options: StateAtOptions) =>
      run(async io => (await body()).modelShow(id, options, io)),
  );
  add('compare <a> <b>', 'two versions, or what two directories have in use').action(
    (a: string, b: string, options: StateAtOptions) =>
      run(async io => (await body()).modelCompare([a, b], options, io)),
  );
  add('export <id>', 'a model in the format of another program')
    .addOption(
      new Option('--format <format>', 'of the file').choices(MODEL_FORMATS).makeOptionMandatory(),
    )
    .requiredOption('--to <file>', 'file to write; it must not exist')
    .action((id: string, options: ModelExportOptions) =>
      run(async io => (await body()).modelExport(id, options, io)),
    );
}
