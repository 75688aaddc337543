/**
 * What the lives are put together from.
 *
 * Never: leaves a step unsynced.
 */
import type { Bot } from './bot.ts';
import type { Life } from './life.ts';
import type { Living } from './living.ts';

/** A life on one disk, with a mirror, or both. */
export interface Entry extends Omit<Life, 'mirror' | 'bot'> {
  readonly bot?: Bot;
  /** Only with a mirror, or only without; else both. */
  readonly only?: 'one disk' | 'a mirror';
}

/** Rounds of steps with a checkpoint after each. */
export function rounds(living: Living, ...counts: number[]): void {
  living.open();
  for (const count of counts) {
    living.steps(count);
    living.checkpoint();
  }
}

export const grown = (living: Living): void => {
  rounds(living, 8, 3);
  living.steps(3);
  living.close();
};

export const goOn = (living: Living): void => {
  living.open();
  living.steps(2);
  living.close();
};
