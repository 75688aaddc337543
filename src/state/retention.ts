/**
 * Retention: which generations stay, and what may go with the others.
 *
 * Promises: at least two complete generations; each component has two independent copies of what
 * it needs to go on; nothing is dropped before the new generation is durable. A checkpoint on open
 * evicts no young generation, so a crash loop cannot burn them. Never: drops a journal line or a
 * blob at or above the oldest kept generation; never touches what it does not know.
 */
import { GENERATION_YOUNG_MS, GENERATIONS_KEPT_MAX, GENERATIONS_KEPT_MIN } from '../base/limits.ts';
import type { AnyComponent } from '../core/component.ts';
import { pruneBlobs } from './blobs.ts';
import type { Disk } from './disk.ts';
import { compressSealed, type Disks, pruneJournal } from './journal.ts';
import type { FileRecord, Generation, Manifest } from './manifest.ts';
import { copySpares } from './mirror-spare.ts';
import { setBlobsAside, setCheckpointAside, setSegmentsAside } from './past.ts';
import { copyToPrevious, type Prepared } from './snapshot.ts';
import { PREVIOUS_FOLDER, previousFolders } from './survey.ts';
import { dropTold, setUntoldAside } from './untold.ts';

type Components = readonly AnyComponent[];

export const isComplete = (generation: Generation, components: Components): boolean =>
  components.every(({ id }) => generation.components[id] !== undefined);

/** The list with a new generation in front, and without those that may go. */
export function withGeneration(
  former: readonly Generation[],
  fresh: Generation,
  components: Components,
): Generation[] {
  const replaced = former.findIndex(generation => isReplacedBy(generation, fresh));
  // What holds the same files is no second generation.
  const others = former.filter((_, index) => index !== replaced);
  const all = [replaced < 0 ? fresh : merged(fresh, former[replaced]!), ...others];
  const kept: Generation[] = [];
  let complete = 0;
  for (const generation of all) {
    const isYoung = fresh.madeAtMs - generation.madeAtMs < GENERATION_YOUNG_MS;
    if (complete >= GENERATIONS_KEPT_MIN && !(fresh.onOpen && isYoung)) break;
    kept.push(generation);
    if (isComplete(generation, components)) complete += 1;
  }
  while (kept.length > GENERATIONS_KEPT_MAX) dropOne(kept);
  return kept;
}

function isReplacedBy(former: Generation, fresh: Generation): boolean {
  const ids = Object.keys(former.components);
  const isSame = ids.every(id => former.components[id]?.sha256 === fresh.components[id]?.sha256);
  return isSame && ids.length === Object.keys(fresh.components).length;
}

const merged = (fresh: Generation, former: Generation): Generation => ({
  ...fresh,
  onOpen: fresh.onOpen && former.onOpen,
  blobs: [...new Set([...fresh.blobs, ...former.blobs])],
});

/** Drops the newest one made on open, else the second newest; its blobs go to the newer one. */
function dropOne(kept: Generation[]): void {
  const index = Math.max(
    1,
    kept.findIndex((generation, at) => at > 0 && generation.onOpen),
  );
  const [dropped] = kept.splice(index, 1);
  const newer = kept[index - 1]!;
  kept[index - 1] = { ...newer, blobs: [...new Set([...newer.blobs, ...dropped!.blobs])] };
}

/** Everything up to this step can be had without the journal, in two ways; 0: nothing yet. */
export function journalFloor(manifest: Manifest, components: Components): number {
  const complete = manifest.generations.filter(generation => isComplete(generation, components));
  if (complete.length < GENERATIONS_KEPT_MIN) return 0;
  const records = manifest.generations.flatMap(({ components: own }) => Object.values(own));
  return Math.min(...records.map(record => record.through));
}

export interface RetainOptions {
  readonly disks: Disks;
  readonly components: Components;
  readonly manifest: Manifest;
  /** Blobs named since the newest generation. */
  readonly blobs: Iterable<string>;
  /** The first step that the journal still has. */
  readonly journalFirst: number;
  /** Nothing is dropped: what would be is set aside (past.ts). */
  readonly keepHistory: boolean;
}

/** All parts of a piece of work that is offered in parts. */
export function atOnce(parts: Iterable<void>): void {
  for (const _part of parts);
}

/**
 * After the checkpoint: spare copies first, then what may go. All of it can be done again, and steps
 * may be taken between its parts, each of which is short.
 * Returns the first step from which the journal can be counted on.
 */
export function* retain(options: RetainOptions): Generator<void, number> {
  const { disks, components, manifest, keepHistory } = options;
  const floor = journalFloor(manifest, components);
  const journalFirst = firstKept(options);
  if (keepHistory) setCheckpointAside(disks, manifest, components);
  for (const record of twinsOf(options)) copyToPrevious(disks.a, record);
  if (disks.b !== disks.a) {
    copySpares(disks, { components, manifest });
    // First there: what the mirror lacks can be copied again.
    yield* dropPrevious(disks.b, components, manifest);
  }
  yield* dropPrevious(disks.a, components, manifest);
  if (floor === 0) return journalFirst;
  pruneJournal(disks, floor + 1, segments => {
    if (keepHistory) setSegmentsAside(segments);
    else setUntoldAside(disks, segments);
  });
  dropTold(disks);
  yield;
  const named = manifest.generations.flatMap(generation => generation.blobs);
  pruneBlobs(disks, new Set([...named, ...options.blobs]), keepHistory ? setBlobsAside : undefined);
  return journalFirst;
}

/** Packs what the last checkpoint sealed; slow enough to be done apart from it. */
export const compressJournal = (disks: Disks, seq: number): number =>
  compressSealed(disks, seq + 1);

export type Holdings = Pick<RetainOptions, 'components' | 'manifest' | 'journalFirst'>;

function firstKept({ manifest, components, journalFirst }: Holdings): number {
  const floor = journalFloor(manifest, components);
  return Math.max(journalFirst, floor === 0 ? 0 : floor + 1);
}

/** Files that would be the only one of their component once this manifest holds. */
export function twinsOf(options: Holdings): FileRecord[] {
  const { components, manifest } = options;
  const journalFirst = firstKept(options);
  return components.flatMap(({ id, afresh }) => {
    const record = manifest.generations[0]?.components[id];
    const begins = manifest.begins[id] ?? 0;
    const isRebuildable = journalFirst <= begins + 1 && (begins === 0 || afresh === undefined);
    if (record === undefined || isRebuildable) return [];
    const others = manifest.generations.flatMap(({ components: own }) => own[id] ?? []);
    // A file that no line leads on from is no second copy.
    const isSpare = ({ sha256, through }: FileRecord) =>
      sha256 !== record.sha256 && journalFirst <= through + 1;
    return others.some(isSpare) ? [] : [record];
  });
}

/**
 * Before a manifest is written that no longer names an older content: what will be the only one
 * gets its second copy first, for a kill right after it and one flipped bit must cost nothing.
 */
export function keepTwins(
  disk: Disk,
  next: Holdings & { readonly prepared: Prepared; readonly former: Manifest | null },
): void {
  const { prepared, former, ...holdings } = next;
  const known =
    former === null ? [] : twinsOf({ ...holdings, manifest: former }).map(({ sha256 }) => sha256);
  const written = Object.values(prepared.records).map(({ sha256 }) => sha256);
  for (const record of twinsOf(holdings))
    if (!known.includes(record.sha256) && !written.includes(record.sha256))
      copyToPrevious(disk, record);
}

/** A folder at a time: to unlink a large file takes milliseconds. */
function* dropPrevious(
  disk: Disk,
  components: Components,
  manifest: Manifest,
): Generator<void, void> {
  const known = new Set(components.map(component => component.file.name));
  const needed = new Set<string>();
  for (const generation of manifest.generations)
    for (const { file, seq } of Object.values(generation.components)) needed.add(`${seq}/${file}`);
  const folders = previousFolders(disk);
  for (const { folder, seq } of folders) {
    for (const name of disk.list(folder))
      if (known.has(name) && !needed.has(`${seq}/${name}`)) disk.remove(`${folder}/${name}`);
    if (disk.list(folder).length === 0) disk.removeFolder(folder);
    yield;
  }
  if (folders.length > 0) disk.syncFolder(PREVIOUS_FOLDER);
}
