/**
 * Matching: what a candle does to the orders and the position of its symbol.
 *
 * Only four prices of a candle are known, so where its path leaves a choice it is the one that
 * is worse for us:
 * - At the open, in this order: liquidation beyond the liquidation price; stops that the gap
 *   jumped (filled at the open); market orders; limit entries that the open is already through;
 *   and the first two again for what was just entered.
 * - Inside: limit entries whose price was traded through; then stops and liquidation, the nearest
 *   to the open first; then targets, only when no stop fired ("stop before target").
 * - Targets are resting limit orders: filled at their price when it is traded through, maker fee.
 *   Of a position entered or grown inside the candle they wait: the extreme may lie before that.
 * - A stop that fired is a market order until it is done, also where the volume took not a lot of
 *   it: what is left goes at the next opens, at their prices. A target that found no volume rests.
 * - Without volume nothing fills and nothing is liquidated: nobody traded at those prices.
 * Fills at the open carry the candle's time, fills inside it the time of its close.
 */
import type { Candle } from '../core/market.ts';
import { type Books, hasFired, type OpenOrder, type Order, type Position } from '../core/order.ts';
import {
  cancelEntries,
  type Desk,
  fillOrder,
  liquidate,
  ordersOf,
  positionOf,
  report,
} from './paper-desk.ts';
import { slipped } from './paper-price.ts';

export function matchOpen(desk: Desk): void {
  if (desk.candle.volume === 0) return;
  matchGap(desk);
  for (const market of ordersOf(desk, isMarketExit)) fillAtOpen(desk, market);
  for (const market of ordersOf(desk, isMarketEntry)) fillAtOpen(desk, market);
  for (const limit of ordersOf(desk, isLimitEntry))
    if (isAwake(desk, limit.order) && isThrough(limit, desk.candle.open))
      fillLimit(desk, limit, desk.candle.time);
  // The open may lie beyond the stop of what it has just filled.
  matchGap(desk);
}

export function matchInside(desk: Desk): void {
  if (desk.candle.volume === 0) return;
  for (const limit of ordersOf(desk, isLimitEntry)) {
    if (!isAwake(desk, limit.order) || !isThrough(limit, favourableTo(limit.order, desk))) continue;
    if (fillLimit(desk, limit, desk.closeTime)) desk.enteredInside = true;
  }
  matchAdverse(desk);
  if (desk.stopped || desk.enteredInside) return;
  for (const target of ordersOf(desk, isTarget))
    if (isAwake(desk, target.order) && isThrough(target, favourableTo(target.order, desk)))
      fillLimit(desk, target, desk.closeTime);
}

/** What an open does to a position by itself. */
function matchGap(desk: Desk): void {
  const { open, time } = desk.candle;
  const held = positionOf(desk);
  if (held === undefined) return;
  if (isLiquidated(held, open)) liquidate(desk, time);
  for (const stop of stopsOf(desk))
    if (hasFired(stop) || hasReached(stop, open)) fireStop(desk, stop, { price: open, time });
}

/** Stops and liquidation along the adverse half of the candle, nearest to the open first. */
function matchAdverse(desk: Desk): void {
  for (const stop of stopsOf(desk)) {
    const held = positionOf(desk);
    if (held === undefined) return;
    const worst = held.direction === 'long' ? desk.candle.low : desk.candle.high;
    if (!hasReached(stop, worst)) continue;
    if (isLiquidated(held, worst) && isNearer(held, stop)) break;
    fireStop(desk, stop, { price: triggerOf(stop), time: desk.closeTime });
  }
  const held = positionOf(desk);
  if (held === undefined) return;
  const worst = held.direction === 'long' ? desk.candle.low : desk.candle.high;
  if (isLiquidated(held, worst)) liquidate(desk, desk.closeTime);
}

const isLiquidated = (held: Position, price: number): boolean =>
  held.direction === 'long' ? price <= held.liquidationPrice : price >= held.liquidationPrice;

/** The liquidation price comes before the stop. */
const isNearer = (held: Position, stop: OpenOrder): boolean =>
  held.direction === 'long'
    ? held.liquidationPrice >= triggerOf(stop)
    : held.liquidationPrice <= triggerOf(stop);

const triggerOf = (open: OpenOrder): number => open.trigger ?? 0;

/** A selling stop is reached from above, a buying one from below; touching is enough. */
const hasReached = (stop: OpenOrder, price: number): boolean =>
  stop.order.side === 'sell' ? price <= triggerOf(stop) : price >= triggerOf(stop);

/** Orders approved at a close act from the next open on; legs of this candle's entry at once. */
const isAwake = (desk: Desk, order: Order): boolean =>
  order.createdAt <= desk.candle.time ||
  (desk.enteredInside && order.reduceOnly && order.kind !== 'market');

const isStop = (order: Order): boolean =>
  order.reduceOnly && (order.kind === 'stop' || order.kind === 'trailing_stop');

const isTarget = (order: Order): boolean =>
  order.reduceOnly && (order.kind === 'take_profit' || order.kind === 'limit');

const isLimitEntry = (order: Order): boolean => !order.reduceOnly && order.kind === 'limit';

const isMarketExit = (order: Order): boolean => order.kind === 'market' && order.reduceOnly;

const isMarketEntry = (order: Order): boolean => order.kind === 'market' && !order.reduceOnly;

/** Awake stops, the one that the adverse path meets first in front. */
function stopsOf(desk: Desk): OpenOrder[] {
  const stops = ordersOf(desk, order => isStop(order) && isAwake(desk, order));
  return stops.sort((one, other) =>
    one.order.side === 'sell'
      ? triggerOf(other) - triggerOf(one)
      : triggerOf(one) - triggerOf(other),
  );
}

interface Moment {
  readonly price: number;
  readonly time: number;
}

function fireStop(desk: Desk, stop: OpenOrder, at: Moment): void {
  desk.stopped = true;
  fillAsMarket(desk, stop, at);
  const left = desk.account.orders[stop.order.id];
  if (left === undefined || hasFired(left)) return;
  report(desk, { type: 'order.triggered', id: left.order.id, time: at.time });
  cancelEntries(desk, at.time);
}

function fillAtOpen(desk: Desk, market: OpenOrder): void {
  const { open, time } = desk.candle;
  if (isAwake(desk, market.order)) fillAsMarket(desk, market, { price: open, time });
}

function fillAsMarket(desk: Desk, order: OpenOrder, { price, time }: Moment): void {
  const { contract, settings } = desk;
  const worse = slipped(price, order.order.side, { slippage: settings.slippage, contract });
  fillOrder(desk, order, { price: worse, liquidity: 'taker', time });
}

const limitPriceOf = (limit: OpenOrder): number => limit.order.price ?? triggerOf(limit);

/** The extreme that a limit order waits for. */
const favourableTo = (order: Order, desk: Desk): number =>
  order.side === 'buy' ? desk.candle.low : desk.candle.high;

/** Strictly: at its very price an order may still stand in the queue. */
const isThrough = (limit: OpenOrder, price: number): boolean =>
  limit.order.side === 'buy' ? price < limitPriceOf(limit) : price > limitPriceOf(limit);

function fillLimit(desk: Desk, limit: OpenOrder, time: number): boolean {
  const { candle } = desk;
  // One that met the open on arrival never rested in the book.
  const arrived = limit.order.createdAt === candle.time && isThrough(limit, candle.open);
  const liquidity = arrived ? 'taker' : 'maker';
  return fillOrder(desk, limit, { price: limitPriceOf(limit), liquidity, time });
}

/** Expired orders leave; a stop that has fired goes on until it is done. */
export function expireOrders(desk: Desk, now: number): void {
  for (const { order } of ordersOf(desk, order => order.expiresAt <= now)) {
    const open = desk.account.orders[order.id];
    if (isStop(order) && open !== undefined && hasFired(open)) continue;
    report(desk, { type: 'order.expired', id: order.id, time: order.expiresAt });
  }
}

/** False only when the candle can change nothing for its symbol. Allocates nothing. */
export function isStirring(books: Books, candle: Candle, closeTime: number): boolean {
  const held = books.positions[candle.symbol];
  if (
    held !== undefined &&
    isLiquidated(held, held.direction === 'long' ? candle.low : candle.high)
  )
    return true;
  for (const id in books.orders) {
    const open = books.orders[id];
    if (open === undefined || open.order.symbol !== candle.symbol) continue;
    const { order } = open;
    if (order.expiresAt <= closeTime || hasFired(open)) return true;
    const sells = order.side === 'sell';
    if (isStop(order) && !hasReached(open, sells ? candle.low : candle.high)) continue;
    if (isTarget(order) && !isThrough(open, sells ? candle.high : candle.low)) continue;
    return true;
  }
  return false;
}
