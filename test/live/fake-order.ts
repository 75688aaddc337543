/**
 * An order of the venue in memory, and how it is told.
 */
import type { Ticket, VenueOrder } from '../../src/core/venue.ts';

export interface Standing {
  readonly venueId: string;
  readonly ticket: Ticket;
  filled: number;
  open: boolean;
  /** A stop that was reached, a market order: fills at the next tick. */
  fired: boolean;
  readonly time: number;
}

export const shown = ({ venueId, ticket, filled, open, time }: Standing): VenueOrder => ({
  ...{ venueId, clientId: ticket.clientId === '' ? null : ticket.clientId, open, time },
  ...{ symbol: ticket.symbol, side: ticket.side, lots: ticket.lots, filledLots: filled },
  ...{ reduceOnly: ticket.reduceOnly, trigger: ticket.trigger },
});
