/**
 * What a place covers of a directory: epochs, backups, and how far lines lead from each.
 *
 * Promises: by the names and the catalogues alone; what is damaged a plan finds. Never: writes.
 */
import { type Catalogue, readCatalogues } from './catalogue.ts';
import { listChunks } from './chunk.ts';
import { type Chunk, isDirectoryId } from './layout.ts';
import type { BackupPlace } from './place.ts';

/** What one epoch of a place covers, and the backups in it. */
export interface Coverage {
  readonly epoch: number;
  /** From a backup to the last step that lines lead to; newest first. */
  readonly spans: readonly { readonly firstSeq: number; readonly lastSeq: number }[];
  readonly backups: readonly Catalogue[];
}

/** The directories that have backups there. */
export async function directoryIds(place: BackupPlace): Promise<string[]> {
  const entries = await place.list('');
  return entries.flatMap(({ name }) => {
    const id = name.endsWith('/') ? name.slice(0, -1) : '';
    return isDirectoryId(id) ? [id] : [];
  });
}

/** By epoch, newest first; by the names alone: what is damaged a plan finds. */
export async function coverageOf(place: BackupPlace, id: string): Promise<Coverage[]> {
  const { good } = await readCatalogues(place, id);
  return coverage(good, await listChunks(place, id));
}

export function coverage(catalogues: readonly Catalogue[], chunks: readonly Chunk[]): Coverage[] {
  const epochs = [...new Set(catalogues.map(({ epoch }) => epoch))].sort((one, two) => two - one);
  return epochs.map(epoch => {
    const backups = catalogues.filter(each => each.epoch === epoch);
    const own = chunks.filter(each => each.epoch === epoch);
    const spans: { firstSeq: number; lastSeq: number }[] = [];
    for (const { seq } of backups.toSorted((one, two) => one.seq - two.seq))
      if (seq > (spans[0]?.lastSeq ?? -1))
        spans.unshift({ firstSeq: seq, lastSeq: reachOf(own, seq) });
    return { epoch, spans, backups };
  });
}

/** The last step that lines lead to from another one, if they are what their names say. */
function reachOf(chunks: readonly Chunk[], seq: number): number {
  let at = seq;
  // By their first step: one look at each.
  for (const { first, last } of chunks.toSorted((one, two) => one.first - two.first))
    if (first <= at + 1) at = Math.max(at, last);
  return at;
}
