/**
 * The doctor: looks at the machine, the directory, the clock and the config, and says of each how it
 * is and what to do where it is not well.
 *
 * Promises: safe while the bot runs: no lock, nothing written but a file of its own that it removes;
 * whatever keeps it from looking is a finding too, and it looks at everything else all the same.
 */
import { existsSync } from 'node:fs';
import { Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import { type Manifest, newestOf, readManifests } from '../state/manifest.ts';
import { type Checkup, failed, ok, warned } from './checkup.ts';
import { type AppConfig, type ConfigSource, loadConfig } from './config.ts';
import {
  type Place,
  placeHeld,
  placeOf,
  refuseStrange,
  scrubNotesOf,
  verify,
} from './directory.ts';
import { checkConfig } from './doctor-config.ts';
import {
  checkKind,
  checkMirror,
  checkPermissions,
  checkSpace,
  checkSpeed,
  type DiskPlace,
} from './doctor-disk.ts';
import { checkLock } from './doctor-lock.ts';
import { checkClock, checkMachine, checkNode } from './doctor-machine.ts';
import { pinnedNode, version } from './version.ts';

export interface Examination {
  readonly directory: string;
  readonly checkups: readonly Checkup[];
  readonly failed: boolean;
}

export interface ExamineOptions extends ConfigSource {
  /** Wall clock. */
  readonly now: () => number;
}

export async function examine(options: ExamineOptions): Promise<Examination> {
  const { config, checkups } = checkConfig(options);
  // The disk of a directory can be looked at, whatever its config says.
  const known = config ?? loadConfig({ ...options, file: null, env: {} });
  const { place, manifest, barred } = manifestOf(known);
  const [newest] = manifest?.generations ?? [];
  const all = [
    ...checkups,
    ...checkMachine(),
    ...(await checkClock(newest?.madeAtMs ?? 0, options.now)),
    ...barred,
    ...disksOf(place, manifest),
    ...tried('journal mirror', () => [checkMirror(place.directory, place.journalMirror)]),
    checkLock(place.directory),
    ...versionsOf(manifest),
    ...tried('state', () => stateOf(place)),
    ...tried('scrub', () => scrubOf(place)),
  ];
  return {
    directory: place.directory,
    checkups: all,
    failed: all.some(({ level }) => level === 'fail'),
  };
}

/** What keeps a check from looking is what it found. */
function tried(check: string, look: () => readonly Checkup[]): readonly Checkup[] {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [failed(check, [error.message, error.remedy])];
  }
}

/** Where the manifest cannot be read, a mirror that it alone remembers is not looked at. */
function manifestOf(config: AppConfig): {
  readonly place: Place;
  readonly manifest: Manifest | null;
  readonly barred: readonly Checkup[];
} {
  try {
    const place = placeOf(config);
    return { place, manifest: newestOf(readManifests(place.disks.a)), barred: [] };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { dir: directory, journalMirror, allowNetworkFilesystem: allowNetwork } = config;
    const place = placeHeld({ directory, journalMirror, allowNetwork });
    const barred = [failed('manifest', [error.message, error.remedy])];
    return { place, manifest: null, barred };
  }
}

function disksOf(
  { directory, journalMirror, allowNetwork }: Place,
  manifest: Manifest | null,
): Checkup[] {
  const [newest] = manifest?.generations ?? [];
  const records = Object.values(newest?.components ?? {});
  const stateBytes = records.reduce((sum, { bytes }) => sum + bytes, 0);
  const places: DiskPlace[] = [{ folder: directory, name: 'directory' }];
  if (journalMirror !== null && existsSync(journalMirror))
    places.push({ folder: journalMirror, name: 'mirror' });
  return places.flatMap(place => [
    ...tried(`${place.name}: permissions`, () => [checkPermissions(place)]),
    checkKind(place, allowNetwork),
    ...tried(`${place.name}: space`, () => checkSpace(place, stateBytes)),
    checkSpeed(place),
  ]);
}

function versionsOf(manifest: Manifest | null): Checkup[] {
  const release = version();
  const node = checkNode(pinnedNode(), process.version);
  if (manifest === null) return [node, ok('release', release, { release })];
  return [node, writerOf(manifest), ...schemasOf(manifest, release)];
}

function writerOf({ node }: Manifest): Checkup {
  const figures = { wroteIt: node, running: process.version };
  if (node === process.version) return ok('written by', `Node ${node}, as now`, figures);
  const text = `the newest checkpoint was written by Node ${node}, this is ${process.version}`;
  const remedy = 'fine after an update; otherwise start with npm start, which takes the pinned one';
  return warned('written by', [text, remedy], figures);
}

function schemasOf({ generations }: Manifest, release: string): Checkup[] {
  const found = components.flatMap(({ id, version }) => {
    const schema = generations[0]?.components[id]?.schema ?? version;
    return schema === version ? [] : [{ id, schema, version }];
  });
  const newer = found.filter(({ schema, version }) => schema > version);
  const [strange] = [newer, found].filter(({ length }) => length > 0);
  if (strange === undefined)
    return [ok('release', `${release}, and every file is of its schema`, { release })];
  const parts = strange.map(({ id, schema, version }) => `${id} ${schema} (now ${version})`);
  const figures = { release, parts: parts.join(', ') };
  if (newer.length > 0) {
    const text = `a newer release wrote it, by the schemas of ${figures.parts}`;
    return [failed('release', [text, 'update Holdfast: it is not guessed at'], figures)];
  }
  const text = `an older release wrote it, by the schemas of ${figures.parts}`;
  const remedy =
    'nothing to do: the next start copies all of it to backups/ and lifts it ' +
    '(holdfast state upgrade does so without trading); the older release cannot open it then';
  return [warned('release', [text, remedy], figures)];
}

function stateOf(place: Place): Checkup[] {
  refuseStrange(place);
  const { findings, damaged, empty, refusal, seq } = verify(place);
  if (empty) return [ok('state', 'nothing yet', { seq: 0 })];
  if (!damaged) return [ok('state', `clean at step ${seq}`, { seq })];
  const bad = findings.filter(({ severity }) => severity === 'damage');
  const [first] = bad;
  const text = `${bad.length} damaged: ${first?.file}: ${first?.text}`;
  if (refusal !== null)
    return [
      failed('state', [`${text}; ${refusal.message}`, refusal.remedy], { damaged: bad.length }),
    ];
  const remedy =
    'start the bot, or let its scrub come round: it is written again; ' +
    'where nobody touched the file, check the disk (smartctl)';
  return [warned('state', [text, remedy], { damaged: bad.length })];
}

function scrubOf(place: Place): Checkup[] {
  const { last } = scrubNotesOf(place);
  if (last === null) return [];
  const { at, findings, repaired } = last;
  const text = `last round ${at}: ${findings} damaged, ${repaired} written again`;
  const figures = { at, findings, repaired };
  if (findings === 0) return [ok('scrub', text, figures)];
  const isLeft = findings > repaired;
  const remedy = `${isLeft ? 'run state verify, and ' : ''}check the disk (smartctl): files rot on it`;
  return [warned('scrub', [text, remedy], figures)];
}
