/**
 * What a suite came to: how its cases ended, and which broke the promise.
 */

import type { Each } from './suite.ts';

export interface Failure {
  /** `suite:seed:index` */
  readonly id: string;
  readonly why: string;
}

export interface Tally {
  readonly suite: string;
  readonly promise: string;
  /** Of the whole campaign; `ran` is how many of them this run took. */
  readonly cases: number;
  readonly ran: number;
  /** What each case tried many of, or null. */
  readonly each?: Each | null;
  /** How many ended how. */
  readonly ended: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** Why nothing of it ran, or null. */
  readonly skipped: string | null;
}

/** `12,408 repaired, 96 refused` */
export const endedText = (ended: Tally['ended']): string =>
  Object.entries(ended)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${countText(count)} ${kind}`)
    .join(', ');

export const countText = (count: number): string => count.toLocaleString('en-US');

/** `12,408`, or `20,000 × 50 states`. */
export const ranText = ({ ran, each }: Tally): string =>
  each ? `${countText(ran)} × ${each.count} ${each.unit}` : countText(ran);
