/**
 * A person on the exchange's website: trades, places and cancels orders, moves money, without client ids.
 *
 * Promises: the books and the streams tell it as they tell everything else. Never: is refused what
 * a person can do.
 */
import type { Books } from './books.ts';
import { decimal, text } from './decimal.ts';
import { placeOrder } from './desk.ts';
import type { Order, Side, Wanted } from './order.ts';
import { isLong, sizeOf } from './position.ts';
import type { ApiKey } from './sign.ts';

export class Hand {
  readonly #books: Books;
  readonly #key: ApiKey;

  constructor(books: Books, key: ApiKey) {
    this.#books = books;
    this.#key = key;
  }

  /** At the market. Opens, adds to, reduces or turns over a position. */
  trade = (symbol: string, side: Side, size: number, leverage: number = 5): Order =>
    placeOrder(this.#books, wantedBy(symbol, side, { size, leverage }));

  close = (symbol: string): Order => this.reduce(symbol, sizeOf(this.#books.position(symbol)));

  reduce(symbol: string, size: number): Order {
    const side = isLong(this.#books.position(symbol)) ? 'sell' : 'buy';
    return placeOrder(this.#books, wantedBy(symbol, side, { size, reduceOnly: true }));
  }

  /** An order that waits in the book until the price trades through it; a tick rounds the price down. */
  limit(
    symbol: string,
    side: Side,
    { size, price }: { readonly size: number; readonly price: bigint },
  ) {
    const { tick } = this.#books.position(symbol).contract;
    const terms = { size, type: 'limit', price: price - (price % tick) } as const;
    return placeOrder(this.#books, wantedBy(symbol, side, terms));
  }

  /** A stop that closes some lots. */
  stop = (symbol: string, size: number, price: string): Order =>
    placeOrder(this.#books, {
      ...wantedBy(symbol, isLong(this.#books.position(symbol)) ? 'sell' : 'buy', { size }),
      stop: isLong(this.#books.position(symbol)) ? 'down' : 'up',
      stopPrice: decimal(price),
      reduceOnly: true,
    });

  /** Cancels an order or a stop. */
  cancel(orderId: string): void {
    const order = this.#books.orders.get(orderId);
    if (order !== undefined && order.state !== 'done') this.#cancel(order);
  }

  /** Cancels every order and stop of a contract. */
  cancelAll(symbol: string): void {
    for (const order of [...this.#books.live]) if (order.symbol === symbol) this.#cancel(order);
  }

  #cancel = (order: Order): void =>
    this.#books.watch.cancelByHand(order, () => this.#books.cancel(order));

  deposit = (amount: string): void => this.#books.pay('TransferIn', decimal(amount));

  withdraw(amount: string): void {
    const { available } = this.#books.balance();
    if (decimal(amount) > available) throw new Error(`only ${text(available)} can be withdrawn`);
    this.#books.pay('TransferOut', -decimal(amount));
  }

  /** The key is another one from now on: the former is not known. */
  rekey(key: string): void {
    this.#key.key = key;
  }

  /** Changes what the key may do: General, Futures, Transfer (which is to withdraw), … */
  permit(permissions: readonly string[]): void {
    this.#key.permissions = permissions;
  }
}

const wantedBy = (symbol: string, side: Side, options: Partial<Wanted>): Wanted => ({
  ...{ clientOid: '', symbol, side, type: 'market', price: null, size: 0, leverage: 5 },
  ...{ reduceOnly: false, closeOrder: false, stop: '', stopPrice: null },
  ...{ timeInForce: 'GTC', postOnly: false, attached: null },
  ...options,
});
