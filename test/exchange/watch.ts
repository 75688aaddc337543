/**
 * For how long positions stood without a stop that would close them, and what a person laid bare.
 *
 * A position is covered while reduce-only stop orders against it, and reduce-only market orders
 * that are being filled, have at least its lots. Promises: looks after every change of the books.
 * Never: counts a take-profit, or a stop that would come in the wrong direction.
 */
import type { Order } from './order.ts';
import { remaining } from './order.ts';
import { isLong, type Position, sizeOf } from './position.ts';

/** So many lots were bare from then on, by the machine's clock. */
export interface BareStep {
  readonly realMs: number;
  readonly lots: number;
  /** An order with a client id made some of the position: it is no person's alone. */
  readonly isOwn: boolean;
}

export interface Bare {
  readonly symbol: string;
  /** Lots that no stop covered when it began. */
  readonly lots: number;
  readonly fromMs: number;
  /** Null: still. */
  untilMs: number | null;
  /** By the machine's clock, for runs where the virtual one runs fast: its begin and its length. */
  readonly realFromMs: number;
  realMs: number | null;
  readonly steps: BareStep[];
}

/** Lots that a person opened, or took the stop of. */
export interface HandedLots {
  readonly symbol: string;
  /** Its stop was canceled; else the lots were opened. */
  readonly isStop: boolean;
  readonly lots: number;
  readonly realMs: number;
  /** From then on it can be found: an order that is hidden cannot. */
  readonly shownFromMs: number;
}

/** What is looked at: `opened` lots were just opened by a fill. */
export interface Look {
  readonly orders: Iterable<Order>;
  readonly nowMs: number;
  readonly realMs: number;
  readonly filled?: { readonly opened: number; readonly byHand: boolean };
}

export class Watch {
  readonly handed: HandedLots[] = [];
  readonly #bare: Bare[] = [];
  readonly #open = new Map<string, Bare>();
  readonly #own = new Set<string>();

  /** Every stretch of time, in the order they began. */
  get stretches(): readonly Bare[] {
    return this.#bare;
  }

  /** True: not a person's alone. */
  isOwn = (symbol: string): boolean => this.#own.has(symbol);

  look(position: Position, look: Look): void {
    const { id: symbol } = position.contract;
    const { nowMs: fromMs, realMs } = look;
    this.#fill(position, look);
    const lots = sizeOf(position) - coveredLots(position, look.orders);
    const open = this.#open.get(symbol);
    const step = { realMs, lots, isOwn: this.#own.has(symbol) };
    if (lots > 0 && open === undefined) {
      const begun = { symbol, lots, fromMs, untilMs: null, realFromMs: realMs, realMs: null };
      const bare = { ...begun, steps: [step] };
      this.#bare.push(bare);
      this.#open.set(symbol, bare);
    } else if (lots > 0) open?.steps.push(step);
    else if (open !== undefined) {
      open.untilMs = fromMs;
      open.realMs = realMs - open.realFromMs;
      this.#open.delete(symbol);
    }
  }

  /** A person cancels an order: what that lays bare is theirs. */
  cancelByHand({ symbol, shownFromMs }: Order, cancel: () => void): void {
    const before = this.#lotsOf(symbol);
    cancel();
    const realMs = this.#open.get(symbol)?.steps.at(-1)?.realMs;
    const lots = this.#lotsOf(symbol) - before;
    if (realMs === undefined || lots <= 0) return;
    this.handed.push({ symbol, isStop: true, lots, realMs, shownFromMs });
  }

  #lotsOf = (symbol: string): number => this.#open.get(symbol)?.steps.at(-1)?.lots ?? 0;

  /** Who has made the position, and what a person opened of it. */
  #fill(position: Position, { filled, realMs }: Look): void {
    if (filled === undefined || filled.opened === 0) return;
    const { id: symbol } = position.contract;
    const { opened: lots, byHand } = filled;
    if (lots === sizeOf(position)) this.#own.delete(symbol);
    if (byHand) this.handed.push({ symbol, isStop: false, lots, realMs, shownFromMs: realMs });
    else this.#own.add(symbol);
  }
}

function coveredLots(position: Position, orders: Iterable<Order>): number {
  const [side, stop] = isLong(position) ? (['sell', 'down'] as const) : (['buy', 'up'] as const);
  let lots = 0;
  for (const order of orders) {
    if (order.symbol !== position.contract.id || order.side !== side) continue;
    if (!order.reduceOnly && !order.closeOrder) continue;
    const protects = order.state === 'waiting' && order.stop === stop;
    const closes = order.state === 'open' && order.type === 'market';
    if (!protects && !closes) continue;
    lots += order.closeOrder ? sizeOf(position) : remaining(order);
  }
  return lots;
}
