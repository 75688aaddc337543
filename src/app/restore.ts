/**
 * Restoring a state directory from a backup place.
 *
 * Promises: everything is read and checked before anything is written; the restored directory is opened
 * by recovery, as after any kill, and only then gets its name; what stands in the way is moved aside
 * then, only when a person said so, never deleted. Never: touches a directory that a bot holds.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Coverage, coverageOf, directoryIds } from '../backup/coverage.ts';
import type { Moment } from '../backup/moment.ts';
import { openPlace } from '../backup/open-place.ts';
import type { BackupPlace } from '../backup/place.ts';
import { type Plan, planRestore } from '../backup/plan.ts';
import { claimEpoch, isFree, nextEpoch, sweep, writeRestored } from '../backup/restore.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { components } from '../components.ts';
import type { States } from '../core/component.ts';
import { type Disk, LOCK_FILE, realDisk } from '../state/disk.ts';
import { type Inspection, inspectStates } from '../state/inspect.ts';
import { acquireLock } from '../state/lock.ts';
import { openDisks } from '../state/open-disks.ts';
import { stateHash, stateHashes } from '../state/state-hash.ts';
import { openStore } from '../state/store.ts';
import type { Place } from './directory.ts';
import { refuseForeign, refuseRestoring, restoringOf } from './foreign-folder.ts';
import { asideName, called, epochKnown, refuseMountPoint, takePlaceOf } from './restore-folder.ts';

export type { Coverage, Moment };

export interface RestoreTask {
  /** A folder, or `s3://bucket/prefix`. */
  readonly from: string;
  /** Null: the only one that is there. */
  readonly directoryId: string | null;
  readonly moment: Moment;
  /** Null: any. */
  readonly epoch: number | null;
  /** Of a backup before the moment, so that the step that leads to it is there. */
  readonly isBefore?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The state directory that is meant, for what must not be mixed up with it. */
  readonly directory: string;
  /** Wall clock. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
  readonly progress: (share: number, what: string) => void;
}

export interface Restored {
  readonly directory: string;
  readonly directoryId: string;
  readonly epoch: number;
  readonly seq: number;
  readonly marketTime: number | null;
  /** Of all parts. */
  readonly stateHash: string;
  /** Step of the backup that it was made from. */
  readonly backupSeq: number;
  /** Where the former content of the folder went, or null. */
  readonly movedTo: string | null;
  /** What was damaged in the place, and passed over. */
  readonly notes: readonly string[];
  /** Parts that the backup does not have: they begin with their defaults. */
  readonly lost: readonly string[];
  readonly seconds: number;
}

export interface Offer {
  readonly directoryId: string;
  readonly coverage: readonly Coverage[];
}

/** What a place offers, by directory. */
export async function listBackups(task: RestoreTask): Promise<Offer[]> {
  const place = await openSource(task);
  const ids = task.directoryId === null ? await directoryIds(place) : [task.directoryId];
  const offers: Offer[] = [];
  for (const directoryId of ids)
    offers.push({ directoryId, coverage: await coverageOf(place, directoryId) });
  return offers;
}

/** Restores into a folder; `replace`: what is in it may be moved aside. */
export async function restoreDirectory(
  task: RestoreTask,
  target: { readonly directory: string; readonly replace: boolean },
): Promise<Restored> {
  const startedAt = performance.now();
  const { replace } = target;
  const { root: directory } = realDisk(target.directory);
  refuseTaken(directory, replace);
  // Nobody trades on what is about to be replaced.
  const lock = realDisk(directory).stat('') === null ? null : acquireLock(directory);
  try {
    const plan = await planFor(task);
    const id = plan.catalogue.directory;
    const epoch = await nextEpoch(plan, epochKnown(directory, id));
    await claim(task, plan, epoch);
    const { movedTo, ...opened } = await restoreBeside(task, plan, { directory, epoch });
    return { ...opened, movedTo, seconds: secondsSince(startedAt) };
  } finally {
    lock?.release();
  }
}

/** Cut or failed, it leaves the directory as it was. */
async function restoreBeside(
  { progress, warn }: RestoreTask,
  plan: Plan,
  { directory, epoch }: { readonly directory: string; readonly epoch: number },
): Promise<Omit<Restored, 'seconds'>> {
  const beside = restoringOf(directory);
  const real = realDisk(beside);
  const isLeft = real.stat('') !== null;
  const lock = acquireLock(beside);
  try {
    if (isLeft && !isFree(real))
      warn(`${beside} is left from a restore that was cut: it is replaced`);
    sweep(real);
    const disk = called(real, directory);
    await writeRestored(plan, { disk, epoch, progress });
    const opened = openRestored(plan, disk);
    return { ...opened, movedTo: takePlaceOf(directory) };
  } finally {
    lock.release();
  }
}

export interface Drill {
  readonly passed: boolean;
  /** Why not; or what it was compared with. */
  readonly findings: readonly string[];
  readonly restored: Restored;
}

/** A restore into a scratch folder, compared with what is known of that step; then removed. */
export async function drill(
  task: RestoreTask,
  original: (seq: number) => Inspection | null,
): Promise<Drill> {
  return inScratch(async scratch => {
    const startedAt = performance.now();
    const plan = await planFor(task);
    const disk = realDisk(scratch);
    const { progress } = task;
    await writeRestored(plan, { disk, epoch: plan.catalogue.epoch + 1, progress });
    const found = differencesIn(plan, scratch);
    const { states, ...opened } = openRestoredStates(plan, disk);
    const restored = { ...opened, movedTo: null, seconds: secondsSince(startedAt) };
    const twin = original(plan.seq);
    const isOwn = twin?.directoryId === plan.catalogue.directory && twin.chain === plan.hash;
    const held = components.filter(({ id }) => !plan.lost.includes(id));
    const hashOf = (all: States): string => stateHashes(held, all).all;
    if (twin !== null && isOwn && hashOf(twin.states) !== hashOf(states))
      found.push(`at step ${plan.seq} it differs from ${task.directory}`);
    const without = plan.lost.length === 0 ? '' : ` (${plan.lost.join(', ')}: not in the backup)`;
    const compared = isOwn
      ? `equal to ${task.directory} at step ${plan.seq}${without}`
      : `every hash is right${without}`;
    return {
      passed: found.length === 0,
      findings: found.length === 0 ? [compared] : found,
      restored,
    };
  });
}

/** For the commands that only look: the directory as a backup has it, up to the moment. */
export async function lookIntoBackup<T>(task: RestoreTask, look: (copy: Place) => T): Promise<T> {
  return inScratch(async scratch => {
    const plan = await planFor(task);
    const { progress, warn, from } = task;
    for (const note of plan.notes) warn(`passed over: ${note}`);
    const directory = `the backup in ${from}`;
    const disk = called(realDisk(scratch), directory);
    await writeRestored(plan, { disk, epoch: plan.catalogue.epoch, progress });
    const disks = { a: disk, b: disk };
    const { lost: missing } = plan;
    return look({ directory, journalMirror: null, allowNetwork: true, disks, missing });
  });
}

const openSource = ({ from, env, directory }: RestoreTask): Promise<BackupPlace> =>
  openPlace(from, { env, directory, isSource: true });

async function planFor(task: RestoreTask): Promise<Plan> {
  const { moment, epoch, isBefore = false, progress } = task;
  progress(0.05, 'reading and checking');
  const place = await openSource(task);
  const directoryId = task.directoryId ?? (await onlyId(place, task.from));
  return planRestore({ place, directoryId, moment, epoch, isBefore, components });
}

async function onlyId(place: BackupPlace, from: string): Promise<string> {
  const ids = await directoryIds(place);
  const [first] = ids;
  if (first === undefined)
    throw new Fault(EXIT.config, `there is no backup in ${from}`, 'check --from');
  if (ids.length === 1) return first;
  throw new Fault(
    EXIT.config,
    `${from} holds backups of ${ids.length} directories: ${ids.join(', ')}`,
    'state restore --list shows what each holds, and state restore --directory-id takes one',
  );
}

/** Found before anything is fetched. */
function refuseTaken(directory: string, replace: boolean): void {
  refuseRestoring(directory);
  refuseMountPoint(directory);
  const disk = realDisk(directory);
  if (disk.stat(LOCK_FILE) !== null) acquireLock(directory).release();
  if (isFree(disk)) return;
  refuseForeign(directory);
  if (replace) return;
  throw new Fault(
    EXIT.config,
    `${directory} is not empty`,
    `say --yes to move it to ${asideName(directory)} first, or restore into another folder with --to`,
  );
}

async function claim(task: RestoreTask, plan: Plan, epoch: number): Promise<void> {
  try {
    await claimEpoch(plan, epoch, task.now());
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    task.warn(
      `${error.message}: epoch ${epoch} cannot be claimed there; do not let two directories ` +
        'restored from this backup trade',
    );
  }
}

type OpenedDirectory = Omit<Restored, 'movedTo' | 'seconds'>;

/** Through the one door: recovery. */
function openRestoredStates(plan: Plan, disk: Disk): OpenedDirectory & { states: States } {
  const directory = disk.root;
  const disks = { a: disk, b: disk };
  const store = openStore({ directory, components, now: Date.now, sync: 'each', disks });
  try {
    const { seq, epoch, directoryId, states } = store;
    if (seq !== plan.seq)
      throw new Fault(
        EXIT.corrupt,
        `${directory} was restored to step ${seq} instead of ${plan.seq}`,
        'restore to another moment with --at',
      );
    // An epoch begins with files of its own: a backup of it leads on from no line of another one.
    store.checkpoint('restore');
    return {
      ...{ directory, directoryId, epoch, seq, states },
      marketTime: plan.marketTime,
      stateHash: stateHashes(components, states).all,
      backupSeq: plan.catalogue.seq,
      ...{ notes: plan.notes, lost: plan.lost },
    };
  } finally {
    store.close();
  }
}

function openRestored(plan: Plan, disk: Disk): OpenedDirectory {
  const { states: _, ...opened } = openRestoredStates(plan, disk);
  return opened;
}

/** Parts whose restored state is not what the backup's files were said to hold. */
function differencesIn({ catalogue }: Plan, directory: string): string[] {
  const { states } = inspectStates(openDisks(directory), components, { at: catalogue.seq });
  return components.flatMap(({ id, version }) => {
    const record = catalogue.components[id];
    const isKnown = record !== undefined && record.state !== '' && record.schema === version;
    if (!isKnown || stateHash(states[id]) === record.state) return [];
    return [`${id} at step ${catalogue.seq} is not what was backed up`];
  });
}

async function inScratch<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-restore-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;
