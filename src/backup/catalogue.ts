/**
 * A catalogue: what one backup consists of.
 *
 *   { "sha256": <of the canonical text of everything else>, "format": 1, "directory": id, … }
 *
 * Promises: believed only with its own hash, within bounds, and with no name that leads out of a
 * state directory. Never: written before all that it lists was read back.
 */
import * as v from 'valibot';
import { canonicalText } from '../base/canonical.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { BACKUP_BYTES_MAX, CATALOGUE_BYTES_MAX, STATE_FILE_BYTES_MAX } from '../base/limits.ts';
import { parsePlainObject } from '../state/format-json.ts';
import { sha256 } from '../state/state-hash.ts';
import { BACKUP_FOLDER, type CatalogueName, catalogueName, EPOCH_MAX, hashMark } from './layout.ts';
import { damaged } from './pack.ts';
import type { BackupPlace } from './place.ts';

export const CATALOGUE_FORMAT = 1;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const chain = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
/** One name, no path. */
const fileName = v.pipe(v.string(), v.regex(/^[a-z0-9_]+(\.[a-z0-9]+){1,2}$/));
const part = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,64}$/));
const text = v.pipe(v.string(), v.maxLength(200));

const schema = v.object({
  format: v.literal(CATALOGUE_FORMAT),
  directory: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  epoch: v.pipe(count, v.minValue(1), v.maxValue(EPOCH_MAX)),
  serial: count,
  /** The step of the files, the hash of the journal there, and its market time. */
  seq: count,
  chain,
  marketTime: v.nullable(count),
  /** Length of the candles that decide, for the market time of later steps. */
  candleMs: count,
  /** The last step that was shipped with it. */
  through: v.object({ seq: count, hash: chain, marketTime: v.nullable(count) }),
  /** Wall time. */
  madeAtMs: count,
  release: text,
  node: text,
  begins: v.record(part, count),
  components: v.record(
    part,
    v.object({
      file: fileName,
      seq: count,
      through: count,
      schema: v.pipe(count, v.minValue(1)),
      sha256: digest,
      bytes: v.pipe(count, v.maxValue(STATE_FILE_BYTES_MAX)),
      state: v.string(),
    }),
  ),
});

export type Catalogue = v.InferOutput<typeof schema>;
export type CatalogueFile = Catalogue['components'][string];

export const encodeCatalogue = (catalogue: Catalogue): Uint8Array =>
  Buffer.from(
    `${JSON.stringify({ sha256: sha256(canonicalText(catalogue)), ...catalogue }, null, 1)}\n`,
  );

/** A sentence: why it is none. */
export function decodeCatalogue(bytes: Uint8Array): Catalogue | string {
  try {
    const { sha256: own, ...body } = parsePlainObject(bytes);
    if (own !== sha256(canonicalText(body))) return 'is damaged: its hash is another';
    if (typeof body['format'] === 'number' && body['format'] > CATALOGUE_FORMAT)
      return 'was made by a newer release of Holdfast';
    const read = v.safeParse(schema, body);
    if (!read.success) return `is no catalogue: ${v.summarize(read.issues).split('\n')[0]}`;
    return bytesOf(read.output) > BACKUP_BYTES_MAX
      ? 'declares files of impossible size'
      : read.output;
  } catch (error) {
    return `is damaged: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Of all its files, unpacked. */
export const bytesOf = ({ components }: Catalogue): number =>
  Object.values(components).reduce((sum, { bytes }) => sum + bytes, 0);

/** The names of all catalogues, oldest first. */
export async function listCatalogues(place: BackupPlace, id: string): Promise<CatalogueName[]> {
  const entries = await place.list(`${id}/${BACKUP_FOLDER}`);
  return entries
    .flatMap(({ name }) => catalogueName(name) ?? [])
    .sort((one, two) => one.seq - two.seq || one.timeMs - two.timeMs);
}

/** A fault (65) that names it where it cannot be believed. */
export async function readCatalogue(
  place: BackupPlace,
  id: string,
  { name, seq }: CatalogueName,
): Promise<Catalogue> {
  const path = `${id}/${BACKUP_FOLDER}/${name}`;
  const bytes = await place.get(path, CATALOGUE_BYTES_MAX);
  if (bytes === null) throw damaged(place, path, 'is missing');
  const read = decodeCatalogue(bytes);
  if (typeof read === 'string') throw damaged(place, path, read);
  if (read.directory !== id || read.seq !== seq)
    throw damaged(place, path, 'is of another directory or step');
  return read;
}

/** All that can be believed, oldest first, and what is wrong with the others. */
export async function readCatalogues(
  place: BackupPlace,
  id: string,
): Promise<{ readonly good: Catalogue[]; readonly bad: Fault[] }> {
  const good: Catalogue[] = [];
  const bad: Fault[] = [];
  for (const name of await listCatalogues(place, id))
    try {
      good.push(await readCatalogue(place, id, name));
    } catch (error) {
      if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
      bad.push(error);
    }
  return { good, bad };
}

/** Whether a chunk ends where the catalogue's shipped lines ended. */
export const endsAt = ({ through }: Catalogue, last: number, hash: string): boolean =>
  through.seq === last && hashMark(through.hash) === hash;
