/**
 * The account as a dashboard shows it: figures, lamps and gauges, positions, orders, trades.
 *
 * Promises: read-only, off the world as it stands; amounts in quote currency, shares as fractions,
 * null where something is not known. What it costs does not grow with what is remembered.
 */
import { lotsToBase, toQuote } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import { type Contract, quoteOf } from '../core/market.ts';
import type { OpenOrder, Order, Position, TradeRecord } from '../core/order.ts';
import { marginOf, unrealisedOf } from '../core/position.ts';
import type { World } from '../policy/world.ts';
import type { EquityPoint } from '../trade/analytics-state.ts';
import { BREAKER_WORDS } from '../trade/breaker.ts';
import { equityOf } from '../trade/portfolio.ts';
import { BREAKERS } from '../trade/risk-state.ts';
import { breakerHold, endingText, type Hold, KILL_SWITCH_HOLD, pauseHold } from './hold.ts';
import { drawdownOf, marketTimeOf } from './view.ts';

/** Figures of the account and of its market. */
export function accountFigures(world: World) {
  const { portfolio, analytics, run } = world;
  const risk = world['risk-manager'];
  const { trades, wins, grossProfit, grossLoss } = analytics.totals;
  const equity = equityOf(portfolio);
  const drawdown = drawdownOf(world);
  const symbols = Object.keys(portfolio.contracts);
  return {
    symbols,
    quote: quoteOf(symbols[0] ?? ''),
    timeframeMs: run.settings.timeframeMs,
    candles: run.candles,
    marketTime: marketTimeOf(world),
    startBalance: toQuote(analytics.startBalance ?? portfolio.startBalance),
    balance: toQuote(portfolio.balance),
    equity: toQuote(equity),
    dayProfit: toQuote(equity - risk.dailyStartBalance),
    drawdown,
    drawdownMax: Math.max(drawdown, analytics.drawdown.maxShare),
    feesPaid: toQuote(portfolio.feesPaid),
    fundingPaid: toQuote(portfolio.fundingPaid),
    closedTrades: trades,
    winRate: trades === 0 ? null : wins / trades,
    profitFactor: grossLoss === 0 ? null : grossProfit / grossLoss,
  };
}

/** How near the limits are; the values are those that the breakers look at. */
export function gaugesOf(world: World) {
  const { settings } = world.run;
  const risk = world['risk-manager'];
  const equity = equityOf(world.portfolio);
  const { dailyStartBalance: day } = risk;
  const lost = Math.max(-risk.dailyRealised, day - equity, 0);
  return [
    {
      id: 'daily_loss' as const,
      title: 'lost today, the larger of marked and realised',
      value: day > 0 ? lost / day : 0,
      limit: settings.dailyLossLimit,
    },
    {
      id: 'max_drawdown' as const,
      title: 'drawdown from the peak',
      value: drawdownOf(world),
      limit: settings.maxDrawdown,
    },
    {
      id: 'loss_streak' as const,
      title: 'losses in a row',
      value: risk.cooldownLosses,
      limit: settings.lossStreakLimit,
    },
  ];
}

/** Everything that can hold entries back, on or off, in a fixed order. */
export function lampsOf(world: World, directory: string) {
  const { killSwitch, paused, flattening, breakers } = world['risk-manager'];
  const lampOf = <I extends string>(id: I, title: string, hold: Hold | null) => ({
    ...{ id, title, on: hold !== null, until: hold?.until ?? null },
    text: hold === null ? '' : `${hold.reason}: no new entries ${endingText(hold, directory)}`,
  });
  const flatten = { ...pauseHold({}), reason: 'every position is being closed' };
  return [
    lampOf('kill_switch', 'kill switch', killSwitch ? KILL_SWITCH_HOLD : null),
    lampOf('paused', 'paused', paused === undefined ? null : pauseHold(paused)),
    lampOf('flattening', 'flatten', flattening === undefined ? null : flatten),
    ...BREAKERS.map(breaker => {
      const latch = breakers[breaker];
      const hold = latch === null ? null : breakerHold(breaker, latch.until);
      return lampOf(breaker, BREAKER_WORDS[breaker], hold);
    }),
  ];
}

export const positionsOf = (world: World) =>
  Object.values(world.portfolio.positions).flatMap(position => {
    const contract = world.portfolio.contracts[position.symbol];
    return contract === undefined ? [] : [positionOf(world, position, contract)];
  });

function positionOf({ portfolio }: World, position: Position, contract: Contract) {
  const { symbol, direction, leverage } = position;
  const price = portfolio.marks[symbol]?.price ?? null;
  const profit = price === null ? null : unrealisedOf(position, price, contract);
  const putUp = marginOf(position.entryNotional, leverage);
  const quantity = lotsToBase(position.lots, contract.lotSize);
  return {
    ...{ symbol, side: direction, quantity, price, leverage },
    entryPrice: toQuote(position.entryNotional) / quantity,
    profit: profit === null ? null : toQuote(profit),
    profitRatio: profit === null || putUp <= 0 ? null : profit / putUp,
    margin: toQuote(position.margin),
    liquidationPrice: position.liquidationPrice,
    ...legsOf(Object.values(portfolio.orders), position),
    openedAt: position.openedAt,
    strategy: position.strategy,
  };
}

/** Of two stops the one that is reached first counts. */
function legsOf(orders: readonly OpenOrder[], { symbol, direction }: Position) {
  const legs = orders.filter(({ order }) => order.symbol === symbol && order.reduceOnly);
  const triggersOf = (...kinds: Order['kind'][]): number[] =>
    legs.flatMap(({ order, trigger }) =>
      kinds.includes(order.kind) && trigger !== null ? [trigger] : [],
    );
  const stops = triggersOf('stop', 'trailing_stop');
  const nearest = direction === 'long' ? Math.max(...stops) : Math.min(...stops);
  const stop = stops.length === 0 ? null : nearest;
  return { stop, takeProfit: triggersOf('take_profit')[0] ?? null };
}

/** Approved and unanswered ones first: they are what is going on. */
export const ordersOf = ({ portfolio }: World) => {
  const { orders, outbox, contracts } = portfolio;
  const rowOf = (state: 'waiting' | 'open', order: Order, held?: OpenOrder) => {
    const lotSize = contracts[order.symbol]?.lotSize ?? 1;
    const { id, symbol, side, kind, reduceOnly } = order;
    return {
      ...{ id, symbol, side, kind, reduceOnly, state },
      quantity: lotsToBase(order.lots, lotSize),
      filled: lotsToBase(held?.filledLots ?? 0, lotSize),
      price: order.price ?? held?.trigger ?? order.trigger,
    };
  };
  return [
    ...Object.values(outbox).map(({ order }) => rowOf('waiting', order)),
    ...Object.values(orders).map(open => rowOf('open', open.order, open)),
  ];
};

export const tradeOf = (trade: TradeRecord) => {
  const { id, symbol, side, entryTime, exitTime, entryPrice, exitPrice } = trade;
  const { quantity, leverage, profitRatio, durationMs, exitReason, strategy } = trade;
  return {
    ...{ id, symbol, side, entryTime, exitTime, entryPrice, exitPrice },
    ...{ quantity, leverage, profitRatio, durationMs, exitReason, strategy },
    fees: toQuote(trade.fees),
    funding: toQuote(trade.funding),
    profit: toQuote(trade.profit),
  };
};

/** The kept trades, oldest first; `last`: so many of the newest alone. */
export const tradesOf = ({ analytics }: World, last = Number.POSITIVE_INFINITY) =>
  analytics.trades.slice(-last).map(tradeOf);

export const equityRowOf = ({ time, balance, equity }: EquityPoint) =>
  [time, toQuote(balance), toQuote(equity)] as const satisfies readonly [Millis, number, number];

/** The kept equity curve, oldest first. */
export const equityRowsOf = ({ analytics }: World) => analytics.curve.map(equityRowOf);

const countsOf = (tallies: Readonly<Record<string, { readonly trades: number }>>) =>
  Object.fromEntries(Object.entries(tallies).map(([name, { trades }]) => [name, trades]));

/** Trades of all time. */
export const tradeCountsOf = ({ analytics }: World) => ({
  tradesBySymbol: countsOf(analytics.bySymbol),
  tradesByReason: countsOf(analytics.byExitReason),
});
