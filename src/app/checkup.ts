/**
 * One thing that `doctor` looked at: how it is, in figures, and what to do where it is not well.
 */
import type { Fault } from '../base/fault.ts';

export interface Checkup {
  /** What was looked at: `disk speed`, `clock`, ... */
  readonly check: string;
  /** `fail`: a start would refuse, or what is promised cannot be kept. */
  readonly level: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** Null where all is well. */
  readonly remedy: string | null;
  /** For programs; the unit is in the name. */
  readonly figures: Readonly<Record<string, number | string | boolean | null>>;
}

type Figures = Checkup['figures'];

export const ok = (check: string, text: string, figures: Figures = {}): Checkup => ({
  ...{ check, level: 'ok', text, remedy: null, figures },
});

export const warned = (
  check: string,
  [text, remedy]: readonly [text: string, remedy: string],
  figures: Figures = {},
): Checkup => ({ check, level: 'warn', text, remedy, figures });

export const failed = (
  check: string,
  [text, remedy]: readonly [text: string, remedy: string],
  figures: Figures = {},
): Checkup => ({ check, level: 'fail', text, remedy, figures });

/** What a start would say. */
export const failedWith = (check: string, { message, remedy }: Fault): Checkup =>
  failed(check, [message, remedy]);
