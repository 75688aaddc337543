/**
 * A state directory as the `state` commands see it.
 *
 * Promises: looking takes no lock and writes nothing, on a running or damaged directory too;
 * changing goes through the store's one door. Never: decides what is shown.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { components, type Memory } from '../components.ts';
import { deepVerify } from '../state/deep-verify.ts';
import { DIFFERENCES_MAX, type Difference, diffStates } from '../state/diff-states.ts';
import { LOCK_FILE, realDisk } from '../state/disk.ts';
import {
  type History,
  history,
  type Inspection,
  inspectStates,
  type Reach,
  reachOf,
} from '../state/inspect.ts';
import type { Disks, JournalScan } from '../state/journal.ts';
import { acquireLock } from '../state/lock.ts';
import { newestOf, readManifests } from '../state/manifest.ts';
import { type Note, readNotes } from '../state/notes.ts';
import { openDisks, rememberedMirror } from '../state/open-disks.ts';
import { wholeJournal } from '../state/past.ts';
import { type StateHashes, stateHashes } from '../state/state-hash.ts';
import { openStore, type Store } from '../state/store.ts';
import { type Verification, verifyDirectory } from '../state/verify.ts';
import type { AppConfig } from './config.ts';
import { isOurs, refuseForeign, refuseNoFolder } from './foreign-folder.ts';
import type { ScrubRound } from './scrubber.ts';
import type { PartId } from './show-part.ts';

export type { Difference, History, Inspection, Verification };
export { DIFFERENCES_MAX };

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
  readonly allowNetwork: boolean;
  readonly disks: Disks;
  /** Parts that it does not have, where it is only a copy: they are shown as their defaults. */
  readonly missing?: readonly string[];
}

/** A directory knows where its mirror is, should the config at hand not say it. */
export function placeOf(config: AppConfig): Place {
  const { dir, allowNetworkFilesystem: allowNetwork } = config;
  refuseNoFolder(realDisk(dir).root, CHECK_DIR);
  const journalMirror = config.journalMirror ?? rememberedMirror(dir);
  const disks = openDisks(dir, journalMirror ?? undefined);
  return { directory: dir, journalMirror, allowNetwork, disks };
}

/** The place of a directory that this process holds. Plain data. */
export type HeldPlace = Pick<Place, 'directory' | 'journalMirror' | 'allowNetwork'>;

export const placeHeld = (place: HeldPlace): Place => ({
  ...place,
  disks: openDisks(place.directory, place.journalMirror ?? undefined),
});

export const isFolder = (path: string): boolean => realDisk(path).stat('')?.directory === true;

const CHECK_DIR = 'check --dir';

/** A directory that was named and is not there is a slip, unlike a default not made yet. */
export function refuseAbsent({ directory, disks }: Place, remedy = CHECK_DIR): void {
  if (disks.a.stat('') === null)
    throw new Fault(EXIT.config, `there is no directory ${directory}`, remedy);
}

/** "Nothing yet" of a folder with somebody else's files would be a lie. */
export const refuseStrange = ({ directory }: Place, remedy = CHECK_DIR): void =>
  refuseForeign(directory, remedy);

/** Refuses a directory that another process holds; makes nothing where none ever did. */
export function refuseHeld({ directory, disks }: Place): void {
  if (disks.a.stat(LOCK_FILE) !== null) acquireLock(directory).release();
}

/** The states at a step, or the newest. */
export function lookAt({ disks, missing = [] }: Place, at?: number): Inspection {
  const seen = inspectStates(disks, components, at === undefined ? {} : { at });
  if (missing.length === 0) return seen;
  const { lost, report } = seen;
  const lines = missing.map(id => `${id} is not in the backup: it is shown with its defaults`);
  return {
    ...seen,
    lost: new Set([...lost, ...missing]),
    report: { ...report, lost: [...report.lost, ...lines] },
  };
}

/** What was damaged or lost, in lines; a look hides none of it. */
export const doubtsOf = ({ doubt, report }: Inspection): string[] => [
  ...(doubt === null ? [] : [doubt]),
  ...report.lost,
  ...dueText(report.repairs.length),
];

const dueText = (repairs: number): string[] =>
  repairs === 0
    ? []
    : [
        `there is damage that a start repairs (${repairs === 1 ? 'in one place' : `in ${repairs} places`}; ` +
          'holdfast state verify names it): what is shown is what it would bring back',
      ];

/** Whose directory it is, should it still say so. */
export const ownId = ({ disks }: Place): string | null =>
  newestOf(readManifests(disks.a))?.directory ?? null;

export const memoryOf = ({ states }: Inspection): Memory => states as Memory;

/** True when nothing was ever kept there. */
export const isEmpty = ({ seq, files }: Inspection): boolean => seq === 0 && files.length === 0;

export const hashesAt = ({ states }: Inspection): StateHashes => stateHashes(components, states);

export const verify = ({ disks }: Place): Verification => verifyDirectory(disks, components);

/** And the journal folded once more against every generation. */
export const verifyDeep = ({ disks }: Place, onProgress: (share: number) => void): Verification =>
  deepVerify(disks, components, onProgress);

/** The steps that can be looked at. */
export const reach = ({ disks }: Place): Reach => reachOf(disks);

/** The journal as far back as it is kept, oldest step first. */
export const journalOf = ({ disks }: Place): JournalScan => wholeJournal(disks);

export const historyOf = ({ disks }: Place): History => history(disks, { notes: NOTES_MAX });

/** All that two files of notes can hold. */
const NOTES_MAX = 100_000;

/** The last round of the scrub that was finished, and everything that any kept note says it found. */
export function scrubNotesOf({ disks }: Place): {
  readonly last: ScrubRound | null;
  readonly findings: readonly Note[];
} {
  const notes = readNotes(disks.a, { last: Number.POSITIVE_INFINITY });
  const findings = notes.filter(({ what }) => what === 'repaired' || what === 'damage');
  return { last: lastRoundIn(notes), findings };
}

export const lastRoundIn = (notes: readonly Note[]): ScrubRound | null =>
  (notes.findLast(({ what }) => what === 'scrubbed') ?? null) as ScrubRound | null;

export interface PartDifference {
  readonly id: PartId;
  readonly differences: readonly Difference[];
}

/** Per part that differs: what changed from one to the other. */
export const differencesOf = (before: Inspection, after: Inspection): PartDifference[] =>
  components
    .map(({ id }) => ({ id, differences: diffStates(before.states[id], after.states[id]) }))
    .filter(({ differences }) => differences.length > 0);

/** Only a start of the bot, or an import, begins a directory; what changes one has to find it. */
function refuseNothing({ directory, journalMirror, disks }: Place, begin: boolean): void {
  refuseForeign(directory);
  if (begin || journalMirror !== null || disks.a.list('').some(isOurs)) return;
  throw new Fault(
    EXIT.config,
    `there is nothing in ${directory} yet`,
    'check --dir, or start the bot first: holdfast trade',
  );
}

export interface ChangeOptions {
  readonly acceptLoss?: boolean;
  readonly reset?: readonly string[];
  /** Where there is nothing yet, a directory begins. */
  readonly begin?: boolean;
}

/** Opens the store (recovery, lock and all), works, and closes it. */
export function changeDirectory<T>(
  place: Place,
  { begin = false, ...options }: ChangeOptions,
  work: (store: Store) => T,
): T {
  const { directory, journalMirror, allowNetwork } = place;
  refuseNothing(place, begin);
  const store = openStore({
    directory,
    ...(journalMirror === null ? {} : { journalMirror }),
    components,
    allowNetwork,
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
