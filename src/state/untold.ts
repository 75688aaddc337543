/**
 * What is pruned of the journal before all who are told of it were told: it waits for them.
 *
 *   notify/<channel>.json      how far each was told (src/notify/cursor.ts)
 *   notify/journal/            as in journal/: a second name of each segment that one of them lacks
 *
 * Promises: a segment has its second name before its first one goes; what all were told goes, and so
 * do the oldest beyond the bound. No recovery reads any of it, and no step waits for it. Never: a part
 * of the memory.
 */
import { Fault } from '../base/fault.ts';
import { UNTOLD_BYTES_MAX } from '../base/limits.ts';
import type { Disk } from './disk.ts';
import { folderDisk } from './folder-disk.ts';
import type { Disks } from './journal.ts';
import { JOURNAL_FOLDER, listJournal, type SegmentFiles } from './journal-file.ts';
import { type JournalLines, linesAfter } from './journal-lines.ts';
import { giveSecondNames, pastDisks } from './past.ts';

const UNTOLD_FOLDER = 'notify';

/** The last step that all were told of; null: nobody is told of anything. */
function toldTo(disk: Disk): number | null {
  const steps = disk.list(UNTOLD_FOLDER).flatMap(name => {
    if (!name.endsWith('.json')) return [];
    const seq = stepIn(unlessFault(() => disk.read(`${UNTOLD_FOLDER}/${name}`)));
    return seq === null ? [] : [seq];
  });
  return steps.length === 0 ? null : Math.min(...steps);
}

/** Of a cursor; null: it is none, and whoever reads it begins from then. */
function stepIn(bytes: Uint8Array | null): number | null {
  try {
    const { position } = JSON.parse(Buffer.from(bytes ?? []).toString());
    return Number.isSafeInteger(position.seq) ? position.seq : null;
  } catch {
    return null;
  }
}

/** On a disk of its own, for what fails here poisons nothing, and is a gap to whoever is told. */
function beside({ a, at }: Disks, work: (disk: Disk) => void): void {
  unlessFault(() => work(at?.(a.root) ?? a));
}

/** Before segments are pruned. */
export const setUntoldAside = (disks: Disks, segments: readonly SegmentFiles[]): void =>
  beside(disks, disk => {
    const told = toldTo(disk);
    if (told === null) return;
    const files = segments
      .filter(({ end }) => end - 1 > told)
      .flatMap(({ files: own }) => own.find(file => file.disk === disks.a) ?? [])
      .map(({ path }) => ({ disk, path }));
    if (files.length > 0) giveSecondNames(files, { root: UNTOLD_FOLDER, folder: JOURNAL_FOLDER });
  });

/** What waits for nobody any more, and the oldest beyond the bound. */
export const dropTold = (disks: Disks): void => beside(disks, disk => dropFrom(disk, disks));

function dropFrom(disk: Disk, disks: Disks): void {
  const folder = `${UNTOLD_FOLDER}/${JOURNAL_FOLDER}`;
  if (disk.stat(folder) === null) return;
  const told = toldTo(disk) ?? Number.POSITIVE_INFINITY;
  const goesOn = listJournal(disks).segments[0]?.first ?? Number.POSITIVE_INFINITY;
  const { segments, litter } = listJournal(untold(disk));
  const gone = litter.map(({ path }) => path);
  let bytes = 0;
  for (const { end, files } of segments.toReversed()) {
    const paths = files.map(({ path }) => path);
    for (const path of paths) bytes += disk.stat(`${UNTOLD_FOLDER}/${path}`)?.bytes ?? 0;
    if (Math.min(end, goesOn) - 1 <= told || bytes > UNTOLD_BYTES_MAX) gone.push(...paths);
  }
  for (const path of gone) disk.remove(`${UNTOLD_FOLDER}/${path}`);
  if (gone.length > 0) disk.syncFolder(folder);
}

function untold(disk: Disk): Disks {
  const own = folderDisk(disk, UNTOLD_FOLDER);
  return { a: own, b: own };
}

function unlessFault<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** As `linesAfter`, and further back where it was set aside. */
export function linesKept(disks: Disks, seq: number, bytesMax: number): JournalLines {
  const live = linesAfter(disks, seq, bytesMax);
  if (live.after === null || live.after.seq <= seq) return live;
  for (const aside of [untold(disks.a), pastDisks(disks)]) {
    const kept = aside && unlessFault(() => linesAfter(aside, seq, bytesMax));
    if (kept?.after && kept.lines.length > 0 && kept.after.seq < live.after.seq)
      return { ...kept, more: true };
  }
  return live;
}
