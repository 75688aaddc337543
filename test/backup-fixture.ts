/**
 * A small bot, a backup place in memory, and the way from one to the other and back.
 */

import { folderPlace } from '../src/backup/folder-place.ts';
import type { Moment } from '../src/backup/moment.ts';
import type { BackupPlace } from '../src/backup/place.ts';
import { type Plan, planRestore } from '../src/backup/plan.ts';
import { nextEpoch, writeRestored } from '../src/backup/restore.ts';
import { takeBackup } from '../src/backup/take.ts';
import { newestOf, readManifests } from '../src/state/manifest.ts';
import type { Store } from '../src/state/store.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { COMPONENTS, openOn, slowClock } from './state/small-bot.ts';

export const sharing = (disk: SimulatedDisk) => ({ a: disk, b: disk });

export const idOf = (disk: SimulatedDisk): string => newestOf(readManifests(disk))?.directory ?? '';

export const backUp = (
  disk: SimulatedDisk,
  place: BackupPlace,
  more: { keep?: number; now?: () => number; warn?: (line: string) => void } = {},
) =>
  takeBackup({
    place,
    disks: sharing(disk),
    now: more.now ?? slowClock(),
    release: 'test',
    timingOf: () => ({ marketTime: null, candleMs: 0 }),
    keep: more.keep ?? null,
    warn: more.warn ?? (() => {}),
    progress: () => {},
  });

export const LATEST: Moment = { kind: 'latest' };

export const planFor = (
  place: BackupPlace,
  directoryId: string,
  moment: Moment | number = LATEST,
  epoch: number | null = null,
): Promise<Plan> =>
  planRestore({
    place,
    directoryId,
    moment: typeof moment === 'number' ? { kind: 'step', seq: moment } : moment,
    epoch,
    components: COMPONENTS,
  });

export interface Restored {
  readonly store: Store;
  readonly disk: SimulatedDisk;
  readonly plan: Plan;
}

/** Restores to a moment, and opens what came of it. */
export async function restoreTo(
  place: BackupPlace,
  directoryId: string,
  moment: Moment | number = LATEST,
  disk = new SimulatedDisk(undefined, '/restored'),
): Promise<Restored> {
  const plan = await planFor(place, directoryId, moment);
  const epoch = await nextEpoch(plan, 0);
  await writeRestored(plan, { disk, epoch, progress: () => {} });
  const store = openOn(sharing(disk));
  store.checkpoint('restore');
  return { store, disk, plan };
}

export const memoryPlace = (): { disk: SimulatedDisk; place: BackupPlace } => {
  const disk = new SimulatedDisk(undefined, '/place');
  return { disk, place: folderPlace(disk) };
};
