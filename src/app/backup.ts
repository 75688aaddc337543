/**
 * Backups of a state directory, as commands and a running bot make them.
 *
 * Promises: read-only on the directory, no lock, also while a bot runs on it. Never: knows what a place
 * is made of.
 */
import { type KeepEvent, keepBackingUp } from '../backup/keep.ts';
import { openPlace } from '../backup/open-place.ts';
import { type Backup, type Timing, takeBackup } from '../backup/take.ts';
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { components, type Memory } from '../components.ts';
import { decodeFile } from '../state/formats.ts';
import type { Disks } from '../state/journal.ts';
import { readNotes } from '../state/notes.ts';
import { newerThanCode, upgradeContent } from '../state/upgrade.ts';

export type { Backup, KeepEvent };

export interface BackupTask {
  readonly directory: string;
  readonly disks: Disks;
  /** A folder, or `s3://bucket/prefix`. */
  readonly to: string;
  /** Null: all. */
  readonly keep: number | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly release: string;
  /** Wall clock. */
  readonly now: () => number;
  readonly warn: (line: string) => void;
  readonly progress: (share: number, what: string) => void;
}

export interface KeepTask extends BackupTask {
  readonly everyMs: number;
  readonly continuous: boolean;
  readonly isFirstFatal: boolean;
  readonly stop: AbortSignal;
  readonly tell: (event: KeepEvent) => void;
}

/** Where backups go: as asked for, else as the config says. */
export function placeNamed(named: string | undefined, configured: string | null): string {
  const to = named ?? configured;
  if (to !== null) return to;
  throw new Fault(
    EXIT.config,
    'no place for backups is named (one beside the state on the same disk would be none)',
    'say --to FOLDER or --to s3://bucket/prefix, or set backup.to in the config',
  );
}

export async function backUp(task: BackupTask): Promise<Backup> {
  const { to, env, directory } = task;
  const place = await openPlace(to, { env, directory, isSource: false });
  return takeBackup({ ...task, place, timingOf });
}

export function keepBackups(task: KeepTask): Promise<void> {
  const { to, env, directory } = task;
  const open = () => openPlace(to, { env, directory, isSource: false });
  return keepBackingUp({ ...task, open, timingOf });
}

export interface LastBackup {
  readonly seq: number;
  /** ISO wall time. */
  readonly at: string;
  readonly to: string;
  /** Steps since then are sent as they are committed. */
  readonly continuous: boolean;
}

/** The last one that the bot itself made on its way, by its notes; null: none that they tell of. */
export function lastBackup(disks: Disks): LastBackup | null {
  const note = readNotes(disks.a, { last: NOTES_LOOKED_AT }).findLast(
    ({ what, throughSeq, to }) =>
      what === 'backup' && typeof throughSeq === 'number' && typeof to === 'string',
  );
  if (note === undefined) return null;
  const continuous = note['continuous'] === true;
  return { seq: Number(note['throughSeq']), at: note.at, to: String(note['to']), continuous };
}

const NOTES_LOOKED_AT = 10_000;

/** Market time of the files, by the one that tells it. */
function timingOf(files: ReadonlyMap<string, Uint8Array>): Timing {
  const run = must(
    components.find(({ id }) => id === 'run'),
    'the part run',
  );
  const bytes = files.get(run.id);
  if (bytes === undefined) return { marketTime: null, candleMs: 0 };
  const { schema, content } = decodeFile(bytes, run.file.format, run.id);
  if (schema > run.version) throw newerThanCode(run.file.name, schema, run.version);
  const state = run.file.decode(upgradeContent(run, schema, content)) as Memory['run'];
  const { timeframeMs } = state.settings;
  const { lastCandleTime: last } = state;
  return { marketTime: last === null ? null : last + timeframeMs, candleMs: timeframeMs };
}
