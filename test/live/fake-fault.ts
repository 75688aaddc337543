/**
 * What may go wrong between the desk and the venue in memory.
 */

/** Chances in a thousand, each asked once a request. */
export interface Faults {
  readonly lostRequest: number;
  readonly lostAnswer: number;
  readonly refusedForNow: number;
  /** Fills are told of some ticks after they happened. */
  readonly lateFills: number;
  readonly partialFills: number;
}

export const CALM: Faults = {
  ...{ lostRequest: 0, lostAnswer: 0, refusedForNow: 0, lateFills: 0, partialFills: 0 },
};
