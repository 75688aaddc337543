/**
 * Pruning: which backups stay, and what goes with the others.
 *
 * Promises: the newest backups stay, so many as asked for, and the one just made whatever else there
 * is; every moment from the oldest of them on can still be restored. New is what has the higher epoch
 * and then step: clocks go wrong. Catalogues go first, so that none is left that lists what is gone.
 * One that cannot be read is told of, does not count, and stays with all that it may need.
 * Never: removes an object that is younger than a backup takes, or a name it does not know.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { BACKUP_ORPHAN_MS } from '../base/limits.ts';
import { type Catalogue, listCatalogues, readCatalogue } from './catalogue.ts';
import { listChunks } from './chunk.ts';
import {
  BACKUP_FOLDER,
  BLOB_FOLDER,
  blobOf,
  type CatalogueName,
  cataloguePath,
  chunkPath,
  OBJECT_FOLDER,
} from './layout.ts';
import type { BackupPlace } from './place.ts';

export interface PruneOptions {
  readonly place: BackupPlace;
  readonly directoryId: string;
  readonly keep: number;
  /** The catalogue that was just written and read back. */
  readonly made: Catalogue;
  /** Wall clock. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
}

interface Found {
  readonly catalogue: Catalogue;
  readonly path: string;
}

/** Returns how many backups were dropped. Call it after a new one was read back. */
export async function prune(options: PruneOptions): Promise<number> {
  const { place, directoryId: id, made } = options;
  const count = Math.max(1, options.keep);
  const names = await listCatalogues(place, id);
  if (names.length <= count) return 0;
  const { found, unreadable } = await readAll(options, names);
  const own = cataloguePath(id, made.seq, made.madeAtMs);
  found.sort((one, two) => ageOrder(one.catalogue, two.catalogue));
  const isKept = ({ path }: Found, index: number): boolean =>
    path === own || index >= found.length - count;
  const kept = found.filter(isKept).map(({ catalogue }) => catalogue);
  const dropped = found.filter((each, index) => !isKept(each, index));
  if (dropped.length === 0) return 0;
  for (const { path } of dropped) await place.remove(path);
  await pruneLines(options, Math.min(...[made, ...kept, ...unreadable].map(({ seq }) => seq)));
  // One that cannot be read may list any object.
  if (unreadable.length === 0) await pruneObjects(options, [made, ...kept]);
  return dropped.length;
}

const ageOrder = (one: Catalogue, two: Catalogue): number =>
  one.epoch - two.epoch || one.seq - two.seq || one.madeAtMs - two.madeAtMs;

async function readAll(
  { place, directoryId: id, warn }: PruneOptions,
  names: readonly CatalogueName[],
): Promise<{ readonly found: Found[]; readonly unreadable: CatalogueName[] }> {
  const found: Found[] = [];
  const unreadable: CatalogueName[] = [];
  for (const name of names)
    try {
      const catalogue = await readCatalogue(place, id, name);
      found.push({ catalogue, path: `${id}/${BACKUP_FOLDER}/${name.name}` });
    } catch (error) {
      if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
      warn(`${error.message}: it does not count, and what it may need is not removed`);
      unreadable.push(name);
    }
  return { found, unreadable };
}

/** What only leads to steps up to this one. */
async function pruneLines({ place, directoryId: id }: PruneOptions, oldest: number): Promise<void> {
  for (const chunk of await listChunks(place, id))
    if (chunk.last <= oldest) await place.remove(chunkPath(id, chunk));
  for (const { name } of await place.list(`${id}/${BLOB_FOLDER}`)) {
    const seq = blobOf(name)?.seq ?? Number.POSITIVE_INFINITY;
    if (seq <= oldest) await place.remove(`${id}/${BLOB_FOLDER}/${name}`);
  }
}

async function pruneObjects(options: PruneOptions, kept: readonly Catalogue[]): Promise<void> {
  const { place, directoryId, now } = options;
  const listed = new Set(
    kept.flatMap(({ components }) => Object.values(components).map(({ sha256 }) => sha256)),
  );
  const youngMs = now() - BACKUP_ORPHAN_MS;
  for (const { name, modifiedMs } of await place.list(`${directoryId}/${OBJECT_FOLDER}`)) {
    const hash = /^([0-9a-f]{64})\.zst$/.exec(name)?.[1];
    if (hash === undefined || listed.has(hash) || modifiedMs > youngMs) continue;
    await place.remove(`${directoryId}/${OBJECT_FOLDER}/${name}`);
  }
}
