/**
 * Candidates: the files from which a component can go on.
 *
 * Promises: a file counts only when the manifest vouches for its hash, its content passes schema
 * and invariants, and the journal has every step after it; newest first. Never: writes; never
 * reads state of a newer release.
 */
import { Bug } from '../base/assert.ts';
import { Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import type { Disk } from './disk.ts';
import { decodeFile, encodeFile, type StateContent } from './formats.ts';
import { reasonOf } from './malformed.ts';
import type { FileRecord, Manifest } from './manifest.ts';
import { type Loaded, readStateFile } from './state-file.ts';
import { sha256 } from './state-hash.ts';
import type { FoundFile, Survey } from './survey.ts';
import { newerThanCode } from './upgrade.ts';
import { TEMPORARY } from './whole-file.ts';

export interface Vouched {
  readonly record: FileRecord;
  /** Where it stands; the stable name first. */
  readonly files: readonly FoundFile[];
}

/** What is vouched for, whole, and was cut short before it got its name; null: it is not there. */
export function waitingFile(disk: Disk, record: FileRecord, component: string): FoundFile | null {
  const { file: name, sha256: expected } = record;
  const path = name + TEMPORARY;
  const content = disk.read(path);
  if (content === null || sha256(content) !== expected) return null;
  const bytes = content.length;
  return { component, name, path, previous: null, bytes, sha256: expected, content };
}

/** The records of a component, one for each content, newest first, with the files that match. */
export function vouchedFor(component: AnyComponent, manifest: Manifest, survey: Survey): Vouched[] {
  const known = new Set<string>();
  const vouched: Vouched[] = [];
  for (const generation of manifest.generations) {
    const record = generation.components[component.id];
    // The newest generation that names a content says how far it holds.
    if (record === undefined || known.has(record.sha256)) continue;
    // What was reset or given up is not taken up again.
    if (record.through < (manifest.begins[component.id] ?? 0)) continue;
    known.add(record.sha256);
    vouched.push({ record, files: filesOf(component, record, survey) });
  }
  return vouched;
}

export const filesOf = (component: AnyComponent, record: FileRecord, survey: Survey): FoundFile[] =>
  survey.files.filter(file => file.component === component.id && file.sha256 === record.sha256);

/** The state in a file, or why there is none. A newer schema is a fault. */
export function loadFile(disk: Disk, component: AnyComponent, file: FoundFile): Loaded | string {
  const { path } = file;
  const bytes = file.content ?? rereadOf(disk, file);
  if (bytes === null) return 'changed while it was read';
  try {
    const loaded = readStateFile(component, bytes, `${disk.root}/${path}`);
    const { state } = loaded;
    const broken = component.check?.(state) ?? null;
    return broken === null ? loaded : `breaks a rule: ${broken}`;
  } catch (error) {
    if (error instanceof Fault || error instanceof Bug) throw error;
    return `cannot be read: ${reasonOf(error)}`;
  }
}

/** Null of a running bot's: its checkpoint may have replaced the file since the survey. */
function rereadOf(disk: Disk, file: FoundFile): Uint8Array | null {
  const bytes = disk.read(file.path);
  return bytes !== null && sha256(bytes) === file.sha256 ? bytes : null;
}

/**
 * Refuses files of a newer release, vouched for or not. A single flipped bit in the schema of a
 * file that is vouched for is damage, and is told from it by putting the bit back.
 */
export function refuseNewerFiles(
  disk: Disk,
  components: readonly AnyComponent[],
  { manifest, survey }: { readonly manifest: Manifest | null; readonly survey: Survey },
): void {
  for (const component of components) {
    const records = (manifest?.generations ?? []).flatMap(
      ({ components: own }) => own[component.id] ?? [],
    );
    for (const file of survey.files) {
      if (file.component !== component.id) continue;
      if (records.some(record => record.sha256 === file.sha256)) continue;
      const bytes = disk.read(file.path);
      const content = bytes === null ? null : decoded(bytes, component);
      if (bytes === null || content === null || content.schema <= component.version) continue;
      if (!records.some(record => isOneBitOff(bytes, content, record)))
        throw newerThanCode(`${disk.root}/${file.path}`, content.schema, component.version);
    }
  }
}

type Placed = Pick<FoundFile, 'path' | 'previous'>;

/**
 * True of a spare that an upgrade left behind: a whole file of its component, of an older schema
 * than the records of its step, none of which vouches for it any more.
 */
export function isLeftByUpgrade(
  disk: Disk,
  component: AnyComponent,
  { file, records }: { readonly file: Placed; readonly records: readonly FileRecord[] },
): boolean {
  const bytes = file.previous === null ? null : disk.read(file.path);
  const content = bytes === null ? null : decoded(bytes, component);
  if (content === null) return false;
  return records.every(({ seq, schema }) => seq !== file.previous || schema > content.schema);
}

/**
 * True of a file under its stable name that a reset was about to replace when it was cut short: a
 * whole one from before the step at which its component begins anew, with the vouched one waiting
 * beside it. Of a reset that was cut short there is no later checkpoint.
 */
export function isLeftByReset(
  disk: Disk,
  component: AnyComponent,
  { file, manifest }: { readonly file: FoundFile; readonly manifest: Manifest | null },
): boolean {
  const begins = manifest?.begins[component.id] ?? 0;
  const [newest] = manifest?.generations ?? [];
  const record = newest?.components[component.id];
  if (file.previous !== null || begins === 0 || record === undefined) return false;
  if (newest?.seq !== begins || waitingFile(disk, record, component.id) === null) return false;
  const bytes = disk.read(file.path);
  const content = bytes === null ? null : decoded(bytes, component);
  return content !== null && content.seq <= begins;
}

function decoded(bytes: Uint8Array, component: AnyComponent): StateContent | null {
  try {
    return decodeFile(bytes, component.file.format, component.id);
  } catch {
    return null;
  }
}

function isOneBitOff(bytes: Uint8Array, content: StateContent, record: FileRecord): boolean {
  const { component } = content;
  const original = encodeFile(
    { component, schema: record.schema, seq: record.seq },
    content.content,
  );
  if (original.length !== bytes.length || sha256(original) !== record.sha256) return false;
  let bits = 0;
  for (let index = 0; index < bytes.length && bits < 2; index += 1)
    for (let rest = bytes[index]! ^ original[index]!; rest !== 0; rest &= rest - 1) bits += 1;
  return bits === 1;
}
