/**
 * Whether the journal can be gone on from: its two copies must tell one history, and it must reach
 * what the manifest says was checkpointed.
 *
 * A checkpoint is listed only after the segment behind it exists, so a journal that ends before
 * has lost lines, however whole it looks.
 * Promises: read-only; says in words what is missing. Never: lets a newer journal be given up.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import { FORMAT } from './frame.ts';
import { type Disks, type JournalScan, scanJournal } from './journal.ts';
import { headIn } from './journal-cursor.ts';
import { fullName, listJournal } from './journal-file.ts';
import { type Manifest, type ManifestReading, newestOf, putOff, readSealed } from './manifest.ts';
import type { Meeting } from './mirror.ts';
import { otherCopy, ownCopy } from './nowhere.ts';
import type { Known, Survey } from './survey.ts';
import { newerThanCode } from './upgrade.ts';

/** The directory goes on with its own copy alone, and the other one is set aside. */
export interface Aside {
  readonly why: string;
  /** Null: the other copy is only old. Else it holds what the directory does not know of. */
  readonly fault: Fault | null;
}

export type JournalReading =
  | { readonly scan: JournalScan; readonly fault: null; readonly aside: Aside | null }
  | { readonly scan: null; readonly fault: Fault; readonly aside: null };

/**
 * Both copies as one, where they tell one history. Where they do not, the directory's own copy goes
 * on if it stands by itself. A hole is a fault for the caller to throw; a disk error or a newer
 * journal is thrown here.
 */
export function readJournal(disks: Disks, survey: Survey, meeting: Meeting): JournalReading {
  const both = readBoth(disks, survey.known);
  const isTold = both.fault === null && !meeting.behind;
  const own = isTold || disks.a === disks.b ? null : standingAlone(disks, survey);
  if (own === null && meeting.behind) return { scan: null, fault: onlyBehind(disks), aside: null };
  if (own === null || (both.scan !== null && both.scan.last <= own.last)) return both;
  const [dir, mirror] = [disks.a.root, disks.b.root];
  // An epoch begins where a person gave up what was known before it.
  if (meeting.behind)
    return { scan: own, fault: null, aside: { why: 'from before its last epoch', fault: null } };
  const why = both.fault?.message ?? '';
  if (endsBefore(disks, survey.known, own.first))
    return { scan: own, fault: null, aside: { why: 'of long ago', fault: null } };
  const fault = new Fault(
    EXIT.corrupt,
    `${why}; by itself ${dir} is whole to step ${own.last}`,
    `to keep ${dir} start once with --accept-loss (what is in ${mirror} is set aside); ` +
      `to keep ${mirror} move ${dir} away first`,
  );
  return { scan: own, fault: null, aside: { why, fault } };
}

/** Whole lines of a life that a person gave up must not mend the one that is lived. */
const onlyBehind = ({ a, b }: Disks): Fault =>
  new Fault(
    EXIT.corrupt,
    `the journal in ${a.root} is damaged, and its second copy in ${b.root} is from before its last epoch`,
    ACCEPT_LOSS,
  );

function readBoth(disks: Disks, known: Known): JournalReading {
  try {
    const scan = scanJournal(disks, known);
    // A copy that a newer release wrote passes for damaged beside one that is good.
    if (scan.repairs.length > 0) refuseNewer(disks);
    return { scan, fault: null, aside: null };
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    refuseNewer(disks);
    return { scan: null, fault: error, aside: null };
  }
}

/** The directory's own copy, where it is whole and reaches what the directory's manifest says. */
function standingAlone(disks: Disks, survey: Survey): JournalScan | null {
  const reading = readBoth(ownCopy(disks), survey.known);
  if (reading.scan === null) return null;
  const manifest = believedManifest(disks.a.root, survey, reading.scan);
  return distrust(manifest, reading, survey) === null ? reading.scan : null;
}

function endsBefore(disks: Disks, known: Known, first: number): boolean {
  const { scan } = readBoth(otherCopy(disks), known);
  return scan !== null && scan.last < first;
}

function refuseNewer(disks: Disks): void {
  for (const { first, files } of listJournal(disks).segments)
    for (const file of files) {
      const format = headIn(file, first)?.format ?? 0;
      if (format > FORMAT) throw newerThanCode(fullName(file), format, FORMAT);
    }
}

/** The newest manifest of the files and of the segments' heads. Anything newer is refused. */
export function believedManifest(
  root: string,
  survey: Survey,
  scan: JournalScan | null,
): Manifest | null {
  const heads = (scan?.heads ?? []).flatMap(({ manifest }): ManifestReading[] =>
    manifest === null ? [] : [readSealed(manifest)],
  );
  const readings = [...survey.manifests, ...heads];
  for (const reading of readings)
    if (reading.kind === 'newer') throw newerThanCode(`${root}/manifest.json`, reading.format, 1);
  return newestOf(readings);
}

/** Null, or why what the directory holds cannot be trusted to be all there was. */
export function distrust(
  manifest: Manifest | null,
  reading: JournalReading,
  survey: Survey,
): string | null {
  const { scan, fault } = reading;
  if (scan === null) return fault.message;
  const [newest] = manifest?.generations ?? [];
  const head = scan.heads.at(-1);
  if (manifest === null || newest === undefined) {
    if (scan.first === 1 && scan.last > 0) return null;
    if (survey.manifests.some(({ kind }) => kind !== 'absent'))
      return 'the manifest is damaged, and there is no journal';
    if (survey.files.length === 0 && scan.first === 1) return null;
    return 'there are state files without the manifest and the journal that vouch for them';
  }
  if (head === undefined)
    return `the journal is missing; the last checkpoint was at step ${newest.seq}`;
  if (head.directory !== manifest.directory) return 'the journal belongs to another directory';
  const reached = putOff(manifest);
  const [last, what] = reached === null ? [newest, 'last checkpoint'] : [reached, 'last start'];
  if (head.first <= last.seq)
    return scan.last < last.seq
      ? `the journal ends at step ${scan.last}, before the ${what} (step ${last.seq})`
      : `the journal's segment behind the ${what}, which begins with step ${last.seq + 1}, ` +
          'is missing in both copies';
  for (const { seq, chain } of [...manifest.generations, last])
    if (scan.heads.some(({ first, continues }) => first === seq + 1 && continues !== chain))
      return `the journal tells another history than the checkpoint at step ${seq}`;
  return null;
}
