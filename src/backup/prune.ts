/**
 * Pruning: which backups stay, and what goes with the others.
 *
 * Promises: the newest backups stay, so many as asked for and never none; every moment from the
 * oldest of them on can still be restored. Catalogues go first, so that none is left that lists what
 * is gone. Never: removes an object that is younger than a backup takes, or a name it does not know.
 */
import { BACKUP_ORPHAN_MS } from '../base/limits.ts';
import { type Catalogue, listCatalogues, readCatalogue } from './catalogue.ts';
import { listChunks } from './chunk.ts';
import { BACKUP_FOLDER, BLOB_FOLDER, blobOf, chunkPath, OBJECT_FOLDER } from './layout.ts';
import type { BackupPlace } from './place.ts';

export interface PruneOptions {
  readonly place: BackupPlace;
  readonly directoryId: string;
  readonly keep: number;
  /** Wall clock. */
  readonly now: () => number;
}

/** Returns how many backups were dropped. Call it after a new one was read back. */
export async function prune(options: PruneOptions): Promise<number> {
  const { place, directoryId: id } = options;
  const names = (await listCatalogues(place, id)).sort((one, two) => one.timeMs - two.timeMs);
  const kept = names.slice(-Math.max(1, options.keep));
  const dropped = names.slice(0, names.length - kept.length);
  if (dropped.length === 0) return 0;
  const catalogues: Catalogue[] = [];
  // One that cannot be read lists nothing that could be kept for it: then nothing is removed.
  for (const name of kept) catalogues.push(await readCatalogue(place, id, name));
  for (const { name } of dropped) await place.remove(`${id}/${BACKUP_FOLDER}/${name}`);
  const oldest = Math.min(...catalogues.map(({ seq }) => seq));
  for (const chunk of await listChunks(place, id))
    if (chunk.last <= oldest) await place.remove(chunkPath(id, chunk));
  for (const { name } of await place.list(`${id}/${BLOB_FOLDER}`)) {
    const seq = blobOf(name)?.seq ?? Number.POSITIVE_INFINITY;
    if (seq <= oldest) await place.remove(`${id}/${BLOB_FOLDER}/${name}`);
  }
  await pruneObjects(options, catalogues);
  return dropped.length;
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
