/**
 * `notify`: its commands and their options.
 */
import type { Command as Program } from 'commander';
import type { Registration } from './registration.ts';

export interface NotifyOptions {
  readonly config?: string;
  readonly json: boolean;
}

export function registerNotify(program: Program, { run }: Registration): void {
  program
    .command('notify')
    .description('those who are told of what happens: a webhook, Telegram')
    .command('test')
    .description('send each of them a test; exit 69 where one does not take it')
    .option('--config <file>', 'configuration (default: config.json where there is one)')
    .option('--json', 'print JSON and nothing else', false)
    .action((options: NotifyOptions) =>
      run(async io => (await import('./notify.ts')).notifyTest(options, io)),
    );
}
