/**
 * The plan of a restore: from which backup, and up to which step.
 *
 * | asked for      | candidates                              | it is restored up to                     |
 * |----------------|-----------------------------------------|------------------------------------------|
 * | nothing        | backups of the highest epoch            | the last line that was shipped           |
 * | a step         | those at or before it, newest first     | exactly that step                        |
 * | a market time  | those at or before it, newest first     | the last step that is not later          |
 *
 * Promises: everything a plan needs was read, unpacked and checked by its hash before anybody writes
 * anything; a backup that is damaged gives way to an older one with the lines after it. Where none
 * leads there the fault (65) names what is damaged and what can be restored. Never: writes.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { BLOB_BYTES_MAX } from '../base/limits.ts';
import type { AnyComponent } from '../core/component.ts';
import { sha256 } from '../state/state-hash.ts';
import { newerThanCode } from '../state/upgrade.ts';
import { type Catalogue, readCatalogues } from './catalogue.ts';
import { followChain } from './chain.ts';
import { blobsNamed, listChunks, marketTimeOf } from './chunk.ts';
import { blobPath, type Chunk, isDirectoryId, objectPath } from './layout.ts';
import { damaged, getContent, packedBytesMax, unpack } from './pack.ts';
import type { BackupPlace } from './place.ts';

export type Moment =
  | { readonly kind: 'latest' }
  | { readonly kind: 'step'; readonly seq: number }
  /** UTC ms, by the market's clock. */
  | { readonly kind: 'time'; readonly time: number };

export interface PlanOptions {
  readonly place: BackupPlace;
  readonly directoryId: string;
  readonly moment: Moment;
  /** Only what was told in this epoch; null: any. */
  readonly epoch: number | null;
  readonly components: readonly AnyComponent[];
}

export interface Plan {
  readonly place: BackupPlace;
  readonly catalogue: Catalogue;
  readonly chunks: readonly Chunk[];
  /** The step that the restored directory will stand at, and the journal's hash there. */
  readonly seq: number;
  readonly hash: string;
  readonly marketTime: number | null;
  /** Weights that the lines up to there name. */
  readonly blobs: readonly { readonly seq: number; readonly sha256: string }[];
  /** What was damaged, and passed over. */
  readonly notes: readonly string[];
}

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

function coverage(catalogues: readonly Catalogue[], chunks: readonly Chunk[]): Coverage[] {
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

export async function planRestore(options: PlanOptions): Promise<Plan> {
  const { place, directoryId, epoch } = options;
  const { good, bad } = await readCatalogues(place, directoryId);
  const chunks = await listChunks(place, directoryId);
  const wanted = good.filter(each => epoch === null || each.epoch === epoch);
  const covered = coverage(wanted, chunks);
  const notes = bad.map(({ message }) => message);
  for (const { epoch: own, backups } of covered) {
    const candidates = newestFirst(backups, options.moment);
    const ofEpoch = chunks.filter(each => each.epoch === own);
    const lastSeq = reachOf(ofEpoch, candidates[0]?.seq ?? 0);
    for (const catalogue of candidates) {
      const plan = await tryPlan({ ...options, catalogue, chunks, lastSeq, notes });
      if (plan === 'the lines end') break;
      if (plan !== 'files are damaged') return plan;
    }
  }
  throw unreachableMoment(options, covered, notes);
}

function newestFirst(backups: readonly Catalogue[], moment: Moment): Catalogue[] {
  const isBefore = ({ seq, marketTime }: Catalogue): boolean => {
    if (moment.kind === 'latest') return true;
    return moment.kind === 'step'
      ? seq <= moment.seq
      : marketTime === null || marketTime <= moment.time;
  };
  return backups
    .filter(isBefore)
    .sort((one, two) => two.seq - one.seq || two.madeAtMs - one.madeAtMs);
}

interface Trial extends PlanOptions {
  readonly catalogue: Catalogue;
  readonly chunks: readonly Chunk[];
  /** Where the names say that the newest candidate leads. */
  readonly lastSeq: number;
  readonly notes: string[];
}

/** An older backup leads over the same lines: it helps only where files are damaged. */
async function tryPlan(trial: Trial): Promise<Plan | 'files are damaged' | 'the lines end'> {
  const { place, catalogue, components, notes } = trial;
  refuseNewer(place, catalogue, components);
  let isWhole = false;
  try {
    refuseStrange(place, catalogue, components);
    for (const { sha256: hash, bytes } of Object.values(catalogue.components))
      await getContent(place, {
        path: objectPath(catalogue.directory, hash),
        sha256: hash,
        bytes,
      });
    isWhole = true;
    return await follow(trial);
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    if (!notes.includes(error.message)) notes.push(error.message);
    return isWhole ? 'the lines end' : 'files are damaged';
  }
}

/** Nothing of a newer release is guessed at, not from an older backup either. */
function refuseNewer(
  place: BackupPlace,
  { directory, components: files }: Catalogue,
  known: readonly AnyComponent[],
): void {
  for (const { id, version, file } of known) {
    const schema = files[id]?.schema ?? 0;
    if (schema > version)
      throw newerThanCode(`${place.name}/${directory}: ${file.name}`, schema, version);
  }
}

function refuseStrange(
  place: BackupPlace,
  { directory, components: files }: Catalogue,
  known: readonly AnyComponent[],
): void {
  for (const [id, { file }] of Object.entries(files))
    if (known.every(component => component.id !== id || component.file.name !== file))
      throw damaged(place, `${directory}/backups`, `lists a file of no known part: ${file}`);
}

/** Walks the lines to the moment; a fault where they end before it. */
async function follow(trial: Trial): Promise<Plan> {
  const { place, catalogue, chunks, moment, lastSeq, notes } = trial;
  const { directory: directoryId, epoch } = catalogue;
  const through = moment.kind === 'step' ? moment.seq : Number.POSITIVE_INFINITY;
  const start = { place, directoryId, chunks, epoch, seq: catalogue.seq, hash: catalogue.chain };
  let { seq, chain: hash, marketTime } = catalogue;
  const blobs: { seq: number; sha256: string }[] = [];
  const lines = followChain(start, through);
  for (;;) {
    const next = await lines.next();
    if (next.done) {
      const wanted = moment.kind === 'step' ? moment.seq : lastSeq;
      const isCut = moment.kind !== 'step' && next.value !== null;
      if (seq < wanted || isCut) throw endsBefore(trial, seq, next.value);
      break;
    }
    const { frame } = next.value;
    const time = marketTimeOf(frame, catalogue.candleMs) ?? marketTime;
    if (moment.kind === 'time' && time !== null && time > moment.time) break;
    for (const name of blobsNamed(frame)) blobs.push({ seq: frame.seq, sha256: name });
    ({ seq, hash } = frame);
    marketTime = time;
  }
  for (const blob of blobs) await getBlob(place, directoryId, blob);
  return { place, catalogue, chunks, seq, hash, marketTime, blobs, notes };
}

/** Weights by their hash; their size is not declared anywhere. */
export async function getBlob(
  place: BackupPlace,
  id: string,
  blob: { readonly seq: number; readonly sha256: string },
): Promise<Uint8Array> {
  const path = blobPath(id, blob.seq, blob.sha256);
  const packed = await place.get(path, packedBytesMax(BLOB_BYTES_MAX));
  if (packed === null) throw damaged(place, path, 'is missing');
  const content = unpack(packed, BLOB_BYTES_MAX);
  if (content === null || sha256(content) !== blob.sha256) throw damaged(place, path, 'is damaged');
  return content;
}

function endsBefore({ place, catalogue }: Trial, seq: number, damage: Fault | null): Fault {
  const why = damage === null ? `the lines in ${place.name} end there` : damage.message;
  const lead = `the backup of step ${catalogue.seq} leads to step ${seq} only`;
  return new Fault(EXIT.corrupt, `${lead} (${why})`, `restore with --at ${seq}`);
}

function unreachableMoment(
  { place, directoryId, moment }: PlanOptions,
  covered: readonly Coverage[],
  notes: readonly string[],
): Fault {
  const asked = {
    latest: 'the end of it',
    step: `step ${moment.kind === 'step' ? moment.seq : 0}`,
    time: moment.kind === 'time' ? new Date(moment.time).toISOString() : '',
  }[moment.kind];
  const ranges = covered.flatMap(({ epoch, spans }) =>
    spans.map(({ firstSeq, lastSeq }) => `steps ${firstSeq} to ${lastSeq} (epoch ${epoch})`),
  );
  const why = notes.length === 0 ? '' : `: ${notes.join('; ')}`;
  if (ranges.length === 0)
    return new Fault(
      notes.length === 0 ? EXIT.config : EXIT.corrupt,
      `there is no backup of directory ${directoryId} in ${place.name}${why}`,
      'check --from; holdfast state restore --list shows what is there',
    );
  return new Fault(
    notes.length === 0 ? EXIT.config : EXIT.corrupt,
    `${asked} cannot be restored from ${place.name}${why}`,
    `there are ${ranges.join(', ')}; choose with --at`,
  );
}
