/**
 * The fold: applies a fact to every component that listens to it.
 *
 * `component.founded` reaches every component and tells the ones it names the binding and the
 * settings, which each of them learned from `directory.bound` and `config.changed` otherwise.
 * Promises: components are visited in the order of their list; a running bot and a replay go
 * through the same function. Never: decides anything.
 */
import { seedRng } from '../base/rng.ts';
import type { AnyComponent, BlobContent, States } from './component.ts';
import type { Fact } from './fact.ts';

export type Fold = (fact: Fact, blob?: BlobContent) => void;

type Handler = (state: unknown, fact: Fact, blob: BlobContent) => void;

/** True when a fact of this type may change the component. */
export const listensTo = (component: AnyComponent, type: string): boolean =>
  type === 'component.founded' || type in component.on;

/** A fold into `states`, which it changes in place. */
export function createFold(components: readonly AnyComponent[], states: States): Fold {
  const listeners = new Map<string, { handle: Handler; state: unknown }[]>();
  for (const component of components)
    for (const [name, handle] of [
      // First, so that a component which listens to it itself has the last word.
      ['component.founded', founding(component)] as const,
      ...Object.entries(component.on),
    ]) {
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

function founding({ id, on }: AnyComponent) {
  return (state: unknown, { ids, binding, settings }: Fact<'component.founded'>): void => {
    if (!ids.includes(id)) return;
    const rng = seedRng(binding.seed);
    on['directory.bound']?.(state, { type: 'directory.bound', ...binding, rng }, undefined);
    on['config.changed']?.(state, { type: 'config.changed', settings }, undefined);
  };
}
