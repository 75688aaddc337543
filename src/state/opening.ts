/**
 * Opening a directory: what recovery read is mended and made durable before anything new is told.
 *
 *   1. see that nothing is in the way; recover (read-only; a refusal leaves everything as it was)
 *   2. before the first upgrade: a backup of the whole directory
 *   3. mend the journal from its other copy, move damaged files to quarantine
 *   4. R1: sync every live file and folder
 *   5. R2: a fresh checkpoint, or the tail written anew where nothing else is (tail.ts), and a new
 *      segment, in this order: temporary files, the segment with the new manifest in its head, the
 *      manifest, the renames
 *
 * A manifest is never listed before the segment behind its newest step exists, so a journal that
 * ends before it has lost lines. A crash anywhere in 2 to 5 leaves a directory that recovers to
 * the same step. Never: acknowledges anything before 5 is done.
 */
import { randomBytes } from 'node:crypto';
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import { backupDirectory } from './backup.ts';
import { giveUpLostBlobs, repairBlobs } from './blobs.ts';
import { waitingFile } from './candidate.ts';
import type { Disk } from './disk.ts';
import { type Disks, JournalWriter, repairJournal, scanJournal } from './journal.ts';
import { COPIES } from './journal-file.ts';
import {
  type FileRecord,
  type Generation,
  MANIFEST_FORMAT,
  type Manifest,
  sealManifest,
} from './manifest.ts';
import { mendSpares, restoreNeeded, restoreSpares, setStrangeAside } from './mirror-spare.ts';
import { refuseMisplaced } from './places.ts';
import { quarantineCopy } from './quarantine.ts';
import { type Recovered, type RecoveryReport, recover } from './recover.ts';
import { keepTwins, withGeneration } from './retention.ts';
import { setDamagedAside, setJournalAside } from './set-aside.ts';
import { commitSnapshot, type Prepared, prepareSnapshot, recordsAt } from './snapshot.ts';
import { syncAll } from './sync.ts';
import { rewriteTail } from './tail.ts';
import { TEMPORARY } from './whole-file.ts';

/**
 * A journal that is given up may have held lines of rollbacks whose checkpoints never came: an epoch
 * is never used twice, and a number that nobody used costs nothing.
 */
const EPOCHS_UNSEEN = 16;

export interface OpeningOptions {
  readonly disks: Disks;
  readonly components: readonly AnyComponent[];
  readonly now: () => number;
  /** Of a directory that begins; absent: random. */
  readonly newId?: () => string;
  /** The operator's word that what cannot be rebuilt may be lost. */
  readonly acceptLoss?: boolean;
  /** Ids of components that start afresh; their files go to quarantine. */
  readonly reset?: readonly string[];
}

export interface Opened {
  readonly recovered: Recovered;
  readonly report: RecoveryReport;
  readonly manifest: Manifest;
  readonly live: Map<string, FileRecord>;
  readonly writer: JournalWriter;
  readonly journalFirst: number;
}

export function openDirectory(options: OpeningOptions): Opened {
  const { disks, components, reset = [] } = options;
  for (const id of reset) refuseUnknown(components, id);
  refuseMisplaced(disks, components);
  const found = recoverFrom(options);
  const { scan, seq, chain, states, tail } = found;
  if (isUpgrade(found)) backupDirectory(disks, 'before-upgrade');
  mendJournal(disks, found);
  setDamagedAside(disks.a, found);
  keepUnvouched(disks.a, found);
  const live = liveRecords(found, components);
  nameWaiting(disks.a, found, live);
  restoreNeeded(disks.a, found.survey);
  const { recovered, told } = mendBlobs(disks, found);
  const spares = mendSpares(disks, { components, manifest: found.manifest });
  // The journal's repair has ended with R1 already; what was done since needs it again.
  if (scan === null || recovered.damaged.length > 0 || told.length > 0) syncAll(disks);

  const changed = new Set(tail === null ? recovered.changed : []);
  const encodings = new Map(recovered.encodings);
  for (const id of reset) {
    const component = must(
      components.find(each => each.id === id),
      id,
    );
    states[id] = component.afresh?.(states[id]) ?? component.initial();
    changed.add(id);
    encodings.delete(id);
    const former = live.get(id);
    if (former !== undefined) quarantineCopy(disks.a, former.file);
    live.delete(id);
  }
  const prepared = prepareSnapshot({ disk: disks.a, components, states, seq, changed, encodings });
  const manifest = firstManifest(options, recovered, { prepared, live });
  if (tail !== null) rewriteTail(disks, must(scan, 'a journal'), manifest);
  const journalFirst = scan === null || scan.last < scan.first ? seq + 1 : scan.first;
  keepTwins(disks.a, { components, manifest, journalFirst, prepared, former: null });
  const writer = JournalWriter.open(disks, {
    directory: manifest.directory,
    first: seq + 1,
    continues: chain,
    manifest: sealManifest(manifest),
  });
  const now = commitSnapshot(disks.a, prepared, { manifest, live });
  for (const path of recovered.survey.litter) disks.a.remove(path);
  const repairs = [...recovered.report.repairs, ...told, ...spares];
  return {
    recovered,
    report: { ...recovered.report, repairs },
    manifest,
    live: now,
    writer,
    journalFirst,
  };
}

function refuseUnknown(components: readonly AnyComponent[], id: string): void {
  if (components.some(component => component.id === id)) return;
  const known = components.map(component => component.id).join(', ');
  throw new Fault(EXIT.usage, `there is no component "${id}"`, `choose one of: ${known}`);
}

const isUpgrade = ({ choices }: Recovered): boolean =>
  [...choices.values()].some(
    choice => choice.kind === 'file' && choice.schema < choice.component.version,
  );

/** An empty directory gets the spares of its mirror first; until it is whole it counts as empty. */
function recoverFrom(options: OpeningOptions): Recovered {
  const { disks, components, reset = [] } = options;
  const found = recover({ ...options, savesLater: reset.length === 0 });
  const isRestored = found.adopted && disks.b !== disks.a && restoreSpares(disks, components);
  return isRestored ? recover(options) : found;
}

/** A blob that both copies have lost is told of once, and then no longer vouched for. */
function mendBlobs(disks: Disks, found: Recovered): { recovered: Recovered; told: string[] } {
  const named = [...found.generations.flatMap(({ blobs }) => blobs), ...found.blobs];
  const mended = repairBlobs(disks, new Set(named));
  const lost = giveUpLostBlobs(disks, new Set(named));
  const kept = (blobs: readonly string[]): string[] => blobs.filter(hash => !lost.has(hash));
  const generations = found.generations.map(each => ({ ...each, blobs: kept(each.blobs) }));
  return {
    recovered: { ...found, generations, blobs: kept(found.blobs) },
    told: [
      ...(found.adopted ? [] : mended).map(
        ({ file, what }) => `${file} ${what}: repaired from the other copy`,
      ),
      ...[...lost].map(hash => `the blob ${hash} is gone in both copies: no state kept needs it`),
    ],
  };
}

function mendJournal(disks: Disks, found: Recovered): void {
  const { scan, aside, generations, blobs, survey } = found;
  if (scan === null) for (const copy of COPIES) setJournalAside(disks[copy], 'newest first');
  else if (aside === null) repairJournal(disks, scan);
  else {
    const named = generations.flatMap(generation => generation.blobs);
    setStrangeAside(disks.b, new Set([...named, ...blobs]));
    setJournalAside(disks.b, 'newest last');
    repairJournal(disks, scanJournal(disks, survey.known));
  }
}

/**
 * What is gone on from at the operator's word alone, or under a step that it did not reach, is
 * written anew by the first checkpoint, and no generation keeps it: as it stood, it stays here.
 */
function keepUnvouched(disk: Disk, { choices, scan, damaged }: Recovered): void {
  for (const choice of choices.values()) {
    if (choice.kind !== 'file' || (scan !== null && choice.record !== null)) continue;
    const { path, name, spareOf } = choice.file;
    if (spareOf === undefined && path === name && !damaged.includes(path))
      quarantineCopy(disk, path);
  }
}

/**
 * Ends a commit that was cut short, where nothing whole has the name of what is vouched for: by the
 * temporary one, which this start writes over, the next would not know that nothing was damaged.
 */
function nameWaiting(
  disk: Disk,
  { choices, manifest }: Recovered,
  live: ReadonlyMap<string, FileRecord>,
): void {
  for (const [id, choice] of choices) {
    const { name } = choice.component.file;
    const isChosen = choice.kind === 'file' && choice.file.path === name + TEMPORARY;
    const record = live.has(id) ? undefined : manifest?.generations[0]?.components[id];
    const waits = record !== undefined && waitingFile(disk, record, id) !== null;
    if (!isChosen && !waits) continue;
    disk.rename(name + TEMPORARY, name);
    disk.syncFolder('');
  }
}

/** The records of what stands, intact, under the stable names. */
function liveRecords(
  recovered: Recovered,
  components: readonly AnyComponent[],
): Map<string, FileRecord> {
  const { survey, manifest, choices, damaged } = recovered;
  const live = new Map<string, FileRecord>();
  for (const file of survey.files) {
    if (file.previous !== null || damaged.includes(file.path)) continue;
    const records = (manifest?.generations ?? []).flatMap(
      generation => generation.components[file.component] ?? [],
    );
    const choice = choices.get(file.component);
    const record = records.find(each => each.sha256 === file.sha256);
    if (record !== undefined) live.set(file.component, record);
    else if (choice?.kind === 'file' && choice.file === file)
      live.set(file.component, unvouched(choice.seq, choice.schema, file));
  }
  for (const { id } of components) {
    const choice = choices.get(id);
    // The newest record of a content says how far it holds.
    const isHere = choice?.kind === 'file' && choice.file.previous === null;
    if (isHere && choice.record !== null && !damaged.includes(choice.file.path))
      live.set(id, choice.record);
  }
  return live;
}

const unvouched = (
  seq: number,
  schema: number,
  { name, sha256, bytes }: { name: string; sha256: string; bytes: number },
): FileRecord => ({ file: name, seq, through: seq, schema, sha256, bytes, state: '' });

function firstManifest(
  options: OpeningOptions,
  recovered: Recovered,
  files: { readonly prepared: Prepared; readonly live: ReadonlyMap<string, FileRecord> },
): Manifest {
  const { disks, components, now, newId = randomId, reset = [] } = options;
  const { manifest, scan, seq, chain, report, choices, tail } = recovered;
  const isDoubtful = [...choices.values()].some(
    choice => choice.kind === 'file' && choice.record === null,
  );
  const begins: Record<string, number> = { ...recovered.begins };
  for (const id of reset) begins[id] = seq;
  const isRaised =
    reset.length > 0 || report.lost.length > 0 || recovered.adopted || scan === null || isDoubtful;
  const generations = withoutReset(recovered.generations, reset);
  const fresh: Generation = {
    ...{ seq, chain, madeAtMs: now(), onOpen: true, blobs: [...recovered.blobs] },
    components: recordsAt({ components, ...files }, seq),
  };
  return {
    format: MANIFEST_FORMAT,
    directory: manifest?.directory ?? scan?.heads.at(-1)?.directory ?? newId(),
    epoch: recovered.epoch + (scan === null ? EPOCHS_UNSEEN : isRaised ? 1 : 0),
    serial: (manifest?.serial ?? 0) + 1,
    home: disks.a.root,
    mirror: disks.b === disks.a ? null : disks.b.root,
    node: process.version,
    begins,
    ...(tail === null
      ? { generations: withGeneration(generations, fresh, components) }
      : { generations, reached: { seq, chain } }),
  };
}

const randomId = (): string => randomBytes(8).toString('hex');

const withoutReset = (generations: readonly Generation[], reset: readonly string[]): Generation[] =>
  generations.map(generation => {
    const entries = Object.entries(generation.components).filter(([id]) => !reset.includes(id));
    return { ...generation, components: Object.fromEntries(entries) };
  });
