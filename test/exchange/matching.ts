/**
 * What a price's move does to orders and positions: stops trigger, limit orders fill, positions
 * are liquidated, each at the price where it is reached, the nearest first.
 *
 * Promises: a market order fills one tick worse than the last trade; a limit order fills only when
 * the price trades through it; a jump fills at the price it lands on. Never: fills more of a
 * reduce-only order than there is to reduce.
 */
import type { Books, Execution } from './books.ts';
import { type Order, remaining, type Wanted } from './order.ts';
import {
  bankruptPrice,
  isLong,
  liquidationPrice,
  type Position,
  reducible,
  sizeOf,
} from './position.ts';
import type { Move } from './price-path.ts';

/** Something that lies on the way of the price. */
interface Obstacle {
  readonly price: bigint;
  readonly key: string;
  readonly act: (price: bigint) => void;
}

/** Works a new or triggered order at the price of the last trade. */
export function work(books: Books, order: Order, last: bigint): void {
  const { tick } = books.position(order.symbol).contract;
  const best = order.side === 'buy' ? last + tick : last - tick;
  const crosses =
    order.price === null || (order.side === 'buy' ? order.price >= best : order.price <= best);
  if (!crosses) {
    if (order.timeInForce !== 'GTC') books.cancel(order);
    return;
  }
  fillPiece(books, order, { price: best, liquidity: 'taker' });
  if (order.state === 'open' && order.timeInForce !== 'GTC') books.cancel(order);
}

/** One of an order's pieces; what a reduce-only order has no position for is canceled. */
function fillPiece(books: Books, order: Order, at: Omit<Execution, 'lots'>): void {
  const reduces = order.reduceOnly || order.closeOrder;
  const bounded = reduces ? reducible(books.position(order.symbol), order.side) : remaining(order);
  const lots = Math.min(bounded, remaining(order), Math.ceil(order.size / order.pieces));
  if (lots > 0) books.fill(order, { ...at, lots });
  const left = reduces ? reducible(books.position(order.symbol), order.side) : 1;
  if (order.state === 'open' && left === 0) books.cancel(order);
}

/** A stop order whose price was reached. */
export function triggerStop(books: Books, order: Order, last: bigint): void {
  const reduces = order.reduceOnly || order.closeOrder;
  if (reduces && reducible(books.position(order.symbol), order.side) === 0) {
    books.trigger(order, 'error.createOrder.noPositionToClose');
    books.cancel(order);
    return;
  }
  books.trigger(order);
  if (order.closeOrder) order.size = reducible(books.position(order.symbol), order.side);
  work(books, order, last);
}

/** True where a stop's price lies on the far side of the last trade already. */
export const isReached = (wanted: Wanted, last: bigint): boolean =>
  wanted.stopPrice !== null &&
  (wanted.stop === 'down' ? wanted.stopPrice >= last : wanted.stopPrice <= last);

export function moveThrough(books: Books, move: Move): void {
  const acted = new Set<string>();
  for (;;) {
    const next = nearest(obstacles(books, move, acted), move);
    if (next === null) break;
    acted.add(next.key);
    next.act(move.jump ? move.to : next.price);
  }
  for (const order of [...books.live])
    if (isWorking(order, move) && !acted.has(order.id)) {
      const { tick } = move.contract;
      const price = order.side === 'buy' ? move.to + tick : move.to - tick;
      fillPiece(books, order, { price, liquidity: 'taker' });
    }
}

/** A market order of which pieces are left. */
const isWorking = (order: Order, move: Move): boolean =>
  order.state === 'open' && order.price === null && order.symbol === move.contract.id;

function nearest(found: readonly Obstacle[], move: Move): Obstacle | null {
  const falls = move.to < move.from;
  let best: Obstacle | null = null;
  for (const one of found)
    if (best === null || (falls ? one.price > best.price : one.price < best.price)) best = one;
  return best;
}

function obstacles(books: Books, move: Move, acted: ReadonlySet<string>): Obstacle[] {
  const found: Obstacle[] = [];
  for (const order of books.live) {
    if (order.symbol !== move.contract.id || acted.has(order.id)) continue;
    const price = reachedPrice(order, move);
    if (price === null) continue;
    const act = (at: bigint): void =>
      order.state === 'waiting'
        ? triggerStop(books, order, at)
        : fillPiece(books, order, { price, liquidity: 'maker' });
    found.push({ price, key: order.id, act });
  }
  const end = endOf(books.position(move.contract.id), move);
  if (end !== null)
    found.push({ price: end, key: 'liquidation', act: at => liquidate(books, move, at) });
  return found;
}

/** Where the move reaches an order; null: it does not. */
function reachedPrice(order: Order, move: Move): bigint | null {
  const [falls, rises] = [move.to < move.from, move.to > move.from];
  if (order.state === 'waiting') {
    const { stop, stopPrice } = order;
    if (stopPrice === null) return null;
    const reached = stop === 'down' ? falls && stopPrice >= move.to : rises && stopPrice <= move.to;
    return reached ? stopPrice : null;
  }
  if (order.price === null) return null;
  const through = order.side === 'buy' ? move.to < order.price : move.to > order.price;
  return through ? order.price : null;
}

function endOf(position: Position, move: Move): bigint | null {
  if (position.lots === 0) return null;
  const price = liquidationPrice(position);
  const reached = isLong(position) ? price >= move.to : price <= move.to;
  return reached ? price : null;
}

/** The exchange closes the position; all of its margin is gone. */
function liquidate(books: Books, move: Move, at: bigint): void {
  const position = books.position(move.contract.id);
  if (position.lots === 0) return;
  const worst = bankruptPrice(position);
  const long = isLong(position);
  const price = long ? (at > worst ? at : worst) : at < worst ? at : worst;
  const order = books.enter({
    ...{ clientOid: '', symbol: move.contract.id, side: long ? 'sell' : 'buy', type: 'market' },
    ...{ size: sizeOf(position), price: null, leverage: position.leverage, reduceOnly: true },
    ...{ closeOrder: false, stop: '', stopPrice: null, timeInForce: 'GTC', postOnly: false },
    attached: null,
  });
  const lots = order.size;
  books.fill(order, { lots, price, liquidity: 'taker', kind: 'liquidation' });
}
