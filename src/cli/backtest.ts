/**
 * PLACEHOLDER of the body of `backtest`; to be overwritten. Never: tests anything.
 */
import { Bug } from '../base/assert.ts';
import type { BacktestOptions } from './backtest-command.ts';
import type { Command } from './io.ts';

export const backtest: Command<BacktestOptions> = async () => {
  throw new Bug('backtest is not wired yet');
};
