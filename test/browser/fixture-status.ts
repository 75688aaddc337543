/**
 * The account of the fixture: its figures, limits and lamps, as the bot's own code has them.
 *
 * Promises: what is told of trades and equity is counted from them.
 */
import { gaugesOf, lampsOf } from '../../src/app/account-view.ts';
import { drawdownOf } from '../../src/app/view.ts';
import { toUnits } from '../../src/base/money.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/base/time.ts';
import type { World } from '../../src/policy/world.ts';
import { initialRiskState } from '../../src/trade/risk-state.ts';
import { depthsOf } from '../../src/web/page/summary.ts';
import type { EquityRow, Status, TradeRow } from '../../src/web/view.ts';

export interface Past {
  readonly symbols: readonly string[];
  readonly candles: number;
  readonly end: number;
  readonly equity: readonly EquityRow[];
  readonly trades: readonly TradeRow[];
}

const DIRECTORY = 'models';
const START_BALANCE = 10_000;
const DAY_PROFIT = 42.18;
const SETTINGS = { dailyLossLimit: 0.05, maxDrawdown: 0.15, lossStreakLimit: 5 };

const sumOf = (rows: readonly TradeRow[], part: (row: TradeRow) => number): number =>
  rows.reduce((sum, row) => sum + part(row), 0);

export function statusOf({ symbols, candles, end, equity, trades }: Past, now: number): Status {
  const [, balance, last] = equity.at(-1)!;
  const won = trades.filter(({ profit }) => profit > 0);
  const lost = trades.filter(({ profit }) => profit <= 0);
  const world = worldOf(equity, trades);
  return {
    ...{ mode: 'simulated', market: 'simulated', symbols, quote: 'USDT' },
    ...{ timeframeMs: MINUTE_MS, version: '0.1.0', directory: DIRECTORY },
    ...{ startedAt: now - 3 * HOUR_MS, at: now, seq: 5000, candles: symbols.length * candles },
    ...{ marketTime: end, following: null, progress: null, candlesPerSecond: 30 },
    ...{ startBalance: START_BALANCE, balance, equity: last, dayProfit: DAY_PROFIT },
    ...{ drawdown: drawdownOf(world), drawdownMax: -Math.min(...depthsOf(equity)) },
    feesPaid: sumOf(trades, row => row.fees),
    fundingPaid: sumOf(trades, row => row.funding),
    ...{ closedTrades: trades.length, winRate: won.length / trades.length },
    profitFactor: sumOf(won, row => row.profit) / -sumOf(lost, row => row.profit),
    ...{ frozen: [], ended: null },
    ...{ gauges: gaugesOf(world), lamps: lampsOf(world, DIRECTORY) },
  };
}

/** As much of a world as limits and lamps look at. */
function worldOf(equity: readonly EquityRow[], trades: readonly TradeRow[]): World {
  const last = equity.at(-1)![2];
  const portfolio = { balance: toUnits(last), positions: {}, contracts: {}, marks: {} };
  const risk = {
    ...initialRiskState(),
    peakBalance: toUnits(Math.max(...equity.map(row => row[2]))),
    dailyStartBalance: toUnits(last - DAY_PROFIT),
    cooldownLosses: trades.length - 1 - trades.findLastIndex(({ profit }) => profit > 0),
  };
  const world = { run: { settings: SETTINGS }, portfolio, 'risk-manager': risk };
  return world as unknown as World;
}
