/**
 * The fold: applies a fact to every component that listens to it.
 *
 * Two facts are for components by name. `component.founded` tells the ones it names the binding and
 * the settings, which each of them learned from `directory.bound` and `config.changed` otherwise;
 * `memory.replaced` gives one another memory, out of the state file in its blob.
 * Promises: components are visited in the order of their list; a running bot and a replay go
 * through the same function; a state stays the same object, whoever holds on to it. Never: decides
 * anything.
 */
import { must } from '../base/assert.ts';
import { seedRng } from '../base/rng.ts';
import type { AnyComponent, BlobContent, States } from './component.ts';
import type { Fact } from './fact.ts';

export type Fold = (fact: Fact, blob?: BlobContent) => void;

/** The state in a component's file, lifted to this release; state/ knows how files are read. */
export type ReadState = (component: AnyComponent, file: Uint8Array) => unknown;

type Handler = (state: unknown, fact: Fact, blob: BlobContent) => void;

/** For whom a fact is: its type, and the one component's name where it is for no other. */
export const addressOf = (fact: Fact): string =>
  fact.type === 'memory.replaced' ? `${fact.type} ${fact.id}` : fact.type;

/** True when a fact of this address may change the component. */
export const listensTo = (component: AnyComponent, address: string): boolean =>
  address === 'component.founded' ||
  Object.hasOwn(component.on, address) ||
  address === `memory.replaced ${component.id}`;

/** A fold into `states`, which it changes in place. `read`: for facts that replace a memory. */
export function createFold(
  components: readonly AnyComponent[],
  states: States,
  read?: ReadState,
): Fold {
  const listeners = new Map<string, { handle: Handler; state: unknown }[]>();
  for (const component of components)
    for (const [name, handle] of [
      // First, so that a component which listens to it itself has the last word.
      ['component.founded', founding(component)] as const,
      ['memory.replaced', replacing(component, read)] as const,
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

function replacing(component: AnyComponent, read: ReadState | undefined) {
  return (state: object, { id }: Fact<'memory.replaced'>, blob: BlobContent): void => {
    if (id !== component.id) return;
    const file = must(blob, `the memory of ${id}`);
    putInPlace(state, reconciled(component, must(read, 'a reader')(component, file), state));
  };
}

/** What a memory from outside becomes where it takes the place of the present one. */
export const reconciled = (component: AnyComponent, arriving: unknown, present: unknown): object =>
  component.reconcile?.(arriving, present) ?? arriving;

/** Field by field: a fold and a world hold on to the object. */
function putInPlace(state: object, next: object): void {
  const fields = state as Record<string, unknown>;
  for (const key of Object.keys(fields)) if (!Object.hasOwn(next, key)) delete fields[key];
  for (const [key, value] of Object.entries(next)) fields[key] = value;
}
