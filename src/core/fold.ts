/**
 * The fold: applies a fact to every component that listens to it.
 *
 * Promises: components are visited in the order of their list; a running bot and a replay go
 * through the same function. Never: decides anything.
 */
import type { AnyComponent, BlobContent, States } from './component.ts';
import type { Fact } from './fact.ts';

export type Fold = (fact: Fact, blob?: BlobContent) => void;

type Handler = (state: unknown, fact: Fact, blob: BlobContent) => void;

/** A fold into `states`, which it changes in place. */
export function createFold(components: readonly AnyComponent[], states: States): Fold {
  const listeners = new Map<string, { handle: Handler; state: unknown }[]>();
  for (const component of components)
    for (const [name, handle] of Object.entries(component.on)) {
      const list = listeners.get(name) ?? [];
      list.push({ handle: handle as Handler, state: states[component.id] });
      listeners.set(name, list);
    }
  return (fact, blob) => {
    const list = listeners.get(fact.type);
    if (list === undefined) return;
    for (const { handle, state } of list) handle(state, fact, blob);
  };
}
