/**
 * Which cases a run takes: all of them, or a sample that is spread over the whole campaign.
 *
 * Promises: no case twice; the sample of a seed is always the same one.
 */
import { assert } from '../../src/base/assert.ts';

/** The golden ratio's fraction: steps of it fill an interval as evenly as steps can. */
const GOLDEN = 0.618_033_988_749_895;

/** The index of the `k`-th case taken, for `k` below `taken`. */
export function sampler(cases: number, taken: number, seed: number): (k: number) => number {
  assert(Number.isSafeInteger(cases) && taken <= cases, `${taken} of ${cases} cases`);
  if (taken === cases) return k => k;
  let step = Math.max(1, Math.round(cases * GOLDEN));
  while (divisor(step, cases) !== 1) step += 1;
  const offset = seed % cases;
  return k => (offset + k * step) % cases;
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
