/**
 * Takes orders: checks what KuCoin checks, enters them into the books, and works them.
 *
 * Promises: a refused order is not in the books; an order whose client id was used is refused
 * (300018) before anything else is looked at. Never: asks who sent it.
 */
import type { Books } from './books.ts';
import { text } from './decimal.ts';
import { isReached, triggerStop, work } from './matching.ts';
import type { Attached, Order, Wanted } from './order.ts';
import { isLong, reducible, sizeOf } from './position.ts';
import { refused } from './refusal.ts';
import type { Params } from './route.ts';

/** An account's settings that orders must agree with. */
export interface AccountMode {
  /** Per contract; without an entry: isolated. */
  readonly margin: Map<string, 'ISOLATED' | 'CROSS'>;
  /** Leverage of cross margin, as it was last set. */
  readonly crossLeverage: Map<string, string>;
  isHedged: boolean;
}

export const marginMode = (mode: AccountMode, symbol: string): 'ISOLATED' | 'CROSS' =>
  mode.margin.get(symbol) ?? 'ISOLATED';

export function placeOrder(books: Books, wanted: Wanted): Order {
  const { clientOid, symbol } = wanted;
  if (books.isTaken(clientOid)) {
    books.idUse(clientOid).repeated += 1;
    throw refused.repeatedClientOid();
  }
  const last = books.market.last(symbol);
  const order = books.enter(checked(books, wanted, last));
  if (order.state === 'waiting') {
    if (isReached(order, last)) triggerStop(books, order, last);
  } else {
    work(books, order, last);
    if (isResting(order)) books.announce(order);
  }
  return order;
}

const isResting = (order: Order): boolean => order.state === 'open' && order.filledLots === 0;

function checked(books: Books, wanted: Wanted, last: bigint): Wanted {
  const position = books.position(wanted.symbol);
  const { contract } = position;
  if (wanted.leverage > books.leverageMax(contract.id))
    throw refused.leverage(books.leverageMax(contract.id));
  const { attached } = wanted;
  for (const price of [wanted.price, wanted.stopPrice, attached?.up, attached?.down])
    if (typeof price === 'bigint' && (price <= 0n || price % contract.tick !== 0n))
      throw refused.parameter('The parameter price increment is invalid.');
  if (wanted.closeOrder) {
    if (position.lots === 0 && wanted.stop === '') throw refused.noPosition();
    const side = isLong(position) ? 'sell' : 'buy';
    return { ...wanted, side: wanted.stop === '' ? side : wanted.side, size: sizeOf(position) };
  }
  if (!Number.isInteger(wanted.size) || wanted.size < 1 || wanted.size > contract.lotsMax)
    throw refused.parameter('Order size increment invalid.');
  if (wanted.stop !== '') return wanted;
  if (wanted.reduceOnly && reducible(position, wanted.side) === 0) throw refused.noPosition();
  const { available } = books.balance();
  const cost = wanted.reduceOnly ? 0n : books.costOf(wanted, wanted.price ?? last);
  if (cost > available) throw refused.noFunds(text(cost), text(available));
  return wanted;
}

/** The body of `POST orders`. */
export function wantedIn(params: Params, mode: AccountMode): Wanted {
  const symbol = params.text('symbol');
  const asked = params.maybe('marginMode') ?? 'ISOLATED';
  if (asked !== marginMode(mode, symbol)) throw refused.marginMode();
  if (mode.isHedged) throw refused.positionMode();
  const closeOrder = params.flag('closeOrder');
  const type = params.maybe('type') ?? 'limit';
  const side = params.maybe('side') ?? (closeOrder ? 'sell' : '');
  if (type !== 'market' && type !== 'limit') throw refused.parameter('type is invalid');
  if (side !== 'buy' && side !== 'sell') throw refused.parameter('side is invalid');
  const stop = params.maybe('stop') ?? '';
  if (stop !== '' && stop !== 'up' && stop !== 'down') throw refused.parameter('stop is invalid');
  if (stop !== '' && params.text('stopPriceType') !== 'TP')
    throw refused.parameter('the test exchange triggers on TP alone');
  const timeInForce = params.maybe('timeInForce') ?? 'GTC';
  if (!isTimeInForce(timeInForce)) throw refused.parameter('timeInForce is invalid');
  return {
    ...{ clientOid: params.text('clientOid'), symbol, side, type, closeOrder, stop, timeInForce },
    size: closeOrder ? 0 : params.number('size', Number.NaN),
    price: type === 'limit' ? params.price('price') : null,
    stopPrice: stop === '' ? null : params.price('stopPrice'),
    leverage: params.number('leverage', 1),
    ...{ reduceOnly: params.flag('reduceOnly') || closeOrder, postOnly: params.flag('postOnly') },
    attached: null,
  };
}

/** The body of `POST st-orders`: an order with a stop above, a stop below, or both. */
export function attachedIn(params: Params): Attached {
  if (params.text('stopPriceType') !== 'TP')
    throw refused.parameter('the test exchange triggers on TP alone');
  const at = (name: string) => (params.maybe(name) === null ? null : params.price(name));
  return { up: at('triggerStopUpPrice'), down: at('triggerStopDownPrice') };
}

const isTimeInForce = (text: string): text is Wanted['timeInForce'] =>
  text === 'GTC' || text === 'IOC' || text === 'FOK';
