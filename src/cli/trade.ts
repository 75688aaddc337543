/**
 * PLACEHOLDER of the body of `trade`; to be overwritten. Never: trades.
 */
import { Bug } from '../base/assert.ts';
import type { Command } from './io.ts';
import type { TradeOptions } from './trade-command.ts';

export const trade: Command<TradeOptions> = async () => {
  throw new Bug('trade is not wired yet');
};
