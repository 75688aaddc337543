/**
 * What the file of a state is made of: its content, and the hash of the state.
 *
 * Promises: made once where a replay both judges a state and saves it, for a full memory takes most of
 * a start to encode and to walk. Never: of a state that cannot be kept exactly.
 */
import { impurity, isPure } from '../base/canonical.ts';
import type { AnyComponent, Encoded } from '../core/component.ts';
import { reasonOf } from './malformed.ts';
import { stateHash } from './state-hash.ts';

export interface Encoding {
  readonly content: Encoded;
  /** Canonical, of the state. */
  readonly hash: string;
}

export const encodingOf = ({ file }: AnyComponent, state: unknown): Encoding => ({
  content: file.encode(state),
  hash: stateHash(state),
});

/** Or why a state that came out of the journal cannot be gone on from, or saved. */
export function fitting(component: AnyComponent, state: unknown): Encoding | string {
  try {
    const rule = component.check?.(state) ?? null;
    if (rule !== null) return rule;
    const encoding = encodingOf(component, state);
    component.file.decode(encoding.content);
    return encoding;
  } catch (error) {
    return reasonOf(error);
  }
}

/** Why what is saved later could not be; null: it can. */
export function unfitToSave(component: AnyComponent, state: unknown): string | null {
  try {
    const rule = component.check?.(state) ?? null;
    if (rule !== null) return rule;
    if (component.judge !== undefined) return component.judge(state);
    if (!isPure(state)) return impurity(state);
    component.file.decode(component.file.encode(state));
    return null;
  } catch (error) {
    return reasonOf(error);
  }
}
