/**
 * The courier: takes approved orders from the outbox to the exchange and brings the answers back.
 *
 * Promises: an order leaves only after its approval is durable; it leaves under one client order
 * id for ever; one whose answer never came is looked up before it is sent again; one older than
 * its limit expires. While the kill switch is on or trading is paused no entry leaves, and one that
 * waits at the exchange is canceled. Never: remembers anything of its own; the outbox is the
 * portfolio's.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { Result } from '../base/result.ts';
import type { Exchange } from '../core/exchange.ts';
import type { Report } from '../core/fact.ts';
import type { Approved, Order } from '../core/order.ts';
import type { Input } from '../core/step.ts';
import type { World } from '../policy/world.ts';
import { entriesHeld } from '../trade/breaker.ts';
import { openEntriesOf, outboxOf } from '../trade/portfolio.ts';
import { clientOrderId } from './client-id.ts';

/** What a courier is asked to do, read off the state: a restart finds it again. */
export interface Errands {
  /** True when nothing waits; asked after every step. */
  readonly idle: () => boolean;
  /** Orders approved and unanswered, oldest first. */
  readonly outbox: () => readonly Approved[];
  /** Why no entry may leave, in words; null: it may. */
  readonly entriesHeld: () => string | null;
  /** Entries to be canceled at the exchange, oldest first. */
  readonly recalled: () => readonly Order[];
  /** Market time: the close of the last candle. */
  readonly now: () => number;
}

export interface CourierOptions extends Errands {
  readonly exchange: Exchange;
  /** Id of the state directory: two directories never share a client order id. */
  readonly directory: string;
  /** Commits an answer as a step of its own. */
  readonly commit: (input: Input) => void;
}

const NONE: readonly Order[] = [];

export function errandsOf(world: World): Errands {
  const { portfolio, run } = world;
  const risk = world['risk-manager'];
  const held = (): string | null => entriesHeld(risk);
  const recalled = (): readonly Order[] => (held() === null ? NONE : openEntriesOf(portfolio));
  return {
    idle() {
      for (const _ in portfolio.outbox) return false;
      return recalled().length === 0;
    },
    outbox: () => outboxOf(portfolio),
    entriesHeld: held,
    recalled,
    now: () => (run.lastCandleTime ?? 0) + run.settings.timeframeMs,
  };
}

export interface Courier {
  readonly idle: () => boolean;
  deliver(): Promise<void>;
}

export function createCourier(options: CourierOptions): Courier {
  const { exchange, directory, outbox, entriesHeld: heldBy, recalled, now, commit } = options;
  // What lies in the outbox when a run begins may have been sent by the one before it.
  const perhapsSent = new Set(outbox().map(order => order.id));

  async function answerFor(order: Approved): Promise<Report> {
    const id = clientOrderId(directory, order);
    if (perhapsSent.has(order.id)) {
      const found = await exchange.find(id, order);
      if (found.ok) return found.value;
      if (found.error.code !== 'not-found') return refuse(found);
    }
    if (now() >= order.expiresAt) return { type: 'order.expired', id: order.id, time: now() };
    const reason = order.reduceOnly ? null : heldBy();
    if (reason !== null) return { type: 'order.canceled', id: order.id, time: now(), reason };
    perhapsSent.add(order.id);
    const answer = await exchange.submit(order, id);
    return answer.ok ? answer.value : refuse(answer);
  }

  return {
    idle: options.idle,
    async deliver() {
      for (const order of outbox()) {
        const report = await answerFor(order);
        perhapsSent.delete(order.id);
        commit({ kind: 'answer', report });
      }
      for (const order of recalled()) {
        const answer = await exchange.cancel(order.id, clientOrderId(directory, order));
        commit({ kind: 'answer', report: answer.ok ? answer.value : refuse(answer) });
      }
    },
  };
}

function refuse(answer: Extract<Result<Report>, { ok: false }>): never {
  throw new Fault(
    EXIT.unreachable,
    `no answer from the exchange: ${answer.error.code}`,
    answer.error.hint,
  );
}
