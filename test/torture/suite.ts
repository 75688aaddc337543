/**
 * What a suite of the torture programme is: many cases, each of which can be run alone by number.
 *
 * Promises: a case depends on the seed and its index alone, so that `suite:seed:index` brings back
 * the same case on any machine, whether the run was the quick one or the full one.
 */
import { Rng, seedRng } from '../../src/base/rng.ts';

export interface Suite {
  /** In ids: `damage`. */
  readonly name: string;
  /** What it proves, for people: a sentence without a full stop. */
  readonly promise: string;
  /** Cases of the quick form; 0: none of them (it says `only in the full form`). */
  readonly quick: number;
  /** Why it cannot run on this machine (a package, root), or null. */
  missing?(): string | null;
  /** Cases that must not run beside others: they use something the machine has once. */
  readonly alone?: boolean;
  /** May be called in several threads; each prepares for itself. */
  prepare(seed: number): Campaign | Promise<Campaign>;
}

export interface Campaign {
  /** Cases of the full form. */
  readonly cases: number;
  /** Where a case tries many things: what they are, for people (`disk states`). */
  readonly unit?: string;
  /** What broke before anything was done to it: each is a failure of its own, whatever is sampled. */
  readonly broken?: readonly Error[];
  /**
   * Runs one case and says, in one or two words, how it ended well: `kept`, `repaired`, `refused`.
   * Throws when the promise is broken. Told of each thing the case tries, by a number that is the
   * same for the same thing: a run counts how many different ones there were.
   */
  run(index: number, tried: (print: number) => void): string | Promise<string>;
  close?(): void | Promise<void>;
}

/** The dice of one case. */
export function caseRng(seed: number, index: number): Rng {
  return new Rng(seedRng(seed, index));
}

/** `power:42:1093`. */
export const caseId = (suite: string, seed: number, index: number): string =>
  `${suite}:${seed}:${index}`;

/** What broke in the preparation has the numbers behind the cases. */
export async function runCase(campaign: Campaign, index: number): Promise<string> {
  const broken = campaign.broken?.[index - campaign.cases];
  if (broken !== undefined) throw broken;
  return campaign.run(index, () => undefined);
}

/** Thrown by the runner for a case that does not end. */
export class Hung extends Error {
  override name = 'Hung';
}
