/**
 * The person at the exchange's site in a life: what the plan has them do, when it has them do it.
 *
 * Promises: what they are refused they do without; an order of theirs is canceled by nobody but them,
 * when all is over. Never: touches the bot.
 */
import { text } from './decimal.ts';
import type { TestExchange } from './exchange.ts';
import type { HandAct, LifePlan } from './life-plan.ts';
import type { Order } from './order.ts';
import { sizeOf } from './position.ts';

export class Person {
  /** Deposits less withdrawals, 1e-8. */
  paid = 0n;
  /** Stops of the bot's that they canceled. */
  canceled = 0;
  /** Orders that they placed. */
  placed = 0;
  /** Their orders that still waited when all was over. */
  readonly takenBack: Order[] = [];
  readonly #exchange: TestExchange;
  readonly #plan: LifePlan;
  readonly #timers: NodeJS.Timeout[] = [];
  #hasCome = false;

  constructor(exchange: TestExchange, plan: LifePlan) {
    this.#exchange = exchange;
    this.#plan = plan;
  }

  get hasCome(): boolean {
    return this.#hasCome;
  }

  come(acts: readonly HandAct[]): void {
    this.#hasCome = true;
    for (const act of acts) this.#timers.push(setTimeout(() => this.act(act), act.atMs));
  }

  leave(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Orders of theirs that wait. */
  get waiting(): readonly Order[] {
    return [...this.#exchange.accounts.live].filter(isLimitOfAPerson);
  }

  /** An order of theirs is being filled in pieces. */
  get isTrading(): boolean {
    return [...this.#exchange.accounts.live].some(
      ({ clientOid, type, state }) => clientOid === '' && type === 'market' && state === 'open',
    );
  }

  takeBack(): void {
    for (const order of this.waiting) {
      this.#exchange.hand.cancel(order.id);
      this.takenBack.push(order);
    }
  }

  /** What the bot is told to leave alone a person takes away, so that the books can be compared. */
  closeOwn(): void {
    const { accounts, hand } = this.#exchange;
    for (const { contract } of accounts.positions)
      if (!accounts.watch.isOwn(contract.id)) hand.close(contract.id);
  }

  /** Now. */
  act(what: HandAct): void {
    const { act, market, side, lots } = what;
    const { accounts, hand } = this.#exchange;
    const symbol = this.#plan.tapes[market % this.#plan.tapes.length]?.contract.id as string;
    const held = sizeOf(accounts.position(symbol));
    try {
      if (act === 'open') hand.trade(symbol, side, lots);
      else if (act === 'deposit' || act === 'withdraw') this.#pay(act, lots);
      else if (act === 'cancel-stop') this.#cancelStop(market);
      else if (act === 'limit') this.#placeLimit(symbol, what);
      else if (held > 0 && act === 'close') hand.close(symbol);
      else if (held > 1) hand.reduce(symbol, Math.ceil(held / 2));
    } catch {
      // Refused, as a person would be.
    }
  }

  #pay(act: 'deposit' | 'withdraw', lots: number): void {
    const amount = BigInt(lots) * 1_234_567n;
    this.#exchange.hand[act](text(amount));
    this.paid += act === 'deposit' ? amount : -amount;
  }

  /** One of the bot's: not its targets. */
  #cancelStop(market: number): void {
    const { accounts, hand } = this.#exchange;
    const stops = [...accounts.live].filter(
      ({ clientOid, side, stop }) => clientOid !== '' && stop === (side === 'sell' ? 'down' : 'up'),
    );
    const picked = stops[market % stops.length];
    if (picked === undefined) return;
    hand.cancel(picked.id);
    this.canceled += 1;
  }

  /** Where the market is not yet. */
  #placeLimit(symbol: string, { side, lots: size, away }: HandAct): void {
    const { hand, market } = this.#exchange;
    const last = market.last(symbol);
    const further = (last * BigInt(away)) / 1000n;
    hand.limit(symbol, side, { size, price: side === 'buy' ? last - further : last + further });
    this.placed += 1;
  }
}

export const isLimitOfAPerson = ({ clientOid, type, stop }: Order): boolean =>
  clientOid === '' && type === 'limit' && stop === '';
