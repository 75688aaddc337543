/**
 * Rewards: what became of a waiting choice of the Q-table.
 *
 * Promises: a choice is answered once: by its trade's result, or with 0 when it led to nothing in
 * the time it had. The market's state after the outcome is the next state.
 */
import type { Millis } from '../base/time.ts';
import type { TradeRecord } from '../core/order.ts';
import type { Telling } from '../core/step.ts';
import { choiceExpired, rewardOf } from '../learn/q-table.ts';
import { symbolOf } from '../trade/market.ts';
import { isEntering } from '../trade/portfolio.ts';
import type { World } from './world.ts';

interface Outcome {
  readonly symbol: string;
  readonly time: Millis;
  readonly closed: readonly TradeRecord[];
}

export function tellRewards(world: World, outcome: Outcome, telling: Telling): void {
  const table = world['q-table'];
  const { symbol, time, closed } = outcome;
  const waiting = table.waiting[symbol];
  if (waiting === undefined) return;
  let reward = 0;
  if (closed.length > 0) for (const trade of closed) reward += rewardOf(trade, waiting.candles);
  else if (!choiceExpired(table, symbol, world.run.settings)) return;
  // Its entry is still on the way: the answer is yet to come.
  else if (isEntering(world.portfolio, symbol)) return;
  const { reading } = symbolOf(world.market, symbol);
  telling.tell({
    type: 'reward.observed',
    symbol,
    time,
    reward,
    candles: waiting.candles,
    nextRegime: reading.regime,
    nextVolatility: reading.volatility,
  });
}
