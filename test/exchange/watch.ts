/**
 * For how long positions stood without a stop that would close them.
 *
 * A position is covered while reduce-only stop orders against it, and reduce-only market orders
 * that are being filled, have at least its lots. Promises: looks after every change of the books.
 * Never: counts a take-profit, or a stop that would come in the wrong direction.
 */
import type { Order } from './order.ts';
import { remaining } from './order.ts';
import { isLong, type Position, sizeOf } from './position.ts';

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
}

export interface Clocks {
  readonly nowMs: number;
  readonly realMs: number;
}

export class Watch {
  readonly #bare: Bare[] = [];
  readonly #open = new Map<string, Bare>();

  /** Every stretch of time, in the order they began. */
  get stretches(): readonly Bare[] {
    return this.#bare;
  }

  look(position: Position, orders: Iterable<Order>, clocks: Clocks): void {
    const { id: symbol } = position.contract;
    const lots = sizeOf(position) - coveredLots(position, orders);
    const open = this.#open.get(symbol);
    if (lots > 0 && open === undefined) {
      const { nowMs: fromMs, realMs: realFromMs } = clocks;
      const bare = { symbol, lots, fromMs, untilMs: null, realFromMs, realMs: null };
      this.#bare.push(bare);
      this.#open.set(symbol, bare);
    } else if (lots <= 0 && open !== undefined) {
      open.untilMs = clocks.nowMs;
      open.realMs = clocks.realMs - open.realFromMs;
      this.#open.delete(symbol);
    }
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
