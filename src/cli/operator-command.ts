/**
 * `pause`, `resume`, `flatten`, `kill-switch`, `release-breaker`: the operator's word to a bot, running or at rest.
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

  add('pause', 'no new entries until resume; positions keep their stops and exits').action(
    (options: StateOptions) => run(async io => (await body()).pause(options, io)),
  );
  add('resume', 'let entries go on after pause or flatten').action((options: StateOptions) =>
    run(async io => (await body()).resume(options, io)),
  );
  add('flatten', 'close every position at the market, cancel entries, then pause').action(
    (options: StateOptions) => run(async io => (await body()).flatten(options, io)),
  );
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
