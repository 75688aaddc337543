/**
 * Facts as events: which are told of, in words for people and in figures for programs.
 *
 * Promises: pure; the same for the same fact. Never: needs more than the fact and the contracts.
 */
import type { EventName } from '../app/event-name.ts';
import { quoteOf, screenLineOf } from '../app/fact-log.ts';
import { decimal, priceText } from '../app/number-text.ts';
import { lotsToBase, toQuote } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { Fact } from '../core/fact.ts';
import type { TradeRecord } from '../core/order.ts';

/** What a fact alone does not say. */
export interface FactContext {
  readonly directory: string;
  /** Base units of a lot, by symbol. */
  readonly lotSizes: Readonly<Record<string, number>>;
}

export interface FactEvent {
  readonly type: EventName;
  readonly time: Millis | null;
  readonly text: string;
  readonly data: object;
}

/** Cheap: it is asked of every fact while the bot trades. Null: nobody is told of it. */
export function eventNameOf(fact: Fact): EventName | null {
  switch (fact.type) {
    case 'order.filled':
      return isEntry(fact) ? 'entry.filled' : null;
    case 'model.trained':
      return fact.adopted ? 'model.adopted' : null;
    case 'trade.closed':
    case 'order.rejected':
    case 'order.doubted':
    case 'order.orphaned':
    case 'position.adopted':
    case 'position.left':
    case 'balance.corrected':
    case 'breaker.tripped':
    case 'breaker.released':
    case 'kill-switch.set':
    case 'trading.paused':
    case 'trading.resumed':
    case 'flatten.ordered':
    case 'flatten.completed':
    case 'memory.replaced':
      return fact.type;
    default:
      return null;
  }
}

/** Legs and exits say why they leave; what another's hand did is told when the trade is closed. */
const isEntry = ({ id, exitReason }: Fact<'order.filled'>): boolean =>
  exitReason === null && !id.includes(':');

export function factEvent(fact: Fact, context: FactContext): FactEvent | null {
  const type = eventNameOf(fact);
  if (type === null) return null;
  const time = fact.type === 'trade.closed' ? fact.trade.exitTime : timeOf(fact);
  return { type, time, text: textOf(fact, context), data: dataOf(fact, context) };
}

/** Before the first candle there is no time of the market: what was told then says 0. */
const timeOf = (fact: Fact): Millis | null => ('time' in fact && fact.time > 0 ? fact.time : null);

function textOf(fact: Fact, context: FactContext): string {
  switch (fact.type) {
    case 'order.filled':
      return entryText(fact, context);
    case 'order.rejected':
      return `order ${fact.id} was rejected: ${fact.reason}`;
    default:
      return screenLineOf(fact, context.directory) ?? fact.type;
  }
}

function entryText(fact: Fact<'order.filled'>, { lotSizes }: FactContext): string {
  const { symbol, side, lots, price, fee } = fact;
  const quantity = lotsToBase(lots, lotSizes[symbol] ?? 1);
  const way = side === 'buy' ? 'long' : 'short';
  return (
    `entered ${way} ${quantity} ${symbol} at ${priceText(price)}, ` +
    `fee ${decimal(toQuote(fee))} ${quoteOf(symbol)}`
  );
}

/** Without its name, money in quote currency, lots as base units beside them. */
function dataOf(fact: Fact, { lotSizes }: FactContext): object {
  if (fact.type === 'trade.closed') return tradeData(fact.trade);
  const { type: _, ...data } = fact;
  const quantity =
    'lots' in data && 'symbol' in data ? lotsToBase(data.lots, lotSizes[data.symbol] ?? 1) : null;
  return {
    ...data,
    ...('equity' in data && { equity: toQuote(data.equity) }),
    ...('amount' in data && { amount: toQuote(data.amount) }),
    ...('fee' in data && { fee: toQuote(data.fee) }),
    ...(quantity !== null && { quantity }),
  };
}

const tradeData = (trade: TradeRecord): object => ({
  ...trade,
  profit: toQuote(trade.profit),
  fees: toQuote(trade.fees),
  funding: toQuote(trade.funding),
  ...(trade.risk !== undefined && { risk: toQuote(trade.risk) }),
});
