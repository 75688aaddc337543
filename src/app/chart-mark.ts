/**
 * Marks on a price chart: entries, exits, and the stop that an entry was made with.
 *
 * Promises: read-only; a trade that is over gives the marks that it gave while it ran. Never: marks
 * an order that was not filled.
 */
import { toQuote } from '../base/money.ts';
import { entryStopOf } from '../core/bracket.ts';
import type { Fact } from '../core/fact.ts';
import { signOf, type TradeRecord } from '../core/order.ts';
import type { World } from '../policy/world.ts';
import { signed } from './number-text.ts';

/** Of the fill that began a position; of any other fill none: its trade tells of it. */
export function marksOfFill({ portfolio }: World, fill: Fact<'order.filled'>) {
  const position = portfolio.positions[fill.symbol];
  if (position?.entryOrderId !== fill.id) return [];
  const { symbol, direction: side, strategy } = position;
  const { time, price } = fill;
  return withStop({ symbol, side, time, price, strategy }, entryStopOf(portfolio.orders, position));
}

export const exitMarkOf = ({ symbol, side, ...trade }: TradeRecord) => ({
  ...{ symbol, side, time: trade.exitTime, price: trade.exitPrice, kind: 'exit' as const },
  text: `${trade.exitReason}, ${signed(toQuote(trade.profit))}`,
});

/** Of a trade whose fills were not seen. */
export function marksOfTrade(trade: TradeRecord) {
  const { symbol, side, entryTime: time, entryPrice: price, strategy, risk, quantity } = trade;
  const distance = risk === undefined ? null : toQuote(risk) / quantity;
  const stop = distance === null ? null : price - signOf(side) * distance;
  return [...withStop({ symbol, side, time, price, strategy }, stop), exitMarkOf(trade)];
}

/** Of a position that is open and whose fills were not seen: its stop is where it stands by now. */
export const marksOfPosition = ({ openedAt: time, entryPrice: price, stop, ...row }: Held) => {
  const { symbol, side, strategy } = row;
  return withStop({ symbol, side, time, price, strategy }, stop);
};

interface Held extends Pick<Entered, 'symbol' | 'side' | 'strategy'> {
  readonly openedAt: number;
  readonly entryPrice: number;
  readonly stop: number | null;
}

interface Entered extends Pick<TradeRecord, 'symbol' | 'side' | 'strategy'> {
  readonly time: number;
  readonly price: number;
}

function withStop({ strategy, ...place }: Entered, stop: number | null) {
  const entry = { ...place, kind: 'entry' as const, text: `entry ${strategy}` };
  if (stop === null) return [entry];
  return [entry, { ...place, price: stop, kind: 'stop' as const, text: 'stop' }];
}
