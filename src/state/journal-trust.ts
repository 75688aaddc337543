/**
 * Whether the journal can be gone on from: it must reach what the manifest says was checkpointed.
 *
 * A checkpoint is listed only after the segment behind it exists, so a journal that ends before
 * has lost lines, however whole it looks.
 * Promises: read-only; says in words what is missing. Never: lets a newer journal be given up.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { FORMAT } from './frame.ts';
import { type Disks, type JournalScan, scanJournal } from './journal.ts';
import { Cursor } from './journal-cursor.ts';
import { listJournal, unpack } from './journal-file.ts';
import { type Manifest, type ManifestReading, newestOf, readSealed } from './manifest.ts';
import type { Survey } from './survey.ts';
import { newerThanCode } from './upgrade.ts';

export type JournalReading =
  | { readonly scan: JournalScan; readonly fault: null }
  | { readonly scan: null; readonly fault: Fault };

/** A hole is a fault for the caller to throw; a disk error or a newer journal is thrown here. */
export function readJournal(disks: Disks): JournalReading {
  try {
    const scan = scanJournal(disks);
    // A copy that a newer release wrote passes for damaged beside one that is good.
    if (scan.repairs.length > 0) refuseNewer(disks);
    return { scan, fault: null };
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    refuseNewer(disks);
    return { scan: null, fault: error };
  }
}

function refuseNewer(disks: Disks): void {
  for (const { first, files } of listJournal(disks).segments)
    for (const { disk, path, packed } of files) {
      const raw = disk.read(path);
      const bytes = raw !== null && packed ? unpack(raw) : raw;
      const format = bytes === null ? 0 : (new Cursor(bytes, first).head?.format ?? 0);
      if (format > FORMAT) throw newerThanCode(`${disk.root}/${path}`, format, FORMAT);
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
  if (head.first <= newest.seq)
    return `the journal ends at step ${scan.last}, before the last checkpoint (step ${newest.seq})`;
  for (const { seq, chain } of manifest.generations)
    if (scan.heads.some(({ first, continues }) => first === seq + 1 && continues !== chain))
      return `the journal tells another history than the checkpoint at step ${seq}`;
  return null;
}
