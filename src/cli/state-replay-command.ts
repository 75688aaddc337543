/**
 * `state replay`: what the bot knew at one step.
 */
import { InvalidArgumentError } from 'commander';
import type { DecisionPoint } from '../app/decision-point.ts';
import { toPositiveCount } from './option.ts';
import { FROM, toPoint } from './point.ts';
import type { AddCommand, Registration } from './registration.ts';
import type { StateBackOptions } from './state-command.ts';

export interface StateReplayOptions extends StateBackOptions {
  readonly until?: DecisionPoint;
  readonly trade?: DecisionPoint;
}

export function registerReplay(add: AddCommand, { run }: Registration): void {
  add('replay', 'what the bot knew when it decided: candle, features, votes, size, order')
    .option('--until <point>', 'a step, a market time (UTC), or trade:N', toDecision)
    .option('--trade <name>', 'the entry of this trade: N from 1 on, open, or its symbol', toTrade)
    .option(...FROM)
    .action((options: StateReplayOptions) =>
      run(async io => (await import('./state-replay.ts')).stateReplay(options, io)),
    );
}

/** A closed trade by its number; an open one has none yet. */
function toTrade(text: string): DecisionPoint {
  if (text === 'open') return { kind: 'open', symbol: null };
  return /^[a-z]\S*$/i.test(text)
    ? { kind: 'open', symbol: text }
    : { kind: 'trade', number: toPositiveCount(text) };
}

function toDecision(text: string): DecisionPoint {
  const trade = /^trade:(.+)$/.exec(text)?.[1];
  if (trade !== undefined) return toTrade(trade);
  try {
    return toPoint(text);
  } catch {
    throw new InvalidArgumentError(
      'Give a step, a market time (UTC) like 2024-08-05T13:45, trade:12 or trade:open.',
    );
  }
}
