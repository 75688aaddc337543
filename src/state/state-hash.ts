/**
 * The state hash: what two runs are compared by.
 *
 * Promises: SHA-256 over the canonical in-memory state of each component, and one over all of
 * them in list order. Never: over file bytes, so format, compression and key order do not count.
 */
import { createHash, hash } from 'node:crypto';
import { eachCanonicalPart } from '../base/canonical.ts';
import type { AnyComponent, States } from '../core/component.ts';

export interface StateHashes {
  /** In the order of the list. */
  readonly components: readonly { readonly id: string; readonly sha256: string }[];
  readonly all: string;
}

export const sha256 = (content: string | Uint8Array): string => hash('sha256', content, 'hex');

export function stateHash(state: unknown): string {
  const sum = createHash('sha256');
  eachCanonicalPart(state, text => sum.update(text));
  return sum.digest('hex');
}

export function stateHashes(components: readonly AnyComponent[], states: States): StateHashes {
  const known = components.map(({ id }) => ({ id, sha256: stateHash(states[id]) }));
  const lines = known.map(({ id, sha256: own }) => `${id} ${own}\n`);
  return { components: known, all: sha256(lines.join('')) };
}
