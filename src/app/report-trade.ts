/**
 * Trades for a report: those that are kept, and what came of them by symbol, strategy and reason.
 *
 * Promises: counts and sums are of all time (analytics keeps them), times and notionals of the trades
 * that are kept. A time with two positions counts once. Never: leaves out a fee.
 */
import { toQuote } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { TradeRecord } from '../core/order.ts';
import type { AnalyticsState, Tally } from '../trade/analytics-state.ts';
import { tradeOf } from './account-view.ts';
import type { GroupView, TradesView } from './report-view.ts';

/** `until`: the market's time now. */
export function tradesView(state: AnalyticsState, until: Millis): TradesView {
  const { trades, totals, bySymbol, byStrategy, byExitReason, startedAt } = state;
  const first = trades.length < totals.trades ? firstEntry(trades) : startedAt;
  const lived = Math.max(0, until - (first ?? until));
  const group = (tallies: Readonly<Record<string, Tally>>, nameOf: (one: TradeRecord) => string) =>
    groupsOf(tallies, { trades, nameOf, lived });
  return {
    rows: trades.map(tradeOf),
    count: totals.trades,
    winStreak: totals.winStreak,
    lossStreak: totals.lossStreak,
    bySymbol: group(bySymbol, ({ symbol }) => symbol),
    byStrategy: group(byStrategy, ({ strategy }) => strategy),
    byExitReason: group(byExitReason, ({ exitReason }) => exitReason),
  };
}

const firstEntry = (trades: readonly TradeRecord[]): Millis =>
  trades.reduce((first, { entryTime }) => Math.min(first, entryTime), Number.POSITIVE_INFINITY);

interface Grouping {
  readonly trades: readonly TradeRecord[];
  readonly nameOf: (trade: TradeRecord) => string;
  readonly lived: Millis;
}

/** The largest first. */
function groupsOf(
  tallies: Readonly<Record<string, Tally>>,
  { trades, nameOf, lived }: Grouping,
): GroupView[] {
  const kept = Map.groupBy(trades, nameOf);
  const groups = Object.entries(tallies).map(([name, tally]) => {
    const own = kept.get(name) ?? [];
    return {
      name,
      trades: tally.trades,
      winRate: tally.trades > 0 ? tally.wins / tally.trades : null,
      profit: toQuote(tally.profit),
      fees: toQuote(tally.fees),
      funding: toQuote(tally.funding),
      timeInMarket: lived > 0 ? Math.min(1, coveredMs(own) / lived) : 0,
      notional: own.reduce((sum, { entryPrice, quantity }) => sum + entryPrice * quantity, 0),
    };
  });
  return groups.sort((a, b) => b.trades - a.trades || (a.name < b.name ? -1 : 1));
}

function coveredMs(trades: readonly TradeRecord[]): Millis {
  let [covered, through] = [0, Number.NEGATIVE_INFINITY];
  for (const { entryTime, exitTime } of trades.toSorted((a, b) => a.entryTime - b.entryTime)) {
    covered += Math.max(0, exitTime - Math.max(entryTime, through));
    through = Math.max(through, exitTime);
  }
  return covered;
}
