/**
 * The test exchange's own books: one account's wallet, positions, orders, fills and funding.
 *
 * Promises: written from the exchange's rules alone, in whole numbers of 1e-8; a client order id is
 * accepted once. Never: shares code with the product, whose books are checked against these.
 */
import { type Contract, tierOf } from './contract.ts';
import { decimal, nearest, times } from './decimal.ts';
import { type Fill, feeRate } from './fill.ts';
import type { Market } from './market.ts';
import { type Attached, type Order, remaining, type Wanted, worthOf } from './order.ts';
import {
  flat,
  grow,
  marginFor,
  type Part,
  type Position,
  positionAnswer,
  reducible,
  shrink,
  sizeOf,
  unrealised,
} from './position.ts';
import {
  type Balance,
  type Funding,
  fundingMessages,
  orderMessages,
  positionMessages,
  stopMessages,
  walletMessages,
} from './private-message.ts';
import type { Message } from './push.ts';
import { type Look, Watch } from './watch.ts';

export interface BooksOptions {
  readonly market: Market;
  /** What is in the account at first, 1e-8 USDT. */
  readonly wallet: bigint;
  readonly tell: (message: Message) => void;
  /** In how many pieces an order is filled. */
  readonly pieces: (order: Wanted) => number;
  /** For so long an order that was accepted is not found. */
  readonly hiddenMs: (order: Wanted) => number;
  /** True: a client id is refused only while its first order is live. */
  readonly forgetsIds: boolean;
  /** Called before anybody is answered. */
  readonly onAccepted: (order: Order) => void;
  readonly realMs: () => number;
}

/** What became of a client order id. */
export interface IdUse {
  accepted: number;
  /** Orders refused because the id was used before. */
  repeated: number;
}

export interface LedgerEntry {
  readonly atMs: number;
  readonly kind: 'TransferIn' | 'TransferOut' | 'RealisedPNL' | 'Fee' | 'Funding';
  readonly amount: bigint;
  readonly wallet: bigint;
  readonly symbol: string;
}

/** What an order is filled with. */
export interface Execution {
  readonly lots: number;
  readonly price: bigint;
  readonly liquidity: Fill['liquidity'];
  /** A liquidation takes what is left of the margin. */
  readonly kind?: Fill['kind'];
}

export class Books {
  readonly market: Market;
  readonly orders = new Map<string, Order>();
  readonly byClientOid = new Map<string, Order>();
  readonly live = new Set<Order>();
  readonly fills: Fill[] = [];
  readonly fundings: Funding[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly ids = new Map<string, IdUse>();
  readonly watch = new Watch();
  readonly #options: BooksOptions;
  readonly #positions = new Map<string, Position>();
  #wallet = 0n;
  #count = 0;

  constructor(options: BooksOptions) {
    this.#options = options;
    this.market = options.market;
    this.pay('TransferIn', options.wallet);
  }

  get wallet(): bigint {
    return this.#wallet;
  }

  get nowMs(): number {
    return this.market.nowMs;
  }

  get positions(): Position[] {
    return [...this.#positions.values()].filter(position => position.lots !== 0);
  }

  position(id: string): Position {
    const contract = this.market.find(id) as Contract;
    const position = this.#positions.get(id) ?? flat(contract);
    this.#positions.set(id, position);
    return position;
  }

  balance(): Balance {
    let [positionMargin, gain, orderMargin] = [0n, 0n, 0n];
    for (const position of this.positions) {
      positionMargin += position.margin;
      gain += unrealised(position, this.market.last(position.contract.id));
    }
    for (const order of this.live) orderMargin += this.#heldBy(order);
    const available = this.#wallet - positionMargin - orderMargin;
    return { wallet: this.#wallet, available, positionMargin, orderMargin, unrealised: gain };
  }

  /** Puts an order into the books; the caller has checked it, and works it. */
  enter(wanted: Wanted): Order {
    const { nowMs } = this;
    const order: Order = {
      ...wanted,
      id: this.#number('36'),
      createdMs: nowMs,
      updatedMs: nowMs,
      state: wanted.stop === '' ? 'open' : 'waiting',
      ...{ triggered: false, canceled: false, filledLots: 0, filledValue: 0n },
      pieces: this.#options.pieces(wanted),
      shownFromMs: this.#options.realMs() + this.#options.hiddenMs(wanted),
    };
    this.orders.set(order.id, order);
    this.live.add(order);
    if (order.clientOid !== '') this.byClientOid.set(order.clientOid, order);
    if (order.clientOid !== '') this.idUse(order.clientOid).accepted += 1;
    if (order.state === 'waiting') this.tell(stopMessages(order, 'open'));
    this.look(order.symbol);
    this.#options.onAccepted(order);
    return order;
  }

  /** True: another order under this client id is refused. */
  isTaken(clientOid: string): boolean {
    const order = this.byClientOid.get(clientOid);
    return order !== undefined && (order.state !== 'done' || !this.#options.forgetsIds);
  }

  isShown = (order: Order): boolean => order.shownFromMs <= this.#options.realMs();

  idUse(clientOid: string): IdUse {
    const use = this.ids.get(clientOid) ?? { accepted: 0, repeated: 0 };
    this.ids.set(clientOid, use);
    return use;
  }

  /** Says that an order waits in the book. */
  announce = (order: Order): void => this.tell(orderMessages(order, 'open', null));

  /** Takes what is left of an order out of the books. */
  cancel(order: Order): void {
    const wasWaiting = order.state === 'waiting';
    order.canceled = true;
    this.#finish(order);
    this.tell(wasWaiting ? stopMessages(order, 'cancel') : orderMessages(order, 'canceled', null));
    this.look(order.symbol);
  }

  trigger(order: Order, error: string = ''): void {
    order.triggered = true;
    order.state = 'open';
    order.updatedMs = this.nowMs;
    this.tell(stopMessages(order, 'triggered', error));
  }

  /** Fills a part of an order: a part that reduces the position comes before one that opens. */
  fill(order: Order, execution: Execution): void {
    const { lots, price, liquidity, kind = 'trade' } = execution;
    const position = this.position(order.symbol);
    const part = { side: order.side, lots, price };
    const value = worthOf(position.contract, price, lots);
    const before = position.margin;
    const opened = lots - Math.min(lots, reducible(position, order.side));
    if (position.lots === 0)
      Object.assign(position, flat(position.contract), { openedMs: this.nowMs });
    const profit = this.#apply(position, part, order.leverage);
    const fee = kind === 'trade' ? times(value, feeRate(liquidity)) : before + profit;
    position.fees += fee;
    order.filledLots += lots;
    order.filledValue += value;
    order.updatedMs = this.nowMs;
    const { id: orderId, clientOid, symbol, side, type: orderType } = order;
    const fill: Fill = {
      ...{ tradeId: this.#number('18'), orderId, clientOid, symbol, side, lots, price, value },
      ...{ fee, liquidity, kind, orderType, atMs: this.nowMs },
    };
    this.fills.push(fill);
    if (profit !== 0n) this.pay('RealisedPNL', profit, symbol);
    this.pay('Fee', -fee, symbol);
    this.tell(orderMessages(order, 'match', fill));
    if (remaining(order) === 0) {
      this.#finish(order);
      this.tell(orderMessages(order, 'filled', null));
    }
    this.tell(positionMessages(position, price, this.nowMs));
    if (order.attached !== null) this.#attach(order, order.attached, lots);
    this.look(symbol, { filled: { opened, byHand: clientOid === '' } });
  }

  /** Every position pays or receives; a positive rate is paid by longs. */
  settle(symbol: string, rate: number, atMs: number): void {
    const position = this.#positions.get(symbol);
    if (position === undefined || position.lots === 0) return;
    const price = this.market.last(symbol);
    const worth = worthOf(position.contract, price, sizeOf(position));
    const owed = times(worth, nearest(rate));
    const amount = position.lots > 0 ? -owed : owed;
    position.margin += amount;
    position.funding += amount;
    const { lots, cost } = position;
    const funding = { id: this.fundings.length + 1, symbol, atMs, rate, price, lots, cost, amount };
    this.fundings.push(funding);
    this.pay('Funding', amount, symbol);
    this.tell(fundingMessages(funding));
  }

  /** Changes the wallet, and says so. */
  pay(kind: LedgerEntry['kind'], amount: bigint, symbol: string = ''): void {
    this.#wallet += amount;
    this.ledger.push({ atMs: this.nowMs, kind, amount, wallet: this.#wallet, symbol });
    this.tell(walletMessages(this.balance(), this.nowMs));
  }

  positionAnswer = (symbol: string): object =>
    positionAnswer(this.position(symbol), this.market.last(symbol), this.nowMs);

  /** What opening so many lots needs: margin, and the fee of a taker. */
  costOf(wanted: Wanted, price: bigint): bigint {
    const position = this.position(wanted.symbol);
    const opening = wanted.size - reducible(position, wanted.side);
    if (opening <= 0) return 0n;
    const value = worthOf(position.contract, price, opening);
    return marginFor(value, wanted.leverage) + times(value, feeRate('taker'));
  }

  leverageMax = (symbol: string): number =>
    tierOf(this.position(symbol).contract, decimal(0)).maxLeverage;

  tell(messages: readonly Message[]): void {
    for (const message of messages) this.#options.tell(message);
  }

  look(symbol: string, more: Pick<Look, 'filled'> = {}): void {
    const clocks = { nowMs: this.nowMs, realMs: this.#options.realMs() };
    this.watch.look(this.position(symbol), { orders: this.live, ...clocks, ...more });
  }

  #apply(position: Position, part: Part, leverage: number): bigint {
    const closing = Math.min(part.lots, reducible(position, part.side));
    const profit = closing > 0 ? shrink(position, { ...part, lots: closing }) : 0n;
    if (part.lots > closing) grow(position, { ...part, lots: part.lots - closing }, leverage);
    return profit;
  }

  /** The stops that an order brings along, for the lots that were filled just now. */
  #attach(order: Order, { up, down }: Attached, size: number): void {
    const side = order.side === 'buy' ? 'sell' : 'buy';
    const of = { ...order, side, size, clientOid: '', type: 'market', price: null } as const;
    const closing = { ...of, reduceOnly: true, timeInForce: 'GTC', attached: null } as const;
    if (down !== null) this.enter({ ...closing, stop: 'down', stopPrice: down });
    if (up !== null) this.enter({ ...closing, stop: 'up', stopPrice: up });
  }

  #finish(order: Order): void {
    order.state = 'done';
    order.updatedMs = this.nowMs;
    this.live.delete(order);
  }

  /** Margin held for an order that waits in the book. */
  #heldBy(order: Order): bigint {
    if (order.state !== 'open' || order.price === null || order.reduceOnly) return 0n;
    const { contract } = this.position(order.symbol);
    return marginFor(worthOf(contract, order.price, remaining(order)), order.leverage);
  }

  #number(prefix: string): string {
    this.#count += 1;
    return `${prefix}${String(this.#count).padStart(16, '0')}`;
  }
}
