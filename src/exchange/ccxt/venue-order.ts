/**
 * Orders of an account: how a ticket is sent, how an order is found again, how one is read.
 *
 * Promises: an order is not found only when every place where it may be has said so; an answer that
 * misses what must be in it is unreadable, not a no. Never: sends a thing twice.
 */
import type { Order } from 'ccxt';
import { assert } from '../../base/assert.ts';
import { lotsToBase } from '../../base/money.ts';
import { failed, ok, type Result } from '../../base/result.ts';
import type { Ticket, VenueOrder } from '../../core/venue.ts';
import { type Account, ask, stepOf } from './account.ts';
import { inside, lotsOf, numberOf, textOf } from './decimal.ts';
import type { Dialect, Key, Params, Place } from './dialect.ts';
import type { Client } from './load.ts';
import { Unreadable } from './outcome.ts';

/** Pages of a list of open orders of one symbol. */
const OPEN_PAGES_MAX = 20;

export function sendTicket(account: Account, ticket: Ticket): Promise<Result<string>> {
  const { dialect } = account;
  const isStop = ticket.kind === 'stop' || ticket.kind === 'take_profit';
  // ccxt makes stops reduce-only whatever it is told: another kind cannot be had.
  assert(!isStop || ticket.reduceOnly, `a stop that does not reduce: ${ticket.clientId}`);
  const clientId = dialect.clientId.encode(ticket.clientId);
  return ask(account, async client => {
    const amount = lotsToBase(ticket.lots, stepOf(client, ticket.symbol));
    const params = {
      ...dialect.orderParams(ticket, clientId),
      ...(isStop ? dialect.triggerParams(ticket, clientId) : {}),
      ...(ticket.reduceOnly ? { reduceOnly: true } : {}),
      ...(ticket.kind === 'stop' ? { stopLossPrice: ticket.trigger } : {}),
      ...(ticket.kind === 'take_profit' ? { takeProfitPrice: ticket.trigger } : {}),
    };
    const type = ticket.kind === 'limit' ? 'limit' : 'market';
    const price = await priceOf(client, dialect, ticket);
    const { symbol, side } = ticket;
    const order = await client.createOrder(symbol, type, side, amount, price, params);
    return textOf(order.id, 'id of the order');
  });
}

async function priceOf(
  client: Client,
  { marketNamesPrice }: Dialect,
  ticket: Ticket,
): Promise<number | undefined> {
  if (ticket.price !== null) return ticket.price;
  if (!marketNamesPrice) return undefined;
  if (ticket.trigger !== null) return ticket.trigger;
  const { last, close, ask, bid } = await client.fetchTicker(ticket.symbol);
  return numberOf(last ?? close ?? ask ?? bid, 'price');
}

/** Asks every place in turn; the first that has it tells. */
export async function findOrder(
  account: Account,
  key: Key,
  symbol: string,
): Promise<Result<VenueOrder>> {
  for (const place of account.dialect.places) {
    const found = await ask(account, client =>
      lookIn(client, account.dialect, { place, key, symbol }),
    );
    if (found.ok && found.value !== null) return readFound(account, found.value, { key, symbol });
    if (!found.ok && found.error.code !== 'not-found') return found;
  }
  return failed('not-found', `${account.dialect.name} knows of no order ${key.id} of ${symbol}`);
}

interface Search {
  readonly place: Place;
  readonly key: Key;
  readonly symbol: string;
}

async function lookIn(client: Client, dialect: Dialect, search: Search): Promise<Order | null> {
  const { place, key, symbol } = search;
  if (place.ask === 'one') {
    const params = key.by === 'client' ? { ...place.params, clientOrderId: key.id } : place.params;
    return client.fetchOrder(key.by === 'client' ? '' : key.id, symbol, params);
  }
  const params = {
    ...place.params,
    ...(place.keys === undefined ? {} : { [place.keys[key.by]]: key.id }),
  };
  const list = await listFor(client, dialect, { place, symbol, params });
  return (
    list.find(order => (key.by === 'client' ? order.clientOrderId : order.id) === key.id) ?? null
  );
}

function listFor(
  client: Client,
  dialect: Dialect,
  { place, symbol, params }: Pick<Search, 'place' | 'symbol'> & { readonly params: Params },
): Promise<Order[]> {
  if (place.ask === 'open') return listOpen(client, dialect, { symbol, params });
  return place.ask === 'closed'
    ? client.fetchClosedOrders(symbol, undefined, undefined, params)
    : client.fetchCanceledAndClosedOrders(symbol, undefined, undefined, params);
}

/** A stop that became another order is that order, under the stop's client id. */
async function readFound(
  account: Account,
  order: Order,
  { key, symbol }: Omit<Search, 'place'>,
): Promise<Result<VenueOrder>> {
  const { dialect } = account;
  const read = await ask(account, async client => readOrder(client, dialect, order));
  const became = dialect.became(inside(order.info));
  if (!read.ok || became === null) return read.ok ? checked(read.value, account, key) : read;
  const grown = await ask(account, async client =>
    readOrder(client, dialect, await client.fetchOrder(became, symbol)),
  );
  if (!grown.ok) return grown;
  const { clientId, trigger, reduceOnly } = read.value;
  return checked({ ...grown.value, clientId, trigger, reduceOnly }, account, key);
}

/** An answer about another order than the one asked for is no answer. */
function checked(order: VenueOrder, account: Account, key: Key): Result<VenueOrder> {
  if (key.by === 'venue') return ok(order);
  const clientId = account.dialect.clientId.decode(key.id);
  if (order.clientId === null || order.clientId === clientId) return ok({ ...order, clientId });
  return failed('unreadable', `${account.dialect.name} tells of another order`, true);
}

/** All of the lists that together hold every open order. */
export async function openOrdersOf(
  account: Account,
  symbol: string,
): Promise<Result<readonly VenueOrder[]>> {
  const { dialect } = account;
  return ask(account, async client => {
    const found = new Map<string, VenueOrder>();
    for (const params of dialect.openLists)
      for (const order of await listOpen(client, dialect, { symbol, params })) {
        const read = readOrder(client, dialect, order);
        if (read.open) found.set(read.venueId, read);
      }
    return [...found.values()];
  });
}

async function listOpen(
  client: Client,
  { openPage, openMax }: Dialect,
  { symbol, params }: { readonly symbol: string; readonly params: Params },
): Promise<Order[]> {
  const list: Order[] = [];
  for (let page = 1; page <= OPEN_PAGES_MAX; page += 1) {
    const paged = { ...params, ...(openPage === null ? {} : openPage(page)) };
    const part = await client.fetchOpenOrders(symbol, undefined, undefined, paged);
    list.push(...part);
    if (part.length < openMax) return list;
    if (openPage === null) break;
  }
  throw new Unreadable('more open orders than can be listed');
}

export function readOrder(client: Client, dialect: Dialect, order: Order): VenueOrder {
  const info = inside(order.info);
  const symbol = textOf(order.symbol, 'symbol of an order');
  const step = stepOf(client, symbol);
  const open = isOpen(order, info);
  const clientId = order.clientOrderId ?? clientIdIn(info);
  if (order.side !== 'buy' && order.side !== 'sell') throw new Unreadable('side of an order');
  return {
    venueId: textOf(order.id, 'id of an order'),
    clientId: clientId === null ? null : dialect.clientId.decode(clientId),
    symbol,
    side: order.side,
    lots: lotsOf(order.amount, step, 'size of an order'),
    filledLots: lotsOf(
      dialect.filled(info, order) ?? (open ? 0 : undefined),
      step,
      'filled of an order',
    ),
    open,
    reduceOnly: order.reduceOnly === true || info['closeOrder'] === true,
    trigger: triggerOf(order),
    time: numberOf(order.timestamp, 'time of an order'),
  };
}

const CLIENT_IDS = ['clientAlgoId', 'algoClOrdId'];

/** Of stops in services of their own, whose ids ccxt leaves where they are. */
function clientIdIn(info: Params): string | null {
  const found = CLIENT_IDS.map(field => info[field]).find(
    id => typeof id === 'string' && id !== '',
  );
  return typeof found === 'string' ? found : null;
}

const triggerOf = ({ triggerPrice, stopLossPrice, takeProfitPrice }: Order): number | null =>
  [triggerPrice, stopLossPrice, takeProfitPrice].find(
    price => typeof price === 'number' && price > 0,
  ) ?? null;

const OPEN = ['open', 'new', 'live', 'pending', 'active', 'untriggered'];
const DONE = ['closed', 'canceled', 'rejected', 'expired', 'done', 'triggered', 'finished'];

/** An order whose state is not told may be open or not. */
function isOpen(order: Order, info: Params): boolean {
  for (const told of [order.status, info['status']]) {
    const status = String(told ?? '').toLowerCase();
    if (OPEN.includes(status)) return true;
    if (DONE.includes(status)) return false;
  }
  throw new Unreadable('state of an order');
}
