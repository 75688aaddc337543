/** Analytics states for tests, made the only way there is: by folding facts. */
import { toUnits } from '../src/base/money.ts';
import { HOUR_MS } from '../src/base/time.ts';
import type { Fact } from '../src/core/fact.ts';
import { createFold } from '../src/core/fold.ts';
import type { TradeRecord } from '../src/core/order.ts';
import { DEFAULT_SETTINGS } from '../src/core/settings.ts';
import { analytics } from '../src/trade/analytics.ts';
import type { AnalyticsState } from '../src/trade/analytics-state.ts';

export const START = Date.UTC(2024, 0, 1);

export const configured = (startBalance: number): Fact => ({
  type: 'config.changed',
  settings: { ...DEFAULT_SETTINGS, startBalance: toUnits(startBalance) },
});

/** `hour` after START, equity in quote currency. */
export const marked = (hour: number, equity: number): Fact => ({
  type: 'equity.marked',
  time: START + hour * HOUR_MS,
  balance: toUnits(equity),
  equity: toUnits(equity),
  open: 0,
});

/** A trade of an hour that ends at `hour`; profit in quote currency. */
export function closed(hour: number, profit: number, changes: Partial<TradeRecord> = {}): Fact {
  const trade: TradeRecord = {
    id: `${hour}-0`,
    symbol: 'BTC/USDT:USDT',
    side: 'long',
    entryTime: START + (hour - 1) * HOUR_MS,
    exitTime: START + hour * HOUR_MS,
    entryPrice: 100,
    exitPrice: 101,
    quantity: 1.5,
    leverage: 3,
    fees: toUnits(0.5),
    funding: toUnits(-0.25),
    profit: toUnits(profit),
    profitRatio: profit / 50,
    durationMs: HOUR_MS,
    exitReason: profit > 0 ? 'take_profit' : 'stop_loss',
    strategy: 'breakout',
    models: { signal: 1, deep: 0 },
    ...changes,
  };
  return { type: 'trade.closed', trade };
}

export function folded(facts: readonly Fact[], state = analytics.initial()): AnalyticsState {
  const fold = createFold([analytics], { analytics: state });
  for (const fact of facts) fold(fact);
  return state;
}
