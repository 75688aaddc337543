/**
 * Snapshots: how the states of a step become files.
 *
 *   1. prepare: encode what changed, write `<name>.tmp`, sync, read back
 *   2. link the former files into `previous/<their seq>/`, sync those folders (1 and 2 may run in a
 *      worker)
 *   3. write the manifest, twice: from here on the new content is vouched for
 *   4. rename over the stable names, sync the folder: from here on it is found
 *   5. retention: drop what no kept generation needs
 *
 * A crash between any two leaves at each stable name a file that a kept generation vouches for.
 * Promises: in this order, each step durable before the next. Never: touches a file it did not
 * write, never rewrites what did not change.
 */
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent, States } from '../core/component.ts';
import type { Disk } from './disk.ts';
import { type Encoding, encodingOf } from './encoding.ts';
import { encodeFile } from './formats.ts';
import type { Disks } from './journal.ts';
import { encodeManifest, type FileRecord, MANIFEST_FILES, type Manifest } from './manifest.ts';
import { sha256 } from './state-hash.ts';
import { PREVIOUS_FOLDER } from './survey.ts';
import { TEMPORARY, writeTemporary, writeWholeFile } from './whole-file.ts';

/** The files of one step, written and synced under their temporary names. Plain data. */
export interface Prepared {
  readonly seq: number;
  readonly records: Readonly<Record<string, FileRecord>>;
  /** Whether the files that these replace have their second names already. */
  readonly formerKept: boolean;
}

export interface PrepareOptions {
  readonly disk: Disk;
  readonly components: readonly AnyComponent[];
  readonly states: States;
  readonly seq: number;
  /** Ids of the components to write. */
  readonly changed: ReadonlySet<string>;
  /** Of those states, where they were made already. */
  readonly encodings?: ReadonlyMap<string, Encoding>;
}

export function prepareSnapshot(options: PrepareOptions): Prepared {
  const { disk, components, states, seq, changed, encodings } = options;
  const records: Record<string, FileRecord> = {};
  if (changed.size > 0) disk.makeFolder('');
  for (const component of components) {
    if (!changed.has(component.id)) continue;
    const { id, version: schema, file } = component;
    const { content, hash } = encodings?.get(id) ?? encodingOf(component, states[id]);
    const bytes = encodeFile({ component: id, schema, seq }, content);
    const own = { file: file.name, seq, through: seq, schema, bytes: bytes.length };
    const sum = writeTemporary(disk, file.name, bytes);
    records[id] = { ...own, sha256: sum, state: hash };
  }
  // The names too: a power cut must not leave a manifest without the files that it tells of.
  if (changed.size > 0) disk.syncFolder('');
  return { seq, records, formerKept: false };
}

/**
 * Puts prepared files in place. `live` are the records of the files under the stable names;
 * returns them as they are afterwards. The manifest already lists the new generation.
 */
export function commitSnapshot(
  disk: Disk,
  prepared: Prepared,
  options: { readonly manifest: Manifest; readonly live: ReadonlyMap<string, FileRecord> },
): Map<string, FileRecord> {
  const { manifest } = options;
  const live = new Map(options.live);
  const fresh = Object.entries(prepared.records);
  const former = fresh.flatMap(([id]) => live.get(id) ?? []);
  if (!prepared.formerKept) keepFormers(disk, former);
  writeManifest(disk, manifest);
  for (const [, record] of fresh) disk.rename(record.file + TEMPORARY, record.file);
  if (fresh.length > 0) disk.syncFolder('');
  const [generation] = manifest.generations;
  for (const [id, record] of Object.entries(must(generation, 'a generation').components))
    live.set(id, record);
  return live;
}

/** Both copies are whole before either gets its name, so one sync of the folder does for both. */
export function writeManifest(disk: Disk, manifest: Manifest): void {
  const bytes = encodeManifest(manifest);
  for (const file of MANIFEST_FILES) writeTemporary(disk, file, bytes);
  for (const file of MANIFEST_FILES) disk.rename(file + TEMPORARY, file);
  disk.syncFolder('');
}

/** Gives the files under the stable names their second names. */
export function keepFormers(disk: Disk, records: readonly FileRecord[]): void {
  const folders = new Set<string>();
  for (const record of records) {
    const folder = previousFolderFor(disk, record);
    const path = `${folder}/${record.file}`;
    folders.add(folder);
    if (disk.stat(path) !== null) continue;
    disk.makeFolder(folder);
    disk.link(record.file, path);
  }
  for (const folder of folders) disk.syncFolder(folder);
}

/** The second names of files, as copies in the mirror: off the event loop where a worker does it. */
export function mirrorFormers({ a, b }: Disks, records: readonly FileRecord[]): void {
  for (const record of records) {
    const folder = previousFolderFor(a, record);
    const path = `${folder}/${record.file}`;
    const bytes = b.stat(path) === null ? a.read(path) : null;
    if (bytes === null || sha256(bytes) !== record.sha256) continue;
    b.makeFolder(folder);
    writeWholeFile(b, path, bytes);
  }
}

/** `previous/<seq>`, or `previous/<seq>.2` where another content of that seq stands already. */
function previousFolderFor(disk: Disk, record: FileRecord): string {
  for (let number = 1; ; number += 1) {
    const folder = `${PREVIOUS_FOLDER}/${record.seq}${number === 1 ? '' : `.${number}`}`;
    const there = disk.read(`${folder}/${record.file}`);
    if (there === null || sha256(there) === record.sha256) return folder;
  }
}

/**
 * A second, independent copy of a file that has not changed for so long that no kept generation
 * has another: one flipped bit must never cost learned state.
 */
export function copyToPrevious(disk: Disk, record: FileRecord): void {
  const folder = previousFolderFor(disk, record);
  const path = `${folder}/${record.file}`;
  if (disk.stat(path) !== null) return;
  const bytes = disk.read(record.file);
  if (bytes === null || sha256(bytes) !== record.sha256)
    throw new Fault(
      EXIT.disk,
      `${disk.root}/${record.file} changed on disk since it was written`,
      'see that nothing else writes there and check the disk, then start again: it is rebuilt',
    );
  disk.makeFolder(folder);
  writeWholeFile(disk, path, bytes);
}

/** The records of a generation: what was written, and what still holds as of this step. */
export function recordsAt(
  files: {
    readonly components: readonly AnyComponent[];
    readonly prepared: Prepared;
    readonly live: ReadonlyMap<string, FileRecord>;
  },
  seq: number,
): Record<string, FileRecord> {
  const { components, prepared, live } = files;
  const records: Record<string, FileRecord> = {};
  for (const { id } of components)
    records[id] = prepared.records[id] ?? {
      ...must(live.get(id), `the file of ${id}`),
      through: seq,
    };
  return records;
}
