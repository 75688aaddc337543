/**
 * The doctor: looks at the machine, the directory, the clock and the config, and says of each how it
 * is and what to do where it is not well.
 *
 * Promises: safe while the bot runs: no lock, nothing written but a file of its own that it removes;
 * a directory that cannot be looked at is a fault (74), everything else a finding.
 */
import { existsSync, readFileSync } from 'node:fs';
import { Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import { type Manifest, newestOf, readManifests } from '../state/manifest.ts';
import { type Checkup, failed, ok, warned } from './checkup.ts';
import { type ConfigSource, loadConfig } from './config.ts';
import { type Place, placeOf, refuseStrange, scrubNotesOf, verify } from './directory.ts';
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
  const place = placeOf(config ?? loadConfig({ ...options, file: null, env: {} }));
  const manifest = newestOf(readManifests(place.disks.a));
  const [newest] = manifest?.generations ?? [];
  const all = [
    ...checkups,
    ...checkMachine(),
    ...(await checkClock(newest?.madeAtMs ?? 0, options.now)),
    ...disksOf(place, manifest),
    checkMirror(place.directory, place.journalMirror),
    checkLock(place.directory),
    ...versionsOf(manifest),
    ...stateOf(place),
    ...scrubOf(place),
  ];
  return {
    directory: place.directory,
    checkups: all,
    failed: all.some(({ level }) => level === 'fail'),
  };
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
    checkPermissions(place),
    checkKind(place, allowNetwork),
    ...checkSpace(place, stateBytes),
    checkSpeed(place),
  ]);
}

const PACKAGE = new URL('../../package.json', import.meta.url);

function versionsOf(manifest: Manifest | null): Checkup[] {
  const { version, dependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as {
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const node = checkNode(dependencies['node'] ?? null, process.version);
  if (manifest === null) return [node, ok('release', version, { release: version })];
  return [node, writerOf(manifest), ...schemasOf(manifest, version)];
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
  if (found.length === 0)
    return [ok('release', `${release}, and every file is of its schema`, { release })];
  return found.map(({ id, schema, version }) => {
    const text = `${id} is at schema ${schema}, release ${release} has ${version}`;
    const figures = { id, schema, version };
    return schema > version
      ? failed('release', [text, 'a newer release wrote it: update Holdfast'], figures)
      : warned('release', [text, 'the next start lifts it, after a backup'], figures);
  });
}

function stateOf(place: Place): Checkup[] {
  try {
    refuseStrange(place);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [failed('state', [error.message, error.remedy])];
  }
  const { findings, damaged, empty, refusal, seq } = verify(place);
  if (empty) return [ok('state', 'nothing yet', { seq: 0 })];
  if (!damaged) return [ok('state', `clean at step ${seq}`, { seq })];
  const bad = findings.filter(({ severity }) => severity === 'damage');
  const [first] = bad;
  const text = `${bad.length} damaged: ${first?.file}: ${first?.text}`;
  if (refusal !== null) return [failed('state', [text, refusal.remedy], { damaged: bad.length })];
  const remedy = 'start the bot, or let its scrub come round: it is written again; then smartctl';
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
