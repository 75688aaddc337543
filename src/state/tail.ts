/**
 * The tail: steps behind the last checkpoint, replayed at a start onto files that are all whole.
 *
 * A line may stand in the page cache alone: a sync of it failed, and what is read looks clean. So a
 * start goes on only from what it has written itself (R2). A fresh checkpoint is that, and with a full
 * memory takes most of a second; the tail's own lines in new files are it too, and the checkpoint comes
 * aside, once the bot trades (decision 0106).
 *
 * Promises: nothing but the tail is left out of the fresh checkpoint: a part that is damaged, upgraded,
 * reset or given up is written at the start, with all others. Never: changes a line.
 */
import { must } from '../base/assert.ts';
import { TAIL_SEGMENTS_MAX } from '../base/limits.ts';
import type { Choice } from './choice.ts';
import type { Disks, JournalScan } from './journal.ts';
import { listJournal } from './journal-file.ts';
import type { Manifest } from './manifest.ts';
import type { Context } from './recover.ts';
import type { Replay } from './replay.ts';
import { writeWholeFile } from './whole-file.ts';

/** Whether every part goes on from the newest file it has, under its own name, and only steps came since. */
export function isTailOnly(
  { components, manifest, scan }: Context & { readonly scan: JournalScan },
  choices: ReadonlyMap<string, Choice>,
  replay: Replay,
): boolean {
  const [newest] = manifest?.generations ?? [];
  if (newest === undefined || replay.steps === 0 || replay.broken.size > 0) return false;
  // What a person replaced or gave up begins an epoch, and is saved at once.
  if (replay.epoch > 0) return false;
  // A bot that dies again and again before its checkpoint is done has that made by a start.
  if (tailOf(scan, newest.seq).length > TAIL_SEGMENTS_MAX) return false;
  return components.every(({ id, version }) => {
    const choice = choices.get(id);
    return (
      choice?.kind === 'file' &&
      choice.record !== null &&
      choice.record === newest.components[id] &&
      choice.file.path === choice.file.name &&
      choice.schema === version
    );
  });
}

/** R2 without a checkpoint: the lines of the tail once more, each copy in a file of its own. */
export function rewriteTail(
  disks: Disks,
  scan: JournalScan,
  { generations: [newest] }: Manifest,
): void {
  const firsts = tailOf(scan, newest?.seq ?? 0).map(({ files }) => files.first);
  // As the repair has left them.
  for (const { first, files } of listJournal(disks).segments)
    for (const { disk, path } of firsts.includes(first) ? files : [])
      writeWholeFile(disk, path, must(disk.read(path), path));
}

const tailOf = (scan: JournalScan, since: number): JournalScan['segments'] =>
  scan.segments.filter(({ files, last }) => last > since && last >= files.first);
