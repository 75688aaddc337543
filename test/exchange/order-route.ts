/**
 * Orders over the API: place, look up by id and by client id, cancel, list; stops and fills.
 *
 * Promises: an order is found by either id for ever; lists are newest first, in pages.
 * Never: lists a stop order that waits among the orders, or the other way round.
 */
import type { Books } from './books.ts';
import { type AccountMode, attachedIn, placeOrder, wantedIn } from './desk.ts';
import { type Fill, fillAnswer } from './fill.ts';
import type { HiddenFills } from './hidden-fills.ts';
import { type Order, orderAnswer } from './order.ts';
import { refused } from './refusal.ts';
import type { Params, Route } from './route.ts';

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 1000;
const DAY_MS = 86_400_000;

export function orderRoutes(books: Books, mode: AccountMode, hidden: HiddenFills): Route[] {
  const row = (order: Order) => orderAnswer(order, books.position(order.symbol).contract);
  const list = (params: Params, pick: (order: Order) => boolean) =>
    page(params, newest(books, params).filter(pick).map(row));
  const route = (method: Route['method'], path: string, answer: Route['answer']): Route => ({
    ...{ method, path, answer, permission: method === 'GET' ? 'General' : 'Futures' },
  });
  return [
    route('POST', '/api/v1/orders', params => place(books, wantedFor(books, params, mode))),
    route('POST', '/api/v1/st-orders', params =>
      place(books, { ...wantedFor(books, params, mode), attached: attachedIn(params) }),
    ),
    route('POST', '/api/v1/orders/test', params => {
      wantedFor(books, params, mode);
      return { orderId: 'test', clientOid: params.text('clientOid') };
    }),
    route('GET', '/api/v1/orders/byClientOid', params => row(byClientOid(books, params))),
    route('GET', '/api/v1/orders/:orderId', params => row(byId(books, params))),
    route('GET', '/api/v1/orders', params => {
      const active = (params.maybe('status') ?? 'active') === 'active';
      return list(params, order => order.state === (active ? 'open' : 'done'));
    }),
    route('GET', '/api/v1/stopOrders', params => list(params, order => order.state === 'waiting')),
    route('GET', '/api/v1/recentDoneOrders', params =>
      newest(books, params)
        .filter(order => order.state === 'done' && order.updatedMs > books.nowMs - DAY_MS)
        .map(row),
    ),
    route('GET', '/api/v1/fills', params => page(params, fillsFor(hidden, params))),
    route('GET', '/api/v1/recentFills', params => fillsFor(hidden, params)),
    route('DELETE', '/api/v1/orders/client-order/:clientOid', params => {
      return { clientOid: cancel(books, byClientOid(books, params)).clientOid };
    }),
    route('DELETE', '/api/v1/orders/:orderId', params => ({
      cancelledOrderIds: [cancel(books, byId(books, params)).id],
    })),
    route('DELETE', '/api/v1/orders', params => cancelAll(books, params, 'open')),
    route('DELETE', '/api/v1/stopOrders', params => cancelAll(books, params, 'waiting')),
  ];
}

function wantedFor(books: Books, params: Params, mode: AccountMode) {
  const wanted = wantedIn(params, mode);
  if (books.market.find(wanted.symbol) === null) throw refused.symbol(wanted.symbol);
  return wanted;
}

function place(books: Books, wanted: ReturnType<typeof wantedIn>): object {
  const { id, clientOid } = placeOrder(books, wanted);
  return { orderId: id, clientOid };
}

function found(books: Books, order: Order | undefined): Order {
  if (order === undefined || !books.isShown(order)) throw refused.orderNotFound();
  return order;
}

/** The contract that a request names, or whose order it names; null: none. */
export const contractIn = (books: Books, params: Params): string | null =>
  params.maybe('symbol') ??
  books.orders.get(params.maybe('orderId') ?? '')?.symbol ??
  books.byClientOid.get(params.maybe('clientOid') ?? '')?.symbol ??
  null;

const byId = (books: Books, params: Params): Order =>
  found(books, books.orders.get(params.text('orderId')));

const byClientOid = (books: Books, params: Params): Order =>
  found(books, books.byClientOid.get(params.text('clientOid')));

function cancel(books: Books, order: Order): Order {
  if (order.state === 'done') throw refused.notCancelable();
  books.cancel(order);
  return order;
}

function cancelAll(books: Books, params: Params, state: Order['state']): object {
  const symbol = params.maybe('symbol');
  const picked = [...books.live].filter(
    order => order.state === state && (symbol === null || order.symbol === symbol),
  );
  return { cancelledOrderIds: picked.map(order => cancel(books, order).id) };
}

/** Orders of a contract, side, type and time, newest first. */
function newest(books: Books, params: Params): Order[] {
  const picked = [...books.orders.values()].filter(order =>
    isAsked(order, order.createdMs, params),
  );
  return picked.reverse();
}

function fillsFor(hidden: HiddenFills, params: Params): object[] {
  const orderId = params.maybe('orderId');
  const picked = hidden
    .told(params.maybe('symbol'))
    .filter(fill =>
      orderId === null ? isAsked(fill, fill.atMs, params) : fill.orderId === orderId,
    );
  return picked.reverse().map(fillAnswer);
}

function isAsked(row: Pick<Fill | Order, 'symbol' | 'side'>, atMs: number, params: Params) {
  const [symbol, side] = [params.maybe('symbol'), params.maybe('side')];
  return (
    (symbol === null || row.symbol === symbol) &&
    (side === null || row.side === side) &&
    atMs >= params.number('startAt', 0) &&
    atMs <= params.number('endAt', Number.MAX_SAFE_INTEGER)
  );
}

function page(params: Params, rows: readonly object[]): object {
  const pageSize = Math.min(params.number('pageSize', PAGE_SIZE), PAGE_SIZE_MAX);
  const currentPage = Math.max(1, params.number('currentPage', 1));
  const items = rows.slice((currentPage - 1) * pageSize, currentPage * pageSize);
  const totalPage = Math.ceil(rows.length / pageSize);
  return { currentPage, pageSize, totalNum: rows.length, totalPage, items };
}
