/**
 * A state directory as the `state` commands see it.
 *
 * Promises: looking takes no lock and writes nothing, on a running or damaged directory too;
 * changing goes through the store's one door. Never: decides what is shown.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { components, type Memory } from '../components.ts';
import { type Difference, diffStates } from '../state/diff-states.ts';
import { type History, history, type Inspection, inspectStates } from '../state/inspect.ts';
import type { Disks } from '../state/journal.ts';
import { openDisks } from '../state/open-disks.ts';
import { type StateHashes, stateHashes } from '../state/state-hash.ts';
import { openStore, type Store } from '../state/store.ts';
import { type Verification, verifyDirectory } from '../state/verify.ts';
import type { AppConfig } from './config.ts';
import type { PartId } from './show-part.ts';

export type { Difference, History, Inspection, Verification };

/** What the command line needs to know of each part. */
export const parts: readonly {
  readonly id: string;
  readonly title: string;
  readonly version: number;
  readonly file: { readonly name: string };
}[] = components;

export interface Place {
  readonly directory: string;
  readonly journalMirror: string | null;
  readonly disks: Disks;
}

export const placeOf = ({ dir, journalMirror }: AppConfig): Place => ({
  directory: dir,
  journalMirror,
  disks: openDisks(dir, journalMirror ?? undefined),
});

/** A directory that was named and is not there is a slip, unlike a default not made yet. */
export function refuseAbsent({ directory, disks }: Place): void {
  if (disks.a.stat('') === null)
    throw new Fault(EXIT.config, `there is no directory ${directory}`, 'check --dir');
}

/** The states at a step, or the newest. */
export const lookAt = ({ disks }: Place, at?: number): Inspection =>
  inspectStates(disks, components, at === undefined ? {} : { at });

export const memoryOf = ({ states }: Inspection): Memory => states as Memory;

/** True when nothing was ever kept there. */
export const isEmpty = ({ seq, files }: Inspection): boolean => seq === 0 && files.length === 0;

export const hashesAt = ({ states }: Inspection): StateHashes => stateHashes(components, states);

export const verify = ({ disks }: Place): Verification => verifyDirectory(disks, components);

export const historyOf = ({ disks }: Place): History => history(disks);

export interface PartDifference {
  readonly id: PartId;
  readonly differences: readonly Difference[];
}

/** Per part that differs: what changed from one to the other. */
export const differencesOf = (before: Inspection, after: Inspection): PartDifference[] =>
  components
    .map(({ id }) => ({ id, differences: diffStates(before.states[id], after.states[id]) }))
    .filter(({ differences }) => differences.length > 0);

/** Opens the store (recovery, lock and all), works, and closes it. */
export function changeDirectory<T>(
  { directory, journalMirror }: Place,
  options: { readonly acceptLoss?: boolean; readonly reset?: readonly string[] },
  work: (store: Store) => T,
): T {
  const store = openStore({
    directory,
    ...(journalMirror === null ? {} : { journalMirror }),
    components,
    now: Date.now,
    sync: 'each',
    ...options,
  });
  try {
    return work(store);
  } finally {
    store.close();
  }
}
