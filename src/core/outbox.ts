/**
 * The outbox: orders approved and not yet answered. What is still to be done is state.
 *
 * Promises: the courier sees them in the order in which they were approved, whatever the order
 * of keys in a file. Never: sends anything.
 */
import type { Approved, Order } from './order.ts';

export interface Waiting {
  readonly order: Order;
  /** Sent, and the answer did not come; absent: not known to be. */
  doubted?: boolean;
}

export type Outbox = Record<string, Waiting>;

/** Waiting orders, oldest first. The fact `order.approved` is the approval, hence the mark. */
export function waitingOrders(outbox: Readonly<Outbox>): Approved[] {
  const waiting: Approved[] = [];
  for (const id in outbox) {
    const order = outbox[id]?.order;
    if (order !== undefined) waiting.push(order as Approved);
  }
  return waiting.sort(byAge);
}

/** By time, then by the place of the fact (`<seq>-<index>`, compared as numbers). */
export function byAge(one: Order, other: Order): number {
  if (one.createdAt !== other.createdAt) return one.createdAt - other.createdAt;
  const bySeq = seqOf(one.id) - seqOf(other.id);
  if (bySeq !== 0) return bySeq;
  const byIndex = indexOf(one.id) - indexOf(other.id);
  if (byIndex !== 0) return byIndex;
  return one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
}

const seqOf = (id: string): number => Number.parseFloat(id) || 0;
const indexOf = (id: string): number => Number.parseFloat(id.slice(id.indexOf('-') + 1)) || 0;
