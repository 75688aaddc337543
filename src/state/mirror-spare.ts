/**
 * The spares in a mirror: what stands in `previous/` of the directory, once more on the mirror's
 * disk, so that a directory whose disk is lost comes back from its mirror alone.
 *
 * Promises: a spare is durable in the mirror before the journal that leads to it is pruned; what
 * is damaged there goes to the mirror's quarantine. Never: replaces anything in the directory.
 */
import type { AnyComponent } from '../core/component.ts';
import { BLOB_FOLDER } from './blobs.ts';
import { isLeftByUpgrade } from './candidate.ts';
import type { Disk } from './disk.ts';
import type { Disks } from './journal.ts';
import type { FileRecord, Manifest } from './manifest.ts';
import { quarantine } from './quarantine.ts';
import { sha256 } from './state-hash.ts';
import { type FoundFile, PREVIOUS_FOLDER, previousFolders, type Survey } from './survey.ts';
import { folderOf, writeWholeFile } from './whole-file.ts';

type Components = readonly AnyComponent[];

/** Paths of the spares on a disk. */
function sparesOn(disk: Disk, components: Components): string[] {
  const known = new Set(components.map(component => component.file.name));
  return previousFolders(disk).flatMap(({ folder }) =>
    disk.files(folder).flatMap(name => (known.has(name) ? [`${folder}/${name}`] : [])),
  );
}

interface SpareOptions {
  readonly components: Components;
  readonly manifest: Manifest;
}

/** Copies what the manifest vouches for and the mirror lacks. */
export function copySpares({ a, b }: Disks, { components, manifest }: SpareOptions): void {
  const places = vouchedPlaces(manifest);
  for (const path of sparesOn(a, components)) {
    const bytes = b.stat(path) === null ? a.read(path) : null;
    // What is damaged here is recovery's to judge.
    if (bytes === null || !isInPlace(places, path, bytes)) continue;
    b.makeFolder(folderOf(path));
    writeWholeFile(b, path, bytes);
  }
}

/** Contents that the manifest vouches for and that only the mirror still has. */
export function sparesNeeded(
  { a, b }: Disks,
  { components, manifest, survey }: SpareOptions & { readonly survey: Survey },
): FoundFile[] {
  const vouched = vouchedSums(manifest);
  const known = new Set(survey.files.map(({ name, sha256: sum }) => `${name} ${sum}`));
  if (a === b || [...vouched.keys()].every(sum => known.has(sum))) return [];
  return sparesOn(b, components).flatMap(path => {
    const content = b.read(path);
    const component = components.find(({ file }) => path.endsWith(`/${file.name}`));
    if (content === null || component === undefined) return [];
    const [name, sum] = [component.file.name, sha256(content)];
    const record = vouched.get(`${name} ${sum}`);
    if (record === undefined || known.has(`${name} ${sum}`)) return [];
    known.add(`${name} ${sum}`);
    // Wherever it was found: it belongs where its step says.
    const { seq } = record;
    const own = { component: component.id, name, previous: seq, bytes: content.length };
    const spareOf = `${PREVIOUS_FOLDER}/${seq}/${name}`;
    return [{ ...own, sha256: sum, path: `${b.root}/${path}`, content, spareOf }];
  });
}

/** Puts them where they belong in the directory, once what stood there is set aside. */
export function restoreNeeded(disk: Disk, { files }: Survey): void {
  for (const { spareOf, content } of files) {
    if (spareOf === undefined || content === null || disk.stat(spareOf) !== null) continue;
    disk.makeFolder(folderOf(spareOf));
    writeWholeFile(disk, spareOf, content);
  }
}

/** Sets aside what is damaged there, for `copySpares` to make again; returns a sentence each. */
export function mendSpares(
  disks: Disks,
  { components, manifest }: { readonly components: Components; readonly manifest: Manifest | null },
): string[] {
  if (disks.a === disks.b || manifest === null) return [];
  const damaged = checkSpares(disks, { components, manifest }).filter(({ missing }) => !missing);
  return damaged.map(({ path }) => {
    quarantine(disks.b, path);
    return `${disks.b.root}/${path} was damaged: it was only a spare; nothing is lost`;
  });
}

interface SpareFlaw {
  readonly path: string;
  readonly missing: boolean;
}

/** Those that are not in the mirror (a kill leaves that), or damaged there. */
export function checkSpares({ a, b }: Disks, options: SpareOptions): SpareFlaw[] {
  const places = vouchedPlaces(options.manifest);
  const lacking = sparesOn(a, options.components).flatMap(path => {
    const bytes = a.read(path);
    if (bytes === null || !isInPlace(places, path, bytes)) return [];
    const copy = b.read(path);
    const isWhole = copy !== null && isInPlace(places, path, copy);
    return isWhole ? [] : [{ path, missing: copy === null }];
  });
  const known = new Set(lacking.map(({ path }) => path));
  return [...lacking, ...rottenOn(b, options).filter(({ path }) => !known.has(path))];
}

/** What stands there for a step that the manifest names and is not what it vouches for. */
function rottenOn(disk: Disk, { components, manifest }: SpareOptions): SpareFlaw[] {
  const places = vouchedPlaces(manifest);
  return previousFolders(disk).flatMap(({ folder, seq: previous }) => {
    const names = new Set(disk.files(folder));
    return components.flatMap(component => {
      const { id, file } = component;
      const path = `${folder}/${file.name}`;
      const records = manifest.generations.flatMap(({ components: own }) => own[id] ?? []);
      if (!names.has(file.name) || records.every(({ seq }) => seq !== previous)) return [];
      const bytes = disk.read(path);
      if (bytes === null || isInPlace(places, path, bytes)) return [];
      const found = { file: { path, previous }, records };
      return isLeftByUpgrade(disk, component, found) ? [] : [{ path, missing: false }];
    });
  });
}

/** Gives an empty directory the spares of its mirror; true when there were any. */
export function restoreSpares({ a, b }: Disks, components: Components): boolean {
  const missing = sparesOn(b, components).filter(path => a.stat(path) === null);
  for (const path of missing) {
    const bytes = b.read(path);
    if (bytes === null) continue;
    a.makeFolder(folderOf(path));
    writeWholeFile(a, path, bytes);
  }
  return missing.length > 0;
}

/** The spares and blobs of another life, before retention would take them for its own old ones. */
export function setStrangeAside(disk: Disk, ownBlobs: ReadonlySet<string>): void {
  for (const { folder } of previousFolders(disk)) {
    for (const name of disk.files(folder)) quarantine(disk, `${folder}/${name}`);
    disk.removeFolder(folder);
  }
  for (const name of disk.files(BLOB_FOLDER))
    if (!ownBlobs.has(name.slice(0, name.indexOf('.')))) quarantine(disk, `${BLOB_FOLDER}/${name}`);
}

/** True when everything up to the journal's first step can be had from the mirror. */
export function holdsSpares(disk: Disk, manifest: Manifest | null, first: number): boolean {
  const [newest] = manifest?.generations ?? [];
  const ids = Object.keys(newest?.components ?? {});
  const reaches = (id: string): boolean =>
    (manifest?.generations ?? []).some(({ components }) => {
      const record = components[id];
      if (record === undefined || record.through + 1 < first) return false;
      return previousFolders(disk).some(({ folder }) => isSpare(disk, folder, record));
    });
  return ids.length > 0 && ids.every(reaches);
}

function isSpare(
  disk: Disk,
  folder: string,
  { file, sha256: sum }: { readonly file: string; readonly sha256: string },
): boolean {
  const bytes = disk.read(`${folder}/${file}`);
  return bytes !== null && sha256(bytes) === sum;
}

const vouchedRecords = ({ generations }: Manifest): FileRecord[] =>
  generations.flatMap(({ components }) => Object.values(components));

/** `<name> <sum>`: another part's content under this name is damage. */
const vouchedSums = (manifest: Manifest): Map<string, FileRecord> =>
  new Map(vouchedRecords(manifest).map(record => [`${record.file} ${record.sha256}`, record]));

/** `<step> <name> <sum>`: so is the content of another step, for which the right one is lost there. */
const vouchedPlaces = (manifest: Manifest): Set<string> =>
  new Set(vouchedRecords(manifest).map(({ seq, file, sha256: sum }) => `${seq} ${file} ${sum}`));

const nameIn = (path: string): string => path.slice(folderOf(path).length + 1);
const stepOf = (path: string): number =>
  Number.parseInt(path.slice(PREVIOUS_FOLDER.length + 1), 10);

const isInPlace = (places: ReadonlySet<string>, path: string, bytes: Uint8Array): boolean =>
  places.has(`${stepOf(path)} ${nameIn(path)} ${sha256(bytes)}`);
