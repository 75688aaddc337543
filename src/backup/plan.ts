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
 * anything; a backup that is damaged gives way to an older one of its epoch with the lines after it.
 * Where none leads there, or less far than the place once promised, the fault (65) names what is
 * damaged or missing and what can be restored; a moment or an epoch that no name in it ever promised
 * is a wrong option (2). Never: writes, takes an older epoch for a damaged one.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { BLOB_BYTES_MAX } from '../base/limits.ts';
import type { AnyComponent } from '../core/component.ts';
import { epochBegun } from '../state/journal-lines.ts';
import { sha256 } from '../state/state-hash.ts';
import { newerThanCode } from '../state/upgrade.ts';
import { type Catalogue, readCatalogues } from './catalogue.ts';
import { followChain } from './chain.ts';
import { blobsNamed, listChunks, marketTimeOf } from './chunk.ts';
import { type Coverage, coverage } from './coverage.ts';
import { blobPath, type Chunk, objectPath } from './layout.ts';
import { type Moment, unreachableMoment } from './moment.ts';
import { damaged, getContent, packedBytesMax, unpack } from './pack.ts';
import type { BackupPlace } from './place.ts';

export interface PlanOptions {
  readonly place: BackupPlace;
  readonly directoryId: string;
  readonly moment: Moment;
  /** Only what was told in this epoch; null: any. */
  readonly epoch: number | null;
  /** From a backup before the moment, so that the lines that lead to it are there. */
  readonly isBefore?: boolean;
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
  /** Parts that the backup does not have: they begin with their defaults. */
  readonly lost: readonly string[];
}

export async function planRestore(options: PlanOptions): Promise<Plan> {
  const { place, directoryId, epoch } = options;
  const { good, bad } = await readCatalogues(place, directoryId);
  const chunks = await listChunks(place, directoryId);
  const wanted = good.filter(each => epoch === null || each.epoch === epoch);
  const covered = coverage(wanted, chunks);
  const notes = bad.map(({ message }) => message);
  // One that cannot be read may have led there.
  if (bad.length === 0 && isUnpromised(options.moment, covered, chunks))
    throw unreachableMoment(options, coverage(good, chunks), []);
  for (const { epoch: own, backups } of covered) {
    const candidates = newestFirst(backups, options);
    const lastSeq = promisedBy({ epoch: own, backups }, chunks);
    for (const catalogue of candidates) {
      const plan = await tryPlan({ ...options, catalogue, chunks, lastSeq, notes });
      if (plan === 'the lines end') break;
      if (plan !== 'files are damaged') return plan;
    }
    // Of what this epoch once had an older one tells another story: only who asks for it gets that.
    const isBeyond = options.moment.kind === 'step' && options.moment.seq > lastSeq;
    if (candidates.length > 0 && !isBeyond) break;
  }
  throw unreachableMoment(options, coverage(good, chunks), notes);
}

/** The last step of an epoch that the place ever said it had. */
const promisedBy = (
  { epoch, backups }: Pick<Coverage, 'epoch' | 'backups'>,
  chunks: readonly Chunk[],
): number =>
  Math.max(
    ...backups.map(({ seq, through }) => Math.max(seq, through.seq)),
    ...chunks.filter(each => each.epoch === epoch).map(({ last }) => last),
  );

/**
 * No name in the place ever said that it had this step: it is behind them all, or in a gap that was
 * never shipped. Lines may lead into a later epoch.
 */
const isUnpromised = (
  moment: Moment,
  covered: readonly Coverage[],
  chunks: readonly Chunk[],
): boolean =>
  moment.kind === 'step' &&
  chunks.every(({ first, last }) => moment.seq < first || moment.seq > last) &&
  covered.every(({ backups }) =>
    backups.every(
      ({ seq, through }) => moment.seq < seq || moment.seq > Math.max(seq, through.seq),
    ),
  );

function newestFirst(
  backups: readonly Catalogue[],
  { moment, isBefore = false }: PlanOptions,
): Catalogue[] {
  const leadsThere = (own: number, wanted: number): boolean =>
    isBefore ? own < wanted : own <= wanted;
  const isCandidate = ({ seq, marketTime }: Catalogue): boolean => {
    if (moment.kind === 'latest') return true;
    return moment.kind === 'step'
      ? leadsThere(seq, moment.seq)
      : marketTime === null || leadsThere(marketTime, moment.time);
  };
  return backups
    .filter(isCandidate)
    .sort((one, two) => two.seq - one.seq || two.madeAtMs - one.madeAtMs);
}

interface Trial extends PlanOptions {
  readonly catalogue: Catalogue;
  readonly chunks: readonly Chunk[];
  /** The last step of the epoch that the place promised. */
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
    refuseMoneyless(place, catalogue, components);
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

/** Money never begins with defaults. */
function refuseMoneyless(
  place: BackupPlace,
  { directory, seq, components: files }: Catalogue,
  known: readonly AnyComponent[],
): void {
  for (const { id, money } of known)
    if (money === true && files[id] === undefined)
      throw damaged(place, `${directory}/backups`, `has no ${id} in the backup of step ${seq}`);
}

/** Walks the lines to the moment; a fault where they end before it. */
async function follow(trial: Trial): Promise<Plan> {
  const { place, catalogue, chunks, moment, lastSeq, notes, components } = trial;
  const { directory: directoryId, epoch } = catalogue;
  let epochThere = epoch;
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
    epochThere = Math.max(epochThere, epochBegun(frame));
    marketTime = time;
  }
  refuseStranded(trial, seq, epochThere);
  for (const blob of blobs) await getBlob(place, directoryId, blob);
  // From the first step on everything is replayed.
  const known = catalogue.seq === 0 ? components : components.filter(isIn(catalogue));
  const lost = components.flatMap(each => (known.includes(each) ? [] : [each.id]));
  return { place, catalogue, chunks, seq, hash, marketTime, blobs, notes, lost };
}

const isIn =
  ({ components: files }: Catalogue) =>
  ({ id }: AnyComponent): boolean =>
    files[id] !== undefined;

/** Lines of a later epoch whose backups are gone: what is older is not the latest. */
function refuseStranded(trial: Trial, seq: number, epoch: number): void {
  const { place, chunks, moment, epoch: asked } = trial;
  if (asked !== null) return;
  const later = chunks.find(
    chunk => chunk.epoch > epoch && (moment.kind === 'latest' || chunk.first <= seq),
  );
  if (later === undefined) return;
  throw new Fault(
    EXIT.corrupt,
    `${place.name} holds lines of epoch ${later.epoch} from step ${later.first} on, and no backup ` +
      'that leads to them',
    `restore with --epoch ${epoch}, which was given up then`,
  );
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

function endsBefore(trial: Trial, seq: number, damage: Fault | null): Fault {
  const { place, catalogue, chunks, moment, lastSeq } = trial;
  const wanted = moment.kind === 'step' ? moment.seq : lastSeq;
  const next = chunks.find(({ epoch, first }) => epoch === catalogue.epoch && first > seq + 1);
  const missing = Math.min(wanted, next === undefined ? wanted : next.first - 1);
  const why =
    damage === null ? `${place.name} lacks steps ${seq + 1} to ${missing}` : damage.message;
  const lead = `the backup of step ${catalogue.seq} leads to step ${seq} only`;
  return new Fault(EXIT.corrupt, `${lead} (${why})`, `restore with --at ${seq}`);
}
