/**
 * The doctor's look at a disk: how fast it syncs, how much room it has, what kind it is, and who
 * may write there.
 *
 * Promises: writes one file of its own (`.doctor-<pid>.tmp`), which it removes again; a place that
 * takes no file is a finding. Never: touches anything else, makes a folder.
 */
import fs from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Fault } from '../base/fault.ts';
import { CHECKPOINT_JOURNAL_BYTES_MAX } from '../base/limits.ts';
import { codeOf, diskFault } from '../state/disk-fault.ts';
import { fileSystemOf } from '../state/disk-path.ts';
import { networkName } from '../state/network-disk.ts';
import { type Checkup, failed, ok, warned } from './checkup.ts';
import { decimal, sizeText } from './number-text.ts';

/** A folder that a bot writes to, and what it is for people. */
export interface DiskPlace {
  readonly folder: string;
  /** `state directory`, `mirror`. */
  readonly name: string;
}

const SYNCS = 50;
const SYNC_BYTES = 4096;
const SYNC_MS_MAX = 20;
const GB = 1024 * 1024 * 1024;
const FREE_BYTES_MIN = GB;
/** Both copies of a journal that a checkpoint is due for, and once more while they are packed. */
const JOURNAL_BYTES = 4 * CHECKPOINT_JOURNAL_BYTES_MAX;
const INODES_FEW = 10_000;
const INODES_MIN = 100;

/** The folder itself, or the nearest above it that is there: where it would be made. */
export function standing(folder: string): string {
  const full = resolve(folder);
  return fs.existsSync(full) || dirname(full) === full ? full : standing(dirname(full));
}

/** What the system refuses to tell is a fault that says why. */
function looked<T>(path: string, look: (path: string) => T): T {
  try {
    return look(path);
  } catch (error) {
    throw diskFault('look at', path, error);
  }
}

const statOf = (path: string): fs.Stats | undefined =>
  looked(path, at => fs.statSync(at, { throwIfNoEntry: false }));

export function checkSpeed({ folder, name }: DiskPlace): Checkup {
  const check = `${name}: fsync`;
  const probe = join(standing(folder), `.doctor-${process.pid}.tmp`);
  try {
    const times = syncTimes(probe).toSorted((one, other) => one - other);
    const [median, p99] = [times[SYNCS >> 1] ?? 0, times[Math.floor(SYNCS * 0.99)] ?? 0];
    const figures = { medianMs: round(median), p99Ms: round(p99), syncs: SYNCS };
    const text = `median ${decimal(median, 2)} ms, 99th percentile ${decimal(p99, 2)} ms`;
    if (median <= SYNC_MS_MAX) return ok(check, text, figures);
    const remedy = 'each candle waits for two of these: use a local SSD, or fewer candles a second';
    return warned(check, [`${text} (over ${SYNC_MS_MAX} ms)`, remedy], figures);
  } catch (error) {
    const { message, remedy } = diskFault('write a file in', dirname(probe), error);
    return failed(check, [message, remedy], { code: codeOf(error) });
  }
}

function syncTimes(probe: string): number[] {
  const handle = fs.openSync(probe, 'wx', 0o600);
  try {
    const bytes = Buffer.alloc(SYNC_BYTES, 1);
    return Array.from({ length: SYNCS }, () => {
      const startedAt = performance.now();
      fs.writeSync(handle, bytes);
      fs.fdatasyncSync(handle);
      return performance.now() - startedAt;
    });
  } finally {
    fs.closeSync(handle);
    fs.rmSync(probe, { force: true });
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** `stateBytes`: of the state files, each of which a checkpoint may write anew. */
export function checkSpace({ folder, name }: DiskPlace, stateBytes: number): Checkup[] {
  const { bavail, bsize, files, ffree } = looked(standing(folder), at => fs.statfsSync(at));
  const free = bavail * bsize;
  const needed = 2 * stateBytes + JOURNAL_BYTES;
  const text = `${sizeText(free)} free`;
  const remedy = 'free some space: a full disk stops the bot (nothing is lost)';
  const figures = { freeBytes: free, neededBytes: needed };
  const check = `${name}: space`;
  const space =
    free < needed
      ? failed(check, [`${text}; a checkpoint may need ${sizeText(needed)}`, remedy], figures)
      : free < FREE_BYTES_MIN
        ? warned(check, [`${text}, less than ${sizeText(FREE_BYTES_MIN)}`, remedy], figures)
        : ok(check, text, figures);
  return [space, ...inodes(`${name}: inodes`, files, ffree)];
}

/** Some file systems count none (btrfs): then there is no limit. */
function inodes(check: string, files: number, free: number): Checkup[] {
  if (files === 0) return [];
  const text = `${decimal(free, 0)} free`;
  const remedy = 'remove small files from that disk: without inodes no file can be made';
  if (free < INODES_MIN) return [failed(check, [text, remedy], { free })];
  return [free < INODES_FEW ? warned(check, [text, remedy], { free }) : ok(check, text, { free })];
}

/** Magic numbers of statfs(2). */
const KINDS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'XFS'],
  [0x9123683e, 'btrfs'],
  [0x2fc12fc1, 'ZFS'],
  [0xf2f52010, 'F2FS'],
  [0x4d44, 'FAT'],
  [0x01021994, 'tmpfs'],
  [0x794c7630, 'overlay'],
  [0x65735546, 'FUSE'],
]);

const DOUBTFUL: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  tmpfs: ['is in memory: a reboot takes all of it', 'choose a --dir on a disk'],
  overlay: ["is a container's own layer, which goes with it", 'keep the directory on a volume'],
  FUSE: ['is a FUSE file system, which may not honour locks and syncs', 'use a local disk'],
  FAT: ['is FAT, which has no journal of its own and no links', 'use ext4 or XFS'],
};

export function checkKind({ folder, name }: DiskPlace, allowNetwork: boolean): Checkup {
  const check = `${name}: file system`;
  const network = networkName(folder);
  const magic = fileSystemOf(folder) ?? 0;
  const kind = network ?? KINDS.get(magic) ?? `0x${magic.toString(16)}`;
  const figures = { kind, network: network !== null };
  if (network !== null) {
    const text = `${kind}, a network file system, which may not honour locks and syncs`;
    return allowNetwork
      ? warned(check, [`${text} (allowed by the config)`, 'use a local disk'], figures)
      : failed(check, [text, 'use a local disk, or set allow_network_filesystem to true'], figures);
  }
  const doubt = DOUBTFUL[kind];
  return doubt === undefined
    ? ok(check, kind, figures)
    : warned(check, [`${folder} ${doubt[0]}`, doubt[1]], figures);
}

const FILES_LOOKED_AT_MAX = 1000;

export function checkPermissions({ folder, name }: DiskPlace): Checkup {
  const check = `${name}: permissions`;
  const stat = statOf(folder);
  if (stat === undefined) return ok(check, `${folder} is not there yet: a start makes it`);
  const mode = (stat.mode & 0o777).toString(8);
  const figures = { mode, owner: stat.uid, user: process.getuid?.() ?? null };
  const barred = barredIn(folder);
  if (barred !== null) return failed(check, [barred.message, barred.remedy], figures);
  if ((stat.mode & 0o002) !== 0)
    return warned(check, [`${folder} may be written by anybody`, `chmod o-w ${folder}`], figures);
  const strange = strangerIn(folder, stat.uid);
  if (strange !== null)
    return warned(
      check,
      [`${strange} belongs to another user than ${folder}`, 'run the bot as one user: chown -R'],
      figures,
    );
  return ok(check, `mode ${mode}, owner ${stat.uid}`, figures);
}

/** Everything in a folder, up to a bound, itself first. A bot removes files meanwhile. */
function pathsIn(folder: string): string[] {
  const paths = [folder];
  for (const path of paths) {
    if (paths.length >= FILES_LOOKED_AT_MAX) break;
    paths.push(...namesIn(path).map(name => join(path, name)));
  }
  return paths.slice(0, FILES_LOOKED_AT_MAX);
}

/** None of what is no folder, has gone, or may not be read: that is told of itself. */
function namesIn(path: string): string[] {
  try {
    return fs.lstatSync(path).isDirectory() ? fs.readdirSync(path) : [];
  } catch {
    return [];
  }
}

/** Why the first that this user may not read and write is barred; no link is followed. */
function barredIn(folder: string): Fault | null {
  for (const path of pathsIn(folder))
    try {
      const { R_OK, W_OK } = fs.constants;
      fs.accessSync(path, R_OK | W_OK);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') return diskFault('read and write', path, error);
    }
  return null;
}

const strangerIn = (folder: string, owner: number): string | null =>
  pathsIn(folder).find(path => {
    const stat = fs.lstatSync(path, { throwIfNoEntry: false });
    return stat !== undefined && stat.uid !== owner;
  }) ?? null;

/** Whether one broken disk takes both. */
export function checkMirror(directory: string, mirror: string | null): Checkup {
  const check = 'journal mirror';
  if (mirror === null)
    return ok(check, 'none: both copies of the journal are in the state directory');
  const stat = statOf(mirror);
  if (stat?.isDirectory() !== true)
    return failed(check, [
      `${mirror} is not there`,
      'mount its disk, or make the folder if the second copy is to begin there',
    ]);
  const isShared = stat.dev === statOf(standing(directory))?.dev;
  const figures = { sharedDevice: isShared };
  return isShared
    ? warned(
        check,
        [
          `${mirror} is on the same disk as ${directory}`,
          'a mirror helps on another disk: move it there',
        ],
        figures,
      )
    : ok(check, `${mirror}, on another disk`, figures);
}
