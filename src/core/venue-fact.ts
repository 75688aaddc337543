/**
 * The facts that only a live account tells: what a venue holds, and what was found there that nobody
 * here had done.
 *
 * Promises and limits are those of core/fact.ts.
 */
import type { Units } from '../base/money.ts';
import type { Millis } from '../base/time.ts';
import type { Side } from './order.ts';

export interface VenueFactShapes {
  /** What the account held when the directory met it. */
  'account.opened': { readonly time: Millis; readonly balance: Units };
  /** Everything there was compared, which a flatten and a first meeting wait for. */
  'account.compared': { readonly time: Millis };
  /** Money that no fill and no settlement tells of (a deposit, a rounding). */
  'balance.corrected': { readonly time: Millis; readonly amount: Units; readonly reason: string };
  /** No answer yet, so it may be at the venue or not. The symbol takes no entries until it came. */
  'order.doubted': { readonly id: string; readonly time: Millis; readonly reason: string };
  /** An order at the venue that is none of ours, and what was done about it. */
  'order.orphaned': {
    readonly symbol: string;
    readonly venueId: string;
    /** Empty: placed by hand, without one. */
    readonly clientId: string;
    readonly time: Millis;
    readonly done: 'canceled' | 'left alone';
  };
  /** A leg stands at the venue as this revision. */
  'stop.placed': {
    readonly id: string;
    readonly symbol: string;
    /** Of the directory: part of its client id. */
    readonly epoch: number;
    readonly revision: number;
    readonly lots: number;
    readonly trigger: number;
    readonly time: Millis;
    /** Lots of the leg that were filled before; absent: those that were booked. */
    readonly filledBefore?: number;
  };
  /** A revision of a leg stands there no longer. */
  'stop.withdrawn': {
    readonly id: string;
    readonly symbol: string;
    readonly revision: number;
    readonly time: Millis;
    readonly reason: string;
  };
  /**
   * Lots that no order of this directory opened are ours from here on, behind a stop. They begin
   * a position under `id`, or add to the one that is held.
   */
  'position.adopted': {
    readonly id: string;
    readonly symbol: string;
    readonly side: Side;
    readonly lots: number;
    readonly price: number;
    readonly fee: Units;
    readonly leverage: number;
    readonly stop: number;
    readonly time: Millis;
    /** Absent where no fill tells of them. */
    readonly fillId?: string;
  };
  /**
   * Lots of a symbol were booked as the venue has them, without the fills that explain them: those
   * up to this time are in them, if they are told of later.
   */
  'position.squared': { readonly symbol: string; readonly upTo: Millis; readonly time: Millis };
  /** Signed lots of a position that is none of ours; 0: it is gone. */
  'position.left': {
    readonly symbol: string;
    readonly lots: number;
    readonly time: Millis;
    readonly fillId?: string;
  };
}
