/**
 * `state replay`: what the bot knew at one step.
 */
import { InvalidArgumentError } from 'commander';
import type { DecisionPoint } from '../app/decision.ts';
import { toPositiveCount } from './option.ts';
import { toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateOptions } from './state-command.ts';

export interface StateReplayOptions extends StateOptions {
  readonly until?: DecisionPoint;
  readonly trade?: number;
}

export function registerReplay(add: AddCommand, { run }: Registration): void {
  add('replay', 'what the bot knew when it decided: candle, features, votes, size, order')
    .option('--until <point>', 'a step, a market time (UTC), or trade:N', toDecision)
    .option('--trade <number>', 'the entry of this trade, from 1 on', toPositiveCount)
    .action((options: StateReplayOptions) =>
      run(async io => (await import('./state-replay.ts')).stateReplay(options, io)),
    );
}

function toDecision(text: string): DecisionPoint {
  const number = /^trade:(\d+)$/.exec(text)?.[1];
  if (number !== undefined) return { kind: 'trade', number: toPositiveCount(number) };
  try {
    return toPoint(text);
  } catch {
    throw new InvalidArgumentError(
      'Give a step, a market time (UTC) like 2024-08-05T13:45, or trade:12.',
    );
  }
}
