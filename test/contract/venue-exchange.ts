/**
 * A venue as the exchange port: each order is sent as the desk sends it, and what the venue says of
 * it is told as the desk tells it. For the exchange contract alone.
 *
 * Promises: a maybe is asked after, never sent again. Never: keeps books; a venue has its own.
 */
import { ticketOf } from '../../src/app/live/deliver.ts';
import { failed, ok, type Result } from '../../src/base/result.ts';
import type { Exchange } from '../../src/core/exchange.ts';
import type { Report } from '../../src/core/fact.ts';
import type { Approved } from '../../src/core/order.ts';
import { LATER, type Venue } from '../../src/core/venue.ts';

export function venueExchange(venue: Venue, symbol: string): Exchange {
  const accepted = ({ id, createdAt: time }: Approved): Result<Report> =>
    ok({ type: 'order.accepted', id, time });

  async function find(clientId: string, order: Approved): Promise<Result<Report>> {
    const found = await venue.find(clientId, order.symbol);
    return found.ok ? accepted(order) : found;
  }

  return {
    find,
    async submit(order, clientId) {
      const placed = await venue.place(ticketOf(order, clientId));
      if (placed.ok) return accepted(order);
      const { code, retry, hint } = placed.error;
      if (retry || code === 'duplicate') return find(clientId, order);
      if (LATER.has(code)) return placed;
      return ok({ type: 'order.rejected', id: order.id, time: order.createdAt, reason: hint });
    },
    async cancel(id, clientId) {
      const found = await venue.find(clientId, symbol);
      if (!found.ok) return found;
      if (!found.value.open) return failed('not-found', `nothing of ${clientId} is open`);
      const canceled = await venue.cancel(clientId, symbol);
      if (!canceled.ok) return canceled;
      const time = Math.round(venue.now());
      return ok({ type: 'order.canceled', id, time, reason: 'canceled on request' });
    },
    advance: () => [],
  };
}
