/**
 * The survey: what stands in a state directory besides its journal.
 *
 * Promises: read-only; every state file of a known component with the hash of its content, under
 * its stable name and in `previous/`; what an interrupted checkpoint left. Never: judges.
 */
import type { AnyComponent } from '../core/component.ts';
import type { Disk } from './disk.ts';
import { headIn } from './journal-cursor.ts';
import { listJournal } from './journal-file.ts';
import { MANIFEST_FILES, type ManifestReading, newestOf, readManifests } from './manifest.ts';
import { sha256 } from './state-hash.ts';
import { TEMPORARY } from './whole-file.ts';

export const PREVIOUS_FOLDER = 'previous';
/** What is set aside instead of dropped (past.ts). */
export const HISTORY_FOLDER = 'history';
/** `1234`, or `1234.2` where two files of the same seq were replaced. */
const PREVIOUS_NAME = /^(\d{1,16})(\.\d+)?$/;

export interface FoundFile {
  readonly component: string;
  readonly name: string;
  readonly path: string;
  /** The seq of its folder in `previous/`; null under the stable name. */
  readonly previous: number | null;
  readonly bytes: number;
  readonly sha256: string;
  /** What was hashed, of a file under its stable name: the one that is decoded next as a rule. */
  readonly content: Uint8Array | null;
  /** Path in the directory of a spare that only the mirror has; `path` is where it is. */
  readonly spareOf?: string;
}

type Components = readonly AnyComponent[];

export interface Survey {
  /** One of another directory beside one of this counts as damaged. */
  readonly manifests: readonly ManifestReading[];
  /** Whose it is and from which step on it needs its journal, by the newest of them. */
  readonly known: Known;
  readonly files: readonly FoundFile[];
  /** Temporary files: promised to nobody. */
  readonly litter: readonly string[];
}

/** What the manifest knows of the journal. */
export interface Known {
  /** Id of the directory; null: there is no manifest. */
  readonly directory: string | null;
  /** No kept file needs a step up to this one. */
  readonly floor: number;
}

export function surveyDirectory(disk: Disk, components: Components): Survey {
  const files: FoundFile[] = [];
  const look = (component: AnyComponent, path: string, previous: number | null): void => {
    const bytes = disk.read(path);
    if (bytes === null) return;
    const { name } = component.file;
    const own = { component: component.id, name, path, previous };
    const content = previous === null ? bytes : null;
    files.push({ ...own, bytes: bytes.length, sha256: sha256(bytes), content });
  };
  for (const component of components) look(component, component.file.name, null);
  for (const { folder, seq } of previousFolders(disk)) {
    const names = new Set(disk.list(folder));
    for (const component of components)
      if (names.has(component.file.name)) look(component, `${folder}/${component.file.name}`, seq);
  }
  const readings = readManifests(disk).map(reading => withoutMisnamed(reading, components));
  const manifests = withoutStranger(disk, readings);
  return { manifests, known: knownOf(manifests), files, litter: findLitter(disk, components) };
}

function knownOf(manifests: readonly ManifestReading[]): Known {
  const manifest = newestOf(manifests);
  if (manifest === null) return { directory: null, floor: 0 };
  const records = manifest.generations.flatMap(({ components }) => Object.values(components));
  const floor = records.length === 0 ? 0 : Math.min(...records.map(({ through }) => through));
  return { directory: manifest.directory, floor };
}

/** A part's file has one name: a manifest that says another was not made here, whatever its hash. */
function withoutMisnamed(reading: ManifestReading, components: Components): ManifestReading {
  if (reading.kind !== 'good') return reading;
  const { generations } = reading.manifest;
  const wrong = components.find(({ id, file }) =>
    generations.some(
      ({ components: { [id]: record } }) => (record?.file ?? file.name) !== file.name,
    ),
  );
  if (wrong === undefined) return reading;
  return { kind: 'damaged', why: `it gives the file of ${wrong.id} another name` };
}

/** Where the two manifests are of two directories, the journal beside them says whose this is. */
function withoutStranger(disk: Disk, readings: readonly ManifestReading[]): ManifestReading[] {
  const idOf = (reading: ManifestReading): string | null =>
    reading.kind === 'good' ? reading.manifest.directory : null;
  const [one, other] = readings.map(idOf);
  if (one === null || other === null || one === other) return [...readings];
  const heads = listJournal({ a: disk, b: disk }).segments.flatMap(({ first, files }) =>
    files.map(file => headIn(file, first)?.directory),
  );
  const votes = (id: string | null) => heads.filter(head => head === id).length;
  const most = Math.max(...readings.map(reading => votes(idOf(reading))));
  return readings.map(reading =>
    votes(idOf(reading)) === most
      ? reading
      : { kind: 'damaged', why: 'it is of another directory' },
  );
}

/** A first boot that was cut short has promised nothing to anybody, and is a first boot again. */
export const isFirstBoot = ({ files }: Survey, lastStep: number): boolean =>
  lastStep === 0 && files.length === 0;

export function previousFolders(disk: Disk): { folder: string; seq: number }[] {
  return disk.list(PREVIOUS_FOLDER).flatMap(name => {
    const match = PREVIOUS_NAME.exec(name);
    return match === null ? [] : [{ folder: `${PREVIOUS_FOLDER}/${name}`, seq: Number(match[1]) }];
  });
}

function findLitter(disk: Disk, components: readonly AnyComponent[]): string[] {
  const stems = [...components.map(component => component.file.name), ...MANIFEST_FILES];
  const names = stems.map(stem => stem + TEMPORARY);
  const here = new Set(disk.list(''));
  const found = names.filter(name => here.has(name));
  for (const { folder } of previousFolders(disk))
    for (const name of disk.list(folder)) if (names.includes(name)) found.push(`${folder}/${name}`);
  return found;
}
