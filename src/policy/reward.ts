/**
 * Rewards: what became of a waiting choice of the Q-table.
 *
 * Promises: a choice is answered once: by its trade's result, wherever that is closed, or with 0
 * when it led to nothing in the time it had. The next state is what the market of the symbol reads
 * by then.
 */
import { must } from '../base/assert.ts';
import type { Millis } from '../base/time.ts';
import { ADOPTED, type TradeRecord } from '../core/order.ts';
import type { Telling } from '../core/step.ts';
import { choiceExpired, rewardOf, waitingChoice } from '../learn/q-table.ts';
import { symbolOf } from '../trade/market.ts';
import { isEntering } from '../trade/portfolio.ts';
import type { World } from './world.ts';

export interface Moment {
  readonly time: Millis;
  readonly telling: Telling;
}

/** Answers the choices that led to these trades. */
export function tellRewards(world: World, closed: readonly TradeRecord[], moment: Moment): void {
  for (const trade of closed) {
    const { symbol, strategy } = trade;
    // No choice led to it, and one may be waiting all the same.
    if (strategy === ADOPTED) continue;
    const choice = waitingChoice(world['q-table'], symbol);
    if (choice !== null)
      tellReward(world, { ...moment, symbol, reward: rewardOf(trade, choice.candles) });
  }
}

/** Gives up the symbol's choice when its time is over. */
export function tellGivenUp(world: World, symbol: string, moment: Moment): void {
  if (!choiceExpired(world['q-table'], symbol, world.run.settings)) return;
  // Its entry is still on the way: the answer is yet to come.
  if (isEntering(world.portfolio, symbol)) return;
  tellReward(world, { ...moment, symbol, reward: 0 });
}

interface Outcome extends Moment {
  readonly symbol: string;
  readonly reward: number;
}

function tellReward(world: World, { symbol, time, reward, telling }: Outcome): void {
  const { reading } = symbolOf(world.market, symbol);
  const { candles } = must(waitingChoice(world['q-table'], symbol), 'the choice to reward');
  telling.tell({
    type: 'reward.observed',
    symbol,
    time,
    reward,
    candles,
    nextRegime: reading.regime,
    nextVolatility: reading.volatility,
  });
}
