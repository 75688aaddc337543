/**
 * What a suite came to: how its cases ended, and which broke the promise.
 */

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
  /** Where a case tries many things: how many different ones there were, and what they are. */
  readonly tried?: Tried | null;
  /** How many ended how. */
  readonly ended: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  /** Why nothing of it ran, or null. */
  readonly skipped: string | null;
}

export interface Tried {
  readonly distinct: number;
  readonly unit: string;
}

/** `12,408 repaired, 96 refused` */
export const endedText = (ended: Tally['ended']): string =>
  Object.entries(ended)
    .sort(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${countText(count)} ${kind}`)
    .join(', ');

export const countText = (count: number): string => count.toLocaleString('en-US');

/** `12,408`, or `20,000 (1,000,000 distinct disk states)`. */
export const ranText = ({ ran, tried }: Tally): string =>
  tried
    ? `${countText(ran)} (${countText(tried.distinct)} distinct ${tried.unit})`
    : countText(ran);
