/**
 * What each part of the small bot is after each step.
 *
 * Never: looks at a directory.
 */
import { initialStates } from '../../../src/core/component.ts';
import { createFold } from '../../../src/core/fold.ts';
import { stateHash } from '../../../src/state/state-hash.ts';
import { COMPONENTS, factsAt, weightsAt } from '../../state/small-bot.ts';

let known: Map<string, string>[] = [];

/** By step, the hash of each part. */
export function partHashes(last: number): readonly ReadonlyMap<string, string>[] {
  if (known.length > last) return known;
  known = [];
  const states = initialStates(COMPONENTS);
  const fold = createFold(COMPONENTS, states);
  for (let step = 0; step <= last; step += 1) {
    if (step > 0)
      for (const fact of factsAt(step)) fold(fact, 'blob' in fact ? weightsAt(step) : undefined);
    known.push(new Map(COMPONENTS.map(({ id }) => [id, stateHash(states[id])])));
  }
  return known;
}
