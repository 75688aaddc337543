/**
 * The source of a backup: the files that the newest generation of a directory vouches for, read
 * while a bot may be running on it.
 *
 * Promises: read-only, no lock; each file by the hash that vouches for it, under whatever name it
 * stands by now. A checkpoint that goes on meanwhile, or a damaged file, makes it look again, and
 * then take the generation before, if that has every part of the newest. Never: takes what nothing
 * vouches for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Fault } from '../base/fault.ts';
import type { Disk } from '../state/disk.ts';
import { ACCEPT_LOSS } from '../state/disk-fault.ts';
import { type Disks, scanJournal } from '../state/journal.ts';
import {
  type FileRecord,
  type Generation,
  type Manifest,
  type ManifestReading,
  newestOf,
  readManifests,
  readSealed,
} from '../state/manifest.ts';
import { sha256 } from '../state/state-hash.ts';
import { previousFolders } from '../state/survey.ts';

export interface Source {
  readonly manifest: Manifest;
  readonly generation: Generation;
  /** By component id. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Between the manifest and the last of its renames a checkpoint takes some milliseconds. */
const LOOKS_MAX = 5;
const LOOK_AGAIN_MS = 40;

export async function readSource(disks: Disks): Promise<Source> {
  for (let look = 1; ; look += 1) {
    const manifest = manifestOf(disks);
    const found = sourceOf(disks, manifest, manifest.generations.slice(0, 1));
    if (found !== null) return found;
    if (look >= LOOKS_MAX) {
      const older = sourceOf(disks, manifest, manifest.generations.slice(1));
      if (older !== null) return older;
      throw new Fault(
        EXIT.corrupt,
        `${disks.a.root} has no whole generation of state files to back up`,
        'start the bot: it repairs what it can; then back up again',
      );
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

function manifestOf(disks: Disks): Manifest {
  const readings = readManifests(disks.a);
  const known = newestOf(readings) ?? newestOf(headsOf(disks));
  if (known !== null && known.generations.length > 0) return known;
  if (readings.every(({ kind }) => kind === 'absent'))
    throw new Fault(
      EXIT.config,
      `there is nothing to back up in ${disks.a.root} yet`,
      'check --dir, or start the bot first: holdfast trade',
    );
  throw new Fault(EXIT.corrupt, `both manifests in ${disks.a.root} are damaged`, ACCEPT_LOSS);
}

const headsOf = (disks: Disks): ManifestReading[] =>
  scanJournal(disks).heads.flatMap(({ manifest }) =>
    manifest === null ? [] : [readSealed(manifest)],
  );

function sourceOf(
  disks: Disks,
  manifest: Manifest,
  generations: readonly Generation[],
): Source | null {
  const parts = Object.keys(manifest.generations[0]?.components ?? {});
  for (const generation of generations) {
    // A reset takes a part out of the older ones: they are no whole memory any more.
    if (parts.some(id => generation.components[id] === undefined)) continue;
    const entries = Object.entries(generation.components);
    const files = new Map<string, Uint8Array>();
    for (const [id, record] of entries) {
      const bytes = contentOf(disks, record);
      if (bytes !== null) files.set(id, bytes);
    }
    if (files.size === entries.length && files.size > 0) return { manifest, generation, files };
  }
  return null;
}

/** Under its stable name, else a second name, also in the mirror. */
function contentOf({ a, b }: Disks, record: FileRecord): Uint8Array | null {
  const places: [Disk, string][] = [[a, record.file]];
  for (const disk of new Set([a, b]))
    for (const { folder, seq } of previousFolders(disk))
      if (seq === record.seq) places.push([disk, `${folder}/${record.file}`]);
  for (const [disk, path] of places) {
    const bytes = disk.read(path);
    if (bytes !== null && sha256(bytes) === record.sha256) return bytes;
  }
  return null;
}
