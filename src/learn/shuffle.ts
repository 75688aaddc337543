/**
 * Shuffles a list by given dice (Fisher–Yates).
 *
 * Promises: the same order for the same dice. Never: rolls dice of its own.
 */
import type { Rng } from '../base/rng.ts';

/** In place. */
export function shuffle(list: number[], rng: Rng): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = rng.nextInt(last + 1);
    const kept = list[last]!;
    list[last] = list[other]!;
    list[other] = kept;
  }
}
