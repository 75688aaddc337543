/**
 * The paper exchange for linear perpetual futures: long and short, isolated margin.
 *
 * It keeps no books: the portfolio is the account, read through `books()`. So there is nothing
 * that a crash could make disagree, and nothing of it to restore. The rules of a candle are in
 * paper-match.ts, those of the counter in paper-intake.ts, funding in paper-funding.ts.
 * Promises: market time only; the same books and candle give the same reports; a report depends
 * on no later candle. Never: a clock, dice, or a change of the books it reads.
 */
import { must } from '../base/assert.ts';
import { failed, ok } from '../base/result.ts';
import type { Millis } from '../base/time.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Report } from '../core/fact.ts';
import type { Candle, Contract } from '../core/market.ts';
import type { Books, Order } from '../core/order.ts';
import type { Settings } from '../core/settings.ts';
import { openDesk, positionOf } from './paper-desk.ts';
import { type FundingSource, settle } from './paper-funding.ts';
import { refusal } from './paper-intake.ts';
import { expireOrders, isStirring, matchInside, matchOpen } from './paper-match.ts';

export interface PaperOptions {
  books(): Books;
  settings(): Settings;
  /** The rules in force. */
  contractOf(symbol: string): Contract | undefined;
  readonly funding: FundingSource;
  readonly timeframeMs: Millis;
  /** Close price and close time of the symbol's last candle; null before its first. */
  lastClose(symbol: string): { readonly price: number; readonly time: Millis } | null;
}

const NOTHING: readonly Report[] = Object.freeze([]);
const NOTHING_DUE = Object.freeze([]);

export function paperExchange(options: PaperOptions): Exchange {
  const counter = {
    contractOf: options.contractOf,
    lastPrice: (symbol: string) => options.lastClose(symbol)?.price ?? null,
  };
  const answer = (order: Order): Report => {
    const books = options.books();
    const { id, createdAt: time } = order;
    if (books.orders[id] !== undefined) return { type: 'order.accepted', id, time };
    const now = options.lastClose(order.symbol)?.time ?? time;
    if (now >= order.expiresAt) return { type: 'order.expired', id, time: order.expiresAt };
    const reason = refusal(order, { ...counter, books, settings: options.settings() });
    return reason === null
      ? { type: 'order.accepted', id, time }
      : { type: 'order.rejected', id, time, reason };
  };
  return {
    submit: async order => ok(answer(order)),

    async find(clientOrderId, { id, createdAt: time }) {
      if (options.books().orders[id] !== undefined) return ok({ type: 'order.accepted', id, time });
      return failed('not-found', `paper has no order ${id} (${clientOrderId})`);
    },

    async cancel(orderId, clientOrderId) {
      const open = options.books().orders[orderId];
      if (open === undefined)
        return failed('not-found', `paper has no order ${orderId} (${clientOrderId})`);
      const time = options.lastClose(open.order.symbol)?.time ?? open.order.createdAt;
      return ok({ type: 'order.canceled', id: orderId, time, reason: 'canceled on request' });
    },

    advance: candle => advance(options, candle),
  };
}

function advance(options: PaperOptions, candle: Candle): readonly Report[] {
  const { symbol, time } = candle;
  const closeTime = time + options.timeframeMs;
  const books = options.books();
  const wasHeld = books.positions[symbol] !== undefined;
  const stirring = isStirring(books, candle, closeTime);
  if (!wasHeld && !stirring) return NOTHING;
  // One question a candle. Of a settlement at a close, the candle after it is the owner.
  const before = (options.lastClose(symbol)?.time ?? time) - 1;
  let due = wasHeld ? options.funding.between(symbol, before, closeTime - 1) : NOTHING_DUE;
  if (!stirring && due.length === 0) return NOTHING;

  const contract = must(options.contractOf(symbol), `the contract of ${symbol}`);
  const desk = openDesk({ books, candle, closeTime, contract, settings: options.settings() });
  settle(desk, due, { after: before, through: time });
  expireOrders(desk, time);
  matchOpen(desk);
  if (!wasHeld && positionOf(desk) !== undefined)
    due = options.funding.between(symbol, time, closeTime - 1);
  settle(desk, due, { after: time, through: closeTime - 1 });
  matchInside(desk);
  expireOrders(desk, closeTime);
  return desk.reports;
}
