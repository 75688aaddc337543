/**
 * The survey: what stands in a state directory besides its journal.
 *
 * Promises: read-only; every state file of a known component with the hash of its content, under
 * its stable name and in `previous/`; what an interrupted checkpoint left. Never: judges.
 */
import type { AnyComponent } from '../core/component.ts';
import type { Disk } from './disk.ts';
import { MANIFEST_FILES, type ManifestReading, readManifests } from './manifest.ts';
import { sha256 } from './state-hash.ts';
import { TEMPORARY } from './whole-file.ts';

export const PREVIOUS_FOLDER = 'previous';
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
}

export interface Survey {
  readonly manifests: readonly ManifestReading[];
  readonly files: readonly FoundFile[];
  /** Temporary files: promised to nobody. */
  readonly litter: readonly string[];
}

export function surveyDirectory(disk: Disk, components: readonly AnyComponent[]): Survey {
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
  return { manifests: readManifests(disk), files, litter: findLitter(disk, components) };
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
