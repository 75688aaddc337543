/**
 * A process in a mount namespace of its own that cuts the power of its disks, again and again.
 *
 * Each disk is an image on a loop device. A life is lived in this process over a counting disk; at
 * one change the file system is shut down as a power cut would (FS_IOC_SHUTDOWN without a flush of
 * its log), unmounted, mounted again, and the directory comes back by the oracle.
 * Promises: what is mounted here ends with the process. Never: counts a step that was told after
 * the cut.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../../src/base/assert.ts';
import { Rng as Dice, type Rng, seedRng } from '../../../src/base/rng.ts';
import { realDisk } from '../../../src/state/disk.ts';
import { atOnce } from '../../../src/state/retention.ts';
import { prepareCheckpoint, type Store } from '../../../src/state/store.ts';
import { COMPONENTS, openOn, runSteps } from '../../state/small-bot.ts';
import { Cut, CutDisk } from './cut-disk.ts';
import { comeBack } from './oracle.ts';

const MB = 1024 * 1024;

export interface PowerCase {
  readonly seed: number;
  readonly index: number;
}
export interface PowerAnswer {
  readonly ended?: string;
  readonly error?: string;
}

interface Kind {
  readonly name: string;
  readonly make: readonly string[];
  /** The least that its mkfs accepts; the image is sparse. */
  readonly bytes: number;
  readonly mount: string;
}

const KINDS: readonly Kind[] = [
  { name: 'ext4', make: ['mkfs.ext4', '-q', '-F'], bytes: 24 * MB, mount: 'loop' },
  {
    ...{ name: 'ext4 writeback', make: ['mkfs.ext4', '-q', '-F'], bytes: 24 * MB },
    mount: 'loop,data=writeback',
  },
  { name: 'XFS', make: ['mkfs.xfs', '-q', '-f'], bytes: 320 * MB, mount: 'loop' },
];

const [folder = ''] = process.argv.slice(2);
const mounted = new Map<Kind, string>();

process.on('message', ({ seed, index }: PowerCase) => {
  let answer: PowerAnswer;
  try {
    answer = { ended: cutPower(new Dice(seedRng(seed, index)), must(KINDS[index % 3], 'a kind')) };
  } catch (error) {
    answer = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  process.send?.(answer);
});
process.send?.({ ended: 'ready' } satisfies PowerAnswer);

function cutPower(rng: Rng, kind: Kind): string {
  const place = diskOf(kind);
  const directory = join(place, 'models');
  rmSync(directory, { recursive: true, force: true });
  // Or a cut brings back what the case before this one left.
  run('sync', '-f', place);
  let acknowledged = 0;
  // Kills and cuts before the last cut: what one start read may be undone by the next.
  const rounds = 1 + rng.nextInt(3);
  for (let round = 1; round <= rounds; round += 1) {
    const isCut = round === rounds || rng.nextInt(2) === 0;
    const disk = new CutDisk(realDisk(directory), 1 + rng.nextInt(round === 1 ? 330 : 200));
    acknowledged = Math.max(acknowledged, live(disk));
    if (isCut) run('xfs_io', '-x', '-c', 'shutdown', place);
    disk.closeAll();
    if (isCut) remount(kind, place);
  }
  const left = comeBack({ directory, mirror: null, acknowledged, cut: true });
  return `${left} on ${kind.name}`;
}

/** Lives until the cut, or for some steps; gives the last step that was told. */
function live(disk: CutDisk): number {
  let acknowledged = 0;
  const told = (seq: number): void => {
    acknowledged = seq;
  };
  try {
    const store = openOn({ a: disk, b: disk });
    told(store.seq);
    for (let step = 0; step < 9; step += 1) {
      runSteps(store, 1, told);
      if (step === 3) store.checkpoint('journal');
      if (step === 6) checkpointAside(store, disk);
    }
    store.close();
  } catch (error) {
    if (!(error instanceof Cut)) throw error;
  }
  return acknowledged;
}

function checkpointAside(store: Store, disk: CutDisk): void {
  const disks = { a: disk, b: disk };
  store.finishCheckpoint(prepareCheckpoint(store.beginCheckpoint(), COMPONENTS, disks), 'aside');
  atOnce(store.cleanup());
}

function diskOf(kind: Kind): string {
  const known = mounted.get(kind);
  if (known !== undefined) return known;
  const place = join(folder, kind.name.replace(' ', '-'));
  const image = `${place}.image`;
  writeFileSync(image, '');
  truncateSync(image, kind.bytes);
  const [program = '', ...args] = kind.make;
  run(program, ...args, image);
  mkdirSync(place);
  run('mount', '-o', kind.mount, image, place);
  mounted.set(kind, place);
  return place;
}

function remount(kind: Kind, place: string): void {
  run('umount', place);
  run('mount', '-o', kind.mount, `${place}.image`, place);
}

function run(program: string, ...args: string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
