/**
 * Writing a planned restore into an empty folder.
 *
 * The journal gets the lines from the backup's step to the moment, in both copies, and the state
 * files stand beside it as they stood at that step; recovery does the rest, as after any kill. The
 * folder is not yet the directory: it gets that name when it was opened (app/restore-folder.ts).
 *
 * Promises: each content is checked by its hash once more as it is written; a new epoch, so that no
 * order id is ever used twice; the same directory id. Never: writes into a folder that holds anything,
 * nor outside it.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { SHIPPED_BYTES_MAX } from '../base/limits.ts';
import { blobPath as blobFile } from '../state/blobs.ts';
import type { Disk } from '../state/disk.ts';
import { encodeHead, FORMAT } from '../state/frame.ts';
import { COPIES, JOURNAL_FOLDER, segmentPath } from '../state/journal-file.ts';
import { MANIFEST_FORMAT, type Manifest, sealManifest } from '../state/manifest.ts';
import { writeManifest } from '../state/snapshot.ts';
import { folderOf, writeWholeFile } from '../state/whole-file.ts';
import { followChain } from './chain.ts';
import type { ShippedLine } from './chunk.ts';
import { EPOCH_MAX, objectPath, RESTORE_FOLDER, restoredEpoch, restorePath } from './layout.ts';
import { getContent } from './pack.ts';
import type { BackupPlace } from './place.ts';
import { getBlob, type Plan } from './plan.ts';

/** What a lock leaves in a folder is nothing. */
const NOTHING = /^(lock|lock-owner\.json)$/;

/** What a restore may write into, or take the place of. */
export const isFree = (disk: Disk): boolean => disk.list('').every(name => NOTHING.test(name));

/** Takes away what a cut restore left in the folder that it wrote into. */
export function sweep(disk: Disk, folder = ''): void {
  for (const name of disk.list(folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (disk.stat(path)?.directory === true) {
      sweep(disk, path);
      disk.removeFolder(path);
    } else if (!NOTHING.test(path)) disk.remove(path);
  }
}

/** Epochs that a directory begins by itself, one by one, before the next restore's. */
const EPOCHS_BETWEEN = 1000;

/**
 * A restored directory's epoch. The one that was lost may have begun epochs after its last backup, of
 * which the place knows nothing: only a restore takes a round one, and leaves room for those.
 */
export async function nextEpoch(plan: Plan, known: number): Promise<number> {
  const { place, catalogue, chunks } = plan;
  const taken = await place.list(`${catalogue.directory}/${RESTORE_FOLDER}`);
  const epochs = [
    ...[known, catalogue.epoch],
    ...chunks.map(({ epoch }) => epoch),
    ...taken.map(({ name }) => restoredEpoch(name)),
  ];
  const next = EPOCHS_BETWEEN * (1 + Math.floor(Math.max(...epochs) / EPOCHS_BETWEEN));
  if (next <= EPOCH_MAX) return next;
  throw new Fault(
    EXIT.config,
    `directory ${catalogue.directory} was restored too often: no epoch is left`,
    'begin a new directory with --dir',
  );
}

/** So that another restore of the same backup takes another one. */
export async function claimEpoch(
  { place, catalogue, seq }: Plan,
  epoch: number,
  atMs: number,
): Promise<void> {
  const claim = { epoch, seq, at: new Date(atMs).toISOString() };
  const path = restorePath(catalogue.directory, epoch);
  await place.put(path, Buffer.from(`${JSON.stringify(claim)}\n`));
}

export interface Writing {
  readonly disk: Disk;
  readonly epoch: number;
  readonly progress: (share: number, what: string) => void;
  /** Of one segment of the journal, about. */
  readonly segmentBytes?: number;
}

export async function writeRestored(plan: Plan, writing: Writing): Promise<void> {
  const { disk, progress } = writing;
  if (!isFree(disk))
    throw new Fault(EXIT.config, `${disk.root} is not empty`, 'restore into another folder');
  disk.makeFolder('');
  const { catalogue, place } = plan;
  const files = Object.values(catalogue.components);
  for (const [index, { file, sha256, bytes }] of files.entries()) {
    progress(0.5 + (0.2 * index) / files.length, 'writing state files');
    const path = objectPath(catalogue.directory, sha256);
    writeWholeFile(disk, file, await getContent(place, { path, sha256, bytes }));
  }
  progress(0.7, 'writing weights');
  for (const blob of plan.blobs) {
    const content = await getBlob(place, catalogue.directory, blob);
    for (const copy of COPIES) write(disk, blobFile(blob.sha256, copy), content);
  }
  progress(0.8, 'writing the journal');
  const manifest = manifestOf(plan, writing);
  await writeJournal(plan, writing, manifest);
  writeManifest(disk, manifest);
  progress(0.9, 'opening');
}

function write(disk: Disk, path: string, content: Uint8Array): void {
  disk.makeFolder(folderOf(path));
  writeWholeFile(disk, path, content);
}

function manifestOf({ catalogue }: Plan, { disk, epoch }: Writing): Manifest {
  const { directory, serial, node, seq, chain, madeAtMs, begins, components } = catalogue;
  return {
    format: MANIFEST_FORMAT,
    ...{ directory, epoch, serial: serial + 1 },
    ...{ home: disk.root, mirror: null, node, begins },
    // Named by lines before its step, weights are needed no more: the files hold what they became.
    generations: [{ seq, chain, madeAtMs, onOpen: true, components, blobs: [] }],
  };
}

/** In segments that a start can hold in memory. */
async function writeJournal(plan: Plan, writing: Writing, manifest: Manifest): Promise<void> {
  const { disk, segmentBytes = SHIPPED_BYTES_MAX } = writing;
  const { place, catalogue, chunks } = plan;
  const { directory: directoryId, epoch, seq, chain: hash } = catalogue;
  const start = { place, directoryId, chunks, epoch, seq, hash };
  disk.makeFolder(JOURNAL_FOLDER);
  let continues = hash;
  let first = seq + 1;
  let lines: ShippedLine[] = [];
  let bytes = 0;
  const flush = (): void => {
    const head = encodeHead({
      ...{ format: FORMAT, directory: directoryId, first, continues },
      manifest: sealManifest(manifest),
    });
    const content = Buffer.concat([head.bytes, ...lines.map(line => line.bytes)]);
    for (const copy of COPIES) writeWholeFile(disk, segmentPath(first, copy), content);
    const last = lines.at(-1)?.frame;
    ({ first, continues } = last === undefined ? { first, continues } : after(last));
    lines = [];
    bytes = 0;
  };
  for await (const line of followChain(start, plan.seq)) {
    lines.push(line);
    bytes += line.bytes.length;
    if (bytes >= segmentBytes) flush();
  }
  // Also where there is no line: the segment behind a checkpoint has to be there.
  if (lines.length > 0 || first === seq + 1) flush();
  refuseShort(place, continues === plan.hash, plan.seq);
}

const after = ({ seq, hash }: { seq: number; hash: string }) => ({
  first: seq + 1,
  continues: hash,
});

function refuseShort(place: BackupPlace, isWhole: boolean, seq: number): void {
  if (isWhole) return;
  throw new Fault(
    EXIT.corrupt,
    `${place.name} changed while step ${seq} was restored from it`,
    'restore again',
  );
}
