/**
 * What judges are shown of the books, as plain JSON: decimals are text.
 *
 * Promises: everything that Holdfast's own books are compared with. Never: changes anything.
 */
import type { Books } from './books.ts';
import { text } from './decimal.ts';
import { fillBook } from './fill.ts';
import type { Order } from './order.ts';
import { positionBook } from './position.ts';

export type JudgedBooks = ReturnType<typeof judgedBooks>;

export function judgedBooks(books: Books) {
  const live = [...books.live];
  return {
    timeMs: books.nowMs,
    wallet: text(books.wallet),
    positions: books.positions.map(positionBook),
    orders: live.filter(order => order.state === 'open').map(orderBook),
    stops: live.filter(order => order.state === 'waiting').map(orderBook),
    fills: books.fills.map(fillBook),
    fundings: books.fundings.map(funding => ({
      ...funding,
      price: text(funding.price),
      cost: text(funding.cost),
      amount: text(funding.amount),
    })),
    ledger: books.ledger.map(entry => ({
      ...entry,
      amount: text(entry.amount),
      wallet: text(entry.wallet),
    })),
    /** Every client order id, how often an order was accepted under it, and refused as repeated. */
    clientOids: Object.fromEntries(books.ids),
    /** Stretches of time that a position stood without a stop for all its lots. */
    bare: books.watch.stretches.map(bare => ({ ...bare })),
  };
}

const orderBook = (order: Order) => ({
  ...{ id: order.id, clientOid: order.clientOid, symbol: order.symbol, side: order.side },
  ...{ type: order.type, size: order.size, filled: order.filledLots, stop: order.stop },
  ...{ reduceOnly: order.reduceOnly, closeOrder: order.closeOrder },
  price: order.price === null ? null : text(order.price),
  stopPrice: order.stopPrice === null ? null : text(order.stopPrice),
});
