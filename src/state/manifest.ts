/**
 * The manifest: which files the directory vouches for.
 *
 * `manifest.json` and `manifest.mirror.json` are the same JSON, and each journal segment's head
 * repeats it:
 *   { "sha256": <of the canonical text of everything else>, "format": 1, "serial": n, ... }
 * Promises: what is good has its shape (manifest-shape.ts); a generation is listed before any of its files takes its stable name; the newer of
 * two good copies (by serial) holds. Never: believed when its own hash does not match.
 */
import { canonicalText } from '../base/canonical.ts';
import type { Disk } from './disk.ts';
import { parsePlainObject } from './format-json.ts';
import { Malformed, reasonOf } from './malformed.ts';
import { checkShape } from './manifest-shape.ts';
import { sha256 } from './state-hash.ts';

export const MANIFEST_FORMAT = 1;
export const MANIFEST_FILES = ['manifest.json', 'manifest.mirror.json'] as const;

/** A file that a generation vouches for. */
export interface FileRecord {
  /** The stable name; once replaced it is `previous/<seq>/<name>`. */
  readonly file: string;
  /** The seq the file itself says: all facts up to it are folded in. */
  readonly seq: number;
  /** It still holds as of this step: no fact for this component lies between. */
  readonly through: number;
  readonly schema: number;
  readonly sha256: string;
  readonly bytes: number;
  /** Canonical state hash of what it holds. */
  readonly state: string;
}

export interface Generation {
  readonly seq: number;
  /** Chain hash of the journal at `seq`. */
  readonly chain: string;
  readonly madeAtMs: number;
  /** Made by a recovery; such a one never evicts a young generation. */
  readonly onOpen: boolean;
  readonly components: Readonly<Record<string, FileRecord>>;
  /** Blobs named by the lines between the next older generation and this one. */
  readonly blobs: readonly string[];
}

export interface Manifest {
  readonly format: number;
  /** Random, for the life of the directory. */
  readonly directory: string;
  /** Raised by restore, reset, rollback and an accepted loss. */
  readonly epoch: number;
  /** Counts the manifests of this directory. */
  readonly serial: number;
  /** Where the directory stood when this was written; absent before 0.2.0. */
  readonly home?: string;
  /** Where its journal's second copy lay; null: in the directory itself. */
  readonly mirror?: string | null;
  readonly node: string;
  /** Step after which a component's history begins with its defaults; absent: 0. */
  readonly begins: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly generations: readonly Generation[];
  /** What the last start went on from, where it was no generation: the journal leads up to it. */
  readonly reached?: Reached;
}

export interface Reached {
  readonly seq: number;
  /** Chain hash of the journal at `seq`. */
  readonly chain: string;
}

/** What the last start went on from, while no generation is as new; null: one is, or it made one. */
export const putOff = ({ reached, generations: [newest] }: Manifest): Reached | null =>
  reached !== undefined && reached.seq > (newest?.seq ?? 0) ? reached : null;

export type ManifestReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'good'; readonly manifest: Manifest }
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'newer'; readonly format: number };

/** The object that is written, its own hash first. */
export const sealManifest = (manifest: Manifest): object => ({
  sha256: sha256(canonicalText(manifest)),
  ...manifest,
});

export const encodeManifest = (manifest: Manifest): Uint8Array =>
  Buffer.from(`${JSON.stringify(sealManifest(manifest), null, 1)}\n`);

export function decodeManifest(bytes: Uint8Array | null): ManifestReading {
  if (bytes === null) return { kind: 'absent' };
  try {
    return readSealed(parsePlainObject(bytes));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'damaged', why: reasonOf(error) };
  }
}

/** Of a parsed object, for instance out of a segment's head. */
export function readSealed(sealed: object): ManifestReading {
  const { sha256: own, ...body } = sealed as Record<string, unknown>;
  let actual: string;
  try {
    actual = sha256(canonicalText(body));
  } catch (error) {
    return { kind: 'damaged', why: reasonOf(error) };
  }
  if (own !== actual) return { kind: 'damaged', why: 'its content does not match its hash' };
  const format = body['format'];
  if (typeof format !== 'number') return { kind: 'damaged', why: 'it names no format' };
  // The hash is taken the same way in every format, so a newer one is told from damage.
  if (format > MANIFEST_FORMAT) return { kind: 'newer', format };
  try {
    checkShape(body);
  } catch (error) {
    return { kind: 'damaged', why: reasonOf(error) };
  }
  return { kind: 'good', manifest: body as unknown as Manifest };
}

/** The newest good reading, or null. */
export function newestOf(readings: readonly ManifestReading[]): Manifest | null {
  let newest: Manifest | null = null;
  for (const reading of readings)
    if (reading.kind === 'good' && (newest === null || reading.manifest.serial > newest.serial))
      newest = reading.manifest;
  return newest;
}

export const readManifests = (disk: Disk): ManifestReading[] =>
  MANIFEST_FILES.map(file => decodeManifest(disk.read(file)));
