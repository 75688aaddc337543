/**
 * The portfolio: positions, open orders, the outbox of approved but unanswered orders, the wallet.
 *
 * It is the account: on paper there are no other books. Promises: balance = start + realised −
 * fees − funding to the unit (see check); a closed position waits as a `TradeRecord` until
 * `trade.closed` tells it. Never: decides, sizes, or looks at a clock.
 *
 * Within a step the exchange's reports are folded before `candle.closed`: a candle moves a
 * trailing stop only for the candles after it.
 */
import { Bug } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import { type Account, applyFill, applyTrigger, freeOf, reservedBy } from '../core/account.ts';
import { entryStopOf, holdCandle } from '../core/bracket.ts';
import type { Component, Handlers } from '../core/component.ts';
import type { Contract, MaintenanceTier } from '../core/market.ts';
import type { Approved, Books, OpenOrder, Order, TradeRecord } from '../core/order.ts';
import { byAge, type Outbox, waitingOrders } from '../core/outbox.ts';
import { tradeRecordOf, unrealisedOf } from '../core/position.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import type { VenueBooks } from '../core/venue-books.ts';
import { decodePortfolio, encodePortfolio } from './portfolio-codec.ts';
import { noteFill, settleFunding, venueHandlers } from './portfolio-venue.ts';
import { applyTierRules } from './tier-rule.ts';

/** The last price known of a symbol; `time` is the close of its candle. */
export interface Mark {
  price: number;
  time: Millis;
}

export interface Portfolio extends Account {
  startBalance: Units;
  timeframeMs: Millis;
  /** The rules in force. */
  readonly contracts: Record<string, Contract>;
  /** The market's tiers of the contracts whose tiers the settings replace; absent: none. */
  ownTiers?: Record<string, readonly MaintenanceTier[]>;
  readonly outbox: Outbox;
  readonly marks: Record<string, Mark>;
  /** Trades closed and not yet told; empty between steps. */
  readonly closing: TradeRecord[];
  /** Fills so far; the start balance is fixed by the first one. */
  fills: number;
  /** Of a live account alone. */
  venue?: VenueBooks;
}

const initial = (): Portfolio => ({
  startBalance: DEFAULT_SETTINGS.startBalance,
  balance: DEFAULT_SETTINGS.startBalance,
  realised: 0,
  feesPaid: 0,
  fundingPaid: 0,
  positions: {},
  orders: {},
  timeframeMs: DEFAULT_SETTINGS.timeframeMs,
  contracts: {},
  outbox: {},
  marks: {},
  closing: [],
  fills: 0,
});

const on: Handlers<Portfolio> = {
  'directory.bound'(state, fact) {
    state.timeframeMs = fact.timeframeMs;
    for (const contract of fact.contracts) state.contracts[contract.symbol] = contract;
  },
  'config.changed'(state, { settings }) {
    applyTierRules(state, settings.maintenanceTiers);
    // A live account holds what it holds.
    if (state.fills > 0 || state.venue !== undefined) return;
    state.startBalance = settings.startBalance;
    state.balance = settings.startBalance;
  },
  'order.approved'(state, { order }) {
    state.outbox[order.id] = { order };
  },
  'order.accepted': (state, fact) => accept(state, fact.id),
  'order.rejected': (state, fact) => drop(state, fact.id),
  'order.expired': (state, fact) => drop(state, fact.id),
  'order.canceled': (state, fact) => drop(state, fact.id),
  'order.triggered': applyTrigger,
  'order.filled'(state, fact) {
    const contract = contractOf(state, fact.symbol);
    accept(state, fact.id);
    noteFill(state, fact);
    state.fills += 1;
    const reason = fact.exitReason ?? state.orders[fact.id]?.order.exitReason ?? 'force_exit';
    const held = state.positions[fact.symbol];
    // Asked before the fill: with the last lot the legs go.
    const entryStop = held === undefined ? null : entryStopOf(state.orders, held);
    const closed = applyFill(state, fact, contract);
    if (closed !== null)
      state.closing.push(tradeRecordOf(closed, { time: fact.time, reason, entryStop }, contract));
  },
  'trade.closed'(state, { trade }) {
    const index = state.closing.findIndex(({ id }) => id === trade.id);
    if (index >= 0) state.closing.splice(index, 1);
  },
  'funding.settled': settleFunding,
  ...venueHandlers,
  'candle.closed'(state, candle) {
    const mark = state.marks[candle.symbol];
    const time = candle.time + state.timeframeMs;
    if (mark === undefined) state.marks[candle.symbol] = { price: candle.close, time };
    else {
      mark.price = candle.close;
      mark.time = time;
    }
    const position = state.positions[candle.symbol];
    if (position === undefined) return;
    holdCandle(state, position, { candle, contract: contractOf(state, candle.symbol) });
  },
};

export const portfolio: Component<'portfolio', Portfolio> = {
  id: 'portfolio',
  title: 'portfolio',
  version: 2,
  money: true,
  // Since then a stop may be triggered, the settings may replace a contract's tiers, and the account
  // may be a live one.
  upgrades: { 2: old => old },
  file: {
    name: 'portfolio_state.json',
    format: 'json',
    encode: encodePortfolio,
    decode: decodePortfolio,
  },
  initial,
  on,
  check,
};

/**
 * Balance and unrealised profit at the last closes. Once a candle: allocates nothing.
 * Past what money can count it is a fault, told before the step that saw it becomes history.
 */
export function equityOf(state: Portfolio): Units {
  let equity = state.balance;
  for (const symbol in state.positions) {
    const position = state.positions[symbol];
    const contract = state.contracts[symbol];
    const mark = state.marks[symbol];
    if (position !== undefined && contract !== undefined && mark !== undefined)
      equity += unrealisedOf(position, mark.price, contract);
  }
  if (!Number.isSafeInteger(equity)) throw uncountable(state);
  return equity;
}

function uncountable({ positions, marks }: Portfolio): Fault {
  const held = Object.keys(positions).map(symbol => `${symbol} at ${marks[symbol]?.price}`);
  return new Fault(
    EXIT.corrupt,
    `the account is worth more than can be counted (90 million) with ${held.join(', ')}`,
    'if a price is wrong, mend the tape and go on; nothing of this candle was kept',
  );
}

/** What new entries may still use: margins and the reserve of unfilled entries are taken off. */
export function availableOf(state: Portfolio): Units {
  let reserved = 0;
  for (const id in state.orders) reserved += reserveOf(state, state.orders[id]);
  for (const id in state.outbox) {
    const waiting = state.outbox[id];
    if (waiting !== undefined)
      reserved += reserveOf(state, { order: waiting.order, filledLots: 0, trigger: null });
  }
  return freeOf(state, reserved);
}

/** The account as the paper exchange reads it. */
export const booksOf = (state: Portfolio): Books => state;

/** Approved orders that nobody has answered, oldest first. */
export const outboxOf = (state: Portfolio): Approved[] => waitingOrders(state.outbox);

/**
 * The trade that the fact just folded has closed, for the step to tell as `trade.closed`.
 * Ask after each `order.filled`.
 */
export const tradeOf = (state: Portfolio): TradeRecord | null => state.closing[0] ?? null;

/** True when an order that would open or grow a position in the symbol is on its way. */
export function isEntering(state: Portfolio, symbol: string): boolean {
  for (const id in state.orders) if (entersWith(state.orders[id]?.order, symbol)) return true;
  for (const id in state.outbox) if (entersWith(state.outbox[id]?.order, symbol)) return true;
  return false;
}

/**
 * Symbols with a position or an order that would open one: an entry filled in part is one trade.
 * Markets without a candle since `heardSince` are left out.
 */
export function openTrades(state: Portfolio, heardSince: Millis): number {
  let count = 0;
  for (const symbol in state.positions) if (isHeard(state, symbol, heardSince)) count += 1;
  // Asked on each candle, and mostly nothing is entering.
  let entering: Set<string> | null = null;
  for (const waiting of [state.orders, state.outbox])
    for (const id in waiting) {
      const order = waiting[id]?.order;
      if (order === undefined || order.reduceOnly) continue;
      if (state.positions[order.symbol] !== undefined) continue;
      if (!isHeard(state, order.symbol, heardSince)) continue;
      entering ??= new Set();
      entering.add(order.symbol);
    }
  return count + (entering?.size ?? 0);
}

const isHeard = ({ marks }: Portfolio, symbol: string, since: Millis): boolean =>
  (marks[symbol]?.time ?? since) >= since;

/** Entries that the exchange has accepted and not wholly filled, oldest first. */
export function openEntriesOf(state: Portfolio): Order[] {
  const entries: Order[] = [];
  for (const id in state.orders) {
    const order = state.orders[id]?.order;
    if (order !== undefined && !order.reduceOnly) entries.push(order);
  }
  return entries.sort(byAge);
}

/** True when an order of the policy to leave the symbol's position is on its way. */
export function isLeaving(state: Portfolio, symbol: string): boolean {
  for (const id in state.orders) if (leavesWith(state.orders[id]?.order, symbol)) return true;
  for (const id in state.outbox) if (leavesWith(state.outbox[id]?.order, symbol)) return true;
  return false;
}

type MaybeOrder = OpenOrder['order'] | undefined;

const entersWith = (order: MaybeOrder, symbol: string): boolean =>
  order !== undefined && order.symbol === symbol && !order.reduceOnly;

const leavesWith = (order: MaybeOrder, symbol: string): boolean =>
  order !== undefined && order.symbol === symbol && order.reduceOnly && order.kind === 'market';

function contractOf(state: Portfolio, symbol: string): Contract {
  const found = state.contracts[symbol];
  // Not a must: its message would be built on every call.
  if (found === undefined) throw new Bug(`missing: the contract of ${symbol}`);
  return found;
}

function reserveOf(state: Portfolio, open: OpenOrder | undefined): Units {
  if (open === undefined) return 0;
  const { order, filledLots } = open;
  const contract = contractOf(state, order.symbol);
  const price = state.marks[order.symbol]?.price ?? 0;
  return reservedBy(order, { lots: order.lots - filledLots, price }, contract);
}

/** From the outbox to the open orders; an answer that came before changes nothing. */
function accept(state: Portfolio, id: string): void {
  const waiting = state.outbox[id];
  if (waiting === undefined) return;
  delete state.outbox[id];
  const { order } = waiting;
  state.orders[id] = { order, filledLots: 0, trigger: order.trigger };
}

function drop(state: Portfolio, id: string): void {
  delete state.outbox[id];
  delete state.orders[id];
}

function check(state: Portfolio): string | null {
  const { startBalance, realised, feesPaid, fundingPaid, balance } = state;
  if (balance !== startBalance + realised - feesPaid - fundingPaid)
    return 'balance is not start balance + realised − fees − funding';
  if (state.closing.length > 0) return 'a trade was closed and never told';
  for (const [symbol, position] of Object.entries(state.positions)) {
    if (state.contracts[symbol] === undefined)
      return `a position in ${symbol}, an unknown contract`;
    if (position.lots <= 0 || position.margin < 0)
      return `the position in ${symbol} has no lots or a negative margin`;
  }
  for (const [id, { order, filledLots }] of Object.entries(state.orders)) {
    if (filledLots < 0 || filledLots >= order.lots) return `order ${id} is filled and still open`;
    if (state.outbox[id] !== undefined) return `order ${id} is both open and unanswered`;
  }
  return null;
}
