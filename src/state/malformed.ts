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

/** Of a reason that quotes what it found: an attacker's value may be of many pages. */
const REASON_CHARS_MAX = 400;

/** The reason of anything thrown while a file was read. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.length > REASON_CHARS_MAX ? `${reason.slice(0, REASON_CHARS_MAX)}…` : reason;
}
