/**
 * The mirror: whose journal lies in it, and whether it may be read beside the directory's own.
 *
 * | the directory      | its mirror holds                     | what is done (table in docs/STATE.md)  |
 * |--------------------|--------------------------------------|----------------------------------------|
 * | has another id     | a journal                            | refused (64), whatever is accepted     |
 * | any                | the journal of a folder still there  | refused (64), whatever is accepted     |
 * | holds nothing      | a journal                            | refused (65); accepted: rebuilt from it |
 * | files without a name | a journal that does not vouch for them | refused (65), whatever is accepted |
 * | had this mirror    | no journal folder at all             | refused (64): not mounted?             |
 * | has the same id    | its own journal                      | read as one (journal-trust.ts)         |
 *
 * Promises: read-only, and done before anything else is written. Never: takes the history of one
 * directory for another's.
 */
import { EXIT, type ExitCode, Fault } from '../base/fault.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import { headIn } from './journal-cursor.ts';
import { type Copy, JOURNAL_FOLDER, listJournal } from './journal-file.ts';
import { scanJournal } from './journal-read.ts';
import { type Manifest, newestOf, readManifests, readSealed } from './manifest.ts';
import { holdsSpares } from './mirror-spare.ts';
import { ownCopy } from './nowhere.ts';
import type { Survey } from './survey.ts';

/** The two copies must not be taken for one; the directory alone can still be looked at. */
export class MirrorFault extends Fault {}

/** Whose a copy is, by the head of its newest segment. */
interface Lineage {
  readonly directory: string;
  readonly manifest: Manifest | null;
  /** The folder it was found in. */
  readonly root: string;
}

export interface Meeting {
  /** Set where the directory holds nothing and the other copy does: it takes the operator's word. */
  readonly orphan: MirrorFault | null;
  /** The mirror has not seen the directory's present life. */
  readonly behind: boolean;
  /** The highest epoch that either has seen. */
  readonly epoch: number;
}

const ONE: Meeting = { orphan: null, behind: false, epoch: 1 };
const OWN_FOLDER = 'give each directory a journal_mirror of its own';

export function meetMirror(disks: Disks, survey: Survey): Meeting {
  const { a, b } = disks;
  // Spares alone are what an interrupted rebuilding left, or the mirror's own.
  const isBare =
    survey.files.every(({ previous }) => previous !== null) &&
    survey.manifests.every(({ kind }) => kind === 'absent');
  if (disks.alone || (a === b && (!isBare || hasCopy(disks, 'a')))) return ONE;
  // Refused by whoever reads the manifest.
  if (survey.manifests.some(({ kind }) => kind === 'newer')) return ONE;
  const mirror = lineageOf(disks, 'b', survey);
  const own = ownLineage(disks, survey);
  if (mirror === null) {
    refuseUnmounted(b, own);
    return ONE;
  }
  if (own !== null && own.directory !== mirror.directory) throw foreign(a, mirror);
  refuseShared(disks, mirror, own !== null);
  const epochs = [own, mirror].map(lineage => lineage?.manifest?.epoch ?? 1);
  const epoch = Math.max(...epochs);
  if (own !== null) return { orphan: null, behind: epochs[1]! < epochs[0]!, epoch };
  if (isBare) return { orphan: orphan(disks, mirror), behind: false, epoch };
  if (!vouches(mirror, survey)) throw nameless(a, mirror);
  return { orphan: null, behind: false, epoch };
}

/** Why the two copies must not be read as one, in a directory that is only looked at; or null. */
export function mirrorRefusal(disks: Disks, survey: Survey): MirrorFault | null {
  try {
    return meetMirror(disks, survey).orphan;
  } catch (error) {
    if (error instanceof MirrorFault) return error;
    throw error;
  }
}

export const withoutMirror = ownCopy;

const hasCopy = (disks: Disks, copy: Copy): boolean =>
  listJournal(disks).segments.some(({ files }) => files.some(file => file.copy === copy));

/** A single strange file among the directory's own does not make the copy a stranger's. */
function lineageOf(disks: Disks, copy: Copy, { known }: Survey): Lineage | null {
  const segments = listJournal(disks).segments.toReversed();
  for (const stray of [false, true]) {
    let strange: Lineage | null = null;
    for (const { first, files } of segments)
      for (const file of files) {
        const head = file.copy === copy && file.stray === stray ? headIn(file, first) : null;
        if (head === null) continue;
        const reading = head.manifest === null ? null : readSealed(head.manifest);
        const manifest = reading?.kind === 'good' ? reading.manifest : null;
        const lineage = { directory: head.directory, manifest, root: file.disk.root };
        if (known.directory === null || head.directory === known.directory) return lineage;
        strange ??= lineage;
      }
    if (strange !== null) return strange;
  }
  return null;
}

function ownLineage(disks: Disks, survey: Survey): Lineage | null {
  const { root } = disks.a;
  const found = lineageOf(disks, 'a', survey);
  const heads = found?.manifest ? [{ kind: 'good' as const, manifest: found.manifest }] : [];
  const manifest = newestOf([...survey.manifests, ...heads]);
  return manifest === null ? found : { directory: manifest.directory, manifest, root };
}

const vouches = ({ manifest }: Lineage, { files }: Survey): boolean =>
  (manifest?.generations ?? []).some(({ components }) =>
    files.some(({ component, sha256 }) => components[component]?.sha256 === sha256),
  );

/** Of a mount point only the empty folder is left when its disk is not there. */
function refuseUnmounted(mirror: Disk, own: Lineage | null): void {
  if (own?.manifest?.mirror !== mirror.root || mirror.stat(JOURNAL_FOLDER) !== null) return;
  throw fault(
    EXIT.config,
    `the journal's second copy was in ${mirror.root}, and there is nothing now`,
    `mount its disk; if a new copy is to begin there, make the folder ${mirror.root}/journal`,
  );
}

/** Two folders of one id: one is a copy of the other, and both would write on here. */
function refuseShared(disks: Disks, mirror: Lineage, isCopy: boolean): void {
  const { a, b } = disks;
  const home = mirror.manifest?.home;
  if (home === undefined || home === a.root || !isDirectory(disks, home, mirror.directory)) return;
  if (a === b)
    throw fault(
      EXIT.config,
      `${a.root} is the mirror of ${home}, no state directory`,
      'choose another folder with --dir',
    );
  // The directory itself says where its mirror is: this one was copied with it.
  if (isCopy && mirror.manifest?.mirror !== b.root)
    throw fault(
      EXIT.config,
      `${a.root} and ${mirror.root} are copies of ${home} and its mirror, and that goes on`,
      `move ${mirror.root}/journal away: the second copy of this directory then begins there`,
    );
  const copy = isCopy ? `, of which ${a.root} is a copy` : '';
  throw fault(EXIT.config, `${mirror.root} is the mirror of ${home}${copy}`, OWN_FOLDER);
}

function isDirectory({ at }: Disks, root: string, id: string): boolean {
  try {
    return at !== undefined && newestOf(readManifests(at(root)))?.directory === id;
  } catch (error) {
    // What cannot be looked at cannot be told from what is gone.
    if (error instanceof Fault) return false;
    throw error;
  }
}

/** `directory 3fa9… (last in /srv/models)`. */
function nameOf({ directory, manifest }: Lineage): string {
  const where = manifest?.home === undefined ? '' : ` (last in ${manifest.home})`;
  return `directory ${directory}${where}`;
}

const foreign = ({ root }: Disk, mirror: Lineage): MirrorFault =>
  fault(
    EXIT.config,
    `${mirror.root} holds the journal of ${nameOf(mirror)}, which is not ${root}'s`,
    `${OWN_FOLDER}, or move ${mirror.root}/journal away if nobody needs it`,
  );

const nameless = ({ root }: Disk, mirror: Lineage): MirrorFault =>
  fault(
    EXIT.corrupt,
    `${root} has neither manifest nor journal, and its files are not those of ${nameOf(mirror)}, ` +
      `whose journal is in ${mirror.root}`,
    'move the files away to rebuild that directory here, or name an empty mirror folder to keep them',
  );

function orphan(disks: Disks, mirror: Lineage): MirrorFault {
  const held = `${disks.a.root} is empty, but ${mirror.root} holds the journal of ${nameOf(mirror)}`;
  const [what, remedy] = rebuildable(disks, mirror);
  const afresh = `to begin afresh, ${OWN_FOLDER} or move ${mirror.root}/journal away`;
  return fault(EXIT.corrupt, `${held}, ${what}`, `${remedy}; ${afresh}`);
}

/** What is there of it, and what can be done about that. */
function rebuildable(disks: Disks, { manifest }: Lineage): [what: string, remedy: string] {
  const backup = 'put a backup of that directory in place';
  const defaults = '--accept-loss starts what cannot be rebuilt from its defaults';
  try {
    const { first, last } = scanJournal(disks);
    return first > 1 && !holdsSpares(disks.b, manifest, first)
      ? [`steps ${first} to ${last} without the state files before them`, `${backup}; ${defaults}`]
      : [
          `complete to step ${last}`,
          'start once with --accept-loss to rebuild that directory from it',
        ];
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    return ['damaged', `${backup}; ${defaults}`];
  }
}

const fault = (code: ExitCode, message: string, remedy: string): MirrorFault =>
  new MirrorFault(code, message, remedy);
