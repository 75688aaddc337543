/**
 * `kill-switch` and `release-breaker`: the operator's word to a bot, running or at rest.
 */
import type { Command as Program } from 'commander';
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export function registerOperator(program: Program, { run }: Registration): void {
  const add: AddCommand = (usage, description) =>
    program
      .command(usage)
      .description(description)
      .option('--dir <folder>', 'state directory (default: models)')
      .option('--config <file>', 'configuration (default: config.json where there is one)')
      .option('--json', 'print JSON and nothing else', false);
  const body = () => import('./operator.ts');

  add(
    'kill-switch <on|off>',
    'on: no new entries until it is off; positions keep their exits',
  ).action((wanted: string, options: StateOptions) =>
    run(async io => (await body()).killSwitch(wanted, options, io)),
  );
  add(
    'release-breaker <breaker>',
    'let entries go on after max_drawdown, daily_loss or loss_streak has stopped them',
  ).action((breaker: string, options: StateOptions) =>
    run(async io => (await body()).releaseBreaker(breaker, options, io)),
  );
}
