/**
 * Taking a backup.
 *
 *   1. the files that the newest generation vouches for: what is not in the place yet is sent
 *   2. the journal's lines, to its present end
 *   3. the catalogue: from here on there is a backup
 *   4. housekeeping: lines that were shipped one by one are joined, what no backup needs is removed
 *
 * Promises: online and read-only on the directory; everything was read back and unpacked before the
 * catalogue is written; cut anywhere, the place holds every earlier backup and the next one goes on
 * with what is there. Never: removes anything before the new backup was read back.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { CATALOGUE_BYTES_MAX } from '../base/limits.ts';
import type { Disks } from '../state/journal.ts';
import { linesAfter } from '../state/journal-lines.ts';
import { sha256 } from '../state/state-hash.ts';
import {
  CATALOGUE_FORMAT,
  type Catalogue,
  decodeCatalogue,
  encodeCatalogue,
  listCatalogues,
} from './catalogue.ts';
import { marketTimeOf } from './chunk.ts';
import { joinChunks } from './join.ts';
import { BACKUP_FOLDER, cataloguePath, OBJECT_FOLDER, objectPath } from './layout.ts';
import { getContent, pack } from './pack.ts';
import { type BackupPlace, notReadBack } from './place.ts';
import { prune } from './prune.ts';
import { type Position, Shipper } from './ship.ts';
import { readSource, type Source } from './source.ts';

/** What only a reader of the state itself knows. */
export interface Timing {
  /** Market time of the files; null: before the first candle. */
  readonly marketTime: number | null;
  readonly candleMs: number;
}

export interface BackupOptions {
  readonly place: BackupPlace;
  readonly disks: Disks;
  /** Wall clock. */
  readonly now: () => number;
  readonly release: string;
  readonly timingOf: (files: ReadonlyMap<string, Uint8Array>) => Timing;
  /** Backups that stay; null: all. */
  readonly keep: number | null;
  readonly warn: (line: string) => void;
  /** Share that is done, 0 to 1, and what is under way. */
  readonly progress: (share: number, what: string) => void;
}

export interface Backup {
  readonly directoryId: string;
  readonly epoch: number;
  /** Step of the files. */
  readonly seq: number;
  /** The last step that can be restored. */
  readonly throughSeq: number;
  readonly marketTime: number | null;
  readonly madeAtMs: number;
  /** Packed or not: what the files hold. */
  readonly bytes: number;
  readonly files: number;
  /** Files that had to be sent. */
  readonly sent: number;
  readonly lines: number;
  /** Older backups that were dropped. */
  readonly dropped: number;
}

export async function takeBackup(options: BackupOptions): Promise<Backup> {
  const { place, disks, now, warn, keep, progress } = options;
  const source = await readSource(disks);
  const directoryId = source.manifest.directory;
  let sent = await putFiles(options, source);
  const shipper = new Shipper({ place, disks, directoryId, now, warn });
  const lines = await shipAll(shipper, progress);
  const catalogue = catalogueOf(options, source, shipper.position);
  await putCatalogue(place, catalogue);
  sent += await putAgain(options, source);
  await dropSame(place, catalogue);
  progress(0.95, 'housekeeping');
  await joinChunks({ place, directoryId });
  const dropped =
    keep === null ? 0 : await prune({ place, directoryId, keep, made: catalogue, now, warn });
  progress(1, '');
  const { epoch, seq, through, madeAtMs } = catalogue;
  const sizes = [...source.files.values()].map(({ length }) => length);
  return {
    ...{ directoryId, epoch, seq, madeAtMs, lines, dropped },
    throughSeq: through.seq,
    marketTime: through.marketTime,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    ...{ files: sizes.length, sent },
  };
}

/** What is there already is read back all the same: a backup vouches for all that it lists. */
async function putFiles(options: BackupOptions, source: Source): Promise<number> {
  const { place, warn, progress } = options;
  const { directory } = source.manifest;
  let [sent, done] = [0, 0];
  for (const bytes of source.files.values()) {
    const hash = sha256(bytes);
    const declared = { path: objectPath(directory, hash), sha256: hash, bytes: bytes.length };
    progress((0.7 * done) / source.files.size, 'state files');
    if (!(await isThere(place, declared, warn))) {
      await place.put(declared.path, pack(bytes));
      await getContent(place, declared);
      sent += 1;
    }
    done += 1;
  }
  return sent;
}

/**
 * What was found there, and was removed before the catalogue that lists it was written: by another
 * process, which dropped the backup that it belonged to. No pruning that begins from now on does.
 */
async function putAgain(options: BackupOptions, source: Source): Promise<number> {
  const { directory } = source.manifest;
  const entries = await options.place.list(`${directory}/${OBJECT_FOLDER}`);
  const there = new Set(entries.map(({ name }) => `${directory}/${OBJECT_FOLDER}/${name}`));
  const gone = [...source.files].filter(
    ([, bytes]) => !there.has(objectPath(directory, sha256(bytes))),
  );
  const quiet = { ...options, progress: () => undefined };
  return gone.length === 0 ? 0 : putFiles(quiet, { ...source, files: new Map(gone) });
}

async function isThere(
  place: BackupPlace,
  declared: Parameters<typeof getContent>[1],
  warn: (line: string) => void,
): Promise<boolean> {
  try {
    await getContent(place, declared);
    return true;
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    if (!error.message.endsWith('is missing')) warn(`${error.message}: it is sent again`);
    return false;
  }
}

export async function shipAll(
  shipper: Shipper,
  progress: BackupOptions['progress'] = () => undefined,
): Promise<number> {
  let lines = 0;
  for (;;) {
    const shipped = await shipper.ship();
    lines += shipped.lines;
    progress(0.8, 'journal');
    if (!shipped.more) return lines;
  }
}

function catalogueOf(
  { disks, now, release, timingOf }: BackupOptions,
  { manifest, generation, files }: Source,
  position: Position | null,
): Catalogue {
  const { marketTime, candleMs } = timingOf(files);
  const { seq, chain } = generation;
  // Of an older generation it is the one that the next line was told in.
  const isNewest = generation === manifest.generations[0];
  const next = isNewest ? undefined : linesAfter(disks, seq, 0).lines.at(0);
  const epoch = next?.epoch ?? manifest.epoch;
  // A journal that was cut meanwhile ends where the files do; into a later epoch nothing is promised.
  const leadsOn = position !== null && position.seq > seq && epoch === manifest.epoch;
  const end = leadsOn ? position : { seq, hash: chain };
  const last = linesAfter(disks, end.seq - 1, 0).lines.at(0);
  const lastTime = last === undefined ? null : marketTimeOf(last.frame, candleMs);
  return {
    format: CATALOGUE_FORMAT,
    directory: manifest.directory,
    ...{ epoch, serial: manifest.serial, seq, chain, marketTime, candleMs },
    through: { ...end, marketTime: lastTime ?? marketTime },
    madeAtMs: now(),
    ...{ release, node: process.version, begins: { ...manifest.begins } },
    components: { ...generation.components },
  };
}

/** Of a bot that stands still one backup is enough: more would drive older ones out. */
async function dropSame(place: BackupPlace, { directory, ...made }: Catalogue): Promise<void> {
  for (const { name, seq, timeMs } of await listCatalogues(place, directory)) {
    if (seq !== made.seq || timeMs >= made.madeAtMs) continue;
    const path = `${directory}/${BACKUP_FOLDER}/${name}`;
    const bytes = await place.get(path, CATALOGUE_BYTES_MAX);
    const former = bytes === null ? null : decodeCatalogue(bytes);
    // One that cannot be read may be a newer release's.
    if (former === null || typeof former === 'string') continue;
    if (former.epoch === made.epoch && former.chain === made.chain) await place.remove(path);
  }
}

async function putCatalogue(place: BackupPlace, catalogue: Catalogue): Promise<void> {
  const path = cataloguePath(catalogue.directory, catalogue.seq, catalogue.madeAtMs);
  const bytes = encodeCatalogue(catalogue);
  await place.put(path, bytes);
  const back = await place.get(path, bytes.length);
  if (back === null || typeof decodeCatalogue(back) === 'string')
    throw notReadBack(place.name, path);
}
