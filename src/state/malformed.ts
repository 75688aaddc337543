/**
 * What a state file says of itself, and the error for one that is not what it should be.
 *
 * Promises: `Malformed` carries the reason in words; recovery turns it into a quarantine.
 * Never: shown as a bug.
 */

export interface Envelope {
  readonly component: string;
  readonly schema: number;
  /** Every fact up to this step is folded in. */
  readonly seq: number;
}

export class Malformed extends Error {
  override name = 'Malformed';
}

/** The reason of anything thrown while a file was read. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
