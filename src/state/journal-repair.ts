/**
 * Repairing the journal: after it both copies hold the same whole lines, durably.
 *
 * Promises: damaged files go to quarantine before a good copy takes their name; a torn end is cut
 * and its bytes are kept there too; ends with rule R1, so that what was read is on the disk. May be
 * interrupted anywhere and run again. Never: changes a line, drops a step that a copy has.
 */
import type { Disks, JournalScan } from './journal.ts';
import { fullName, JOURNAL_FOLDER, listJournal, pack } from './journal-file.ts';
import { type Flaw, type SegmentImage, unionOf } from './journal-segment.ts';
import { quarantine, quarantineBytes, quarantineCopy } from './quarantine.ts';
import { syncAll } from './sync.ts';
import { writeWholeFile } from './whole-file.ts';

export function repairJournal(disks: Disks, scan: JournalScan): void {
  // What a killed process renamed may not be on the disk yet, such as the mark of a pruning, and
  // it excuses what goes now.
  const isTidy = scan.segments.every(({ flaws }) => flaws.length === 0);
  if (!isTidy || listJournal(disks).litter.length > 0) syncNames(disks);
  for (const segment of scan.segments) repairSegment(segment);
  setHeadlessAside(disks, scan);
  const { litter } = listJournal(disks);
  // Marks of a pruning go last: they say that the segments before them are no loss.
  const marksLast = [...litter].sort((left, right) => rank(left.path) - rank(right.path));
  const firstMark = marksLast.findIndex(({ path }) => rank(path) === 1);
  marksLast.forEach(({ disk, path }, index) => {
    if (index === firstMark) syncNames(disks);
    disk.remove(path);
  });
  syncAll(disks);
}

function syncNames({ a, b }: Disks): void {
  for (const disk of new Set([a, b]))
    if (disk.stat(JOURNAL_FOLDER) !== null) disk.syncFolder(JOURNAL_FOLDER);
}

const rank = (path: string): number => (path.endsWith('.pruned') ? 1 : 0);

export function repairSegment(segment: SegmentImage): void {
  if (segment.flaws.length === 0) return;
  const union = unionOf(segment.files);
  // What is too much goes only once the files that stay are whole.
  const isExtra = ({ state }: Flaw) => state === 'spare' || state === 'stray';
  const ordered = [...segment.flaws].sort(
    (left, right) => Number(isExtra(left)) - Number(isExtra(right)),
  );
  for (const flaw of ordered) mend(flaw, union);
}

function mend(flaw: Flaw, union: Uint8Array): void {
  const { disk, path, packed } = flaw.file;
  if (flaw.state === 'spare') {
    disk.remove(path);
    disk.syncFolder(JOURNAL_FOLDER);
    return;
  }
  if (flaw.state === 'stray') {
    quarantine(disk, path);
    return;
  }
  if (flaw.state === 'missing') disk.makeFolder(JOURNAL_FOLDER);
  if (flaw.state === 'damaged') quarantineCopy(disk, path);
  if (flaw.state === 'torn' && flaw.tail !== null)
    quarantineBytes(disk, `${path.slice(JOURNAL_FOLDER.length + 1)}.tail`, flaw.tail);
  writeWholeFile(disk, path, packed ? pack(union) : union);
}

/** A newest segment without a head in either copy held nothing; its name will be used again. */
function setHeadlessAside(disks: Disks, scan: JournalScan): void {
  const known = new Set(
    scan.segments.flatMap(segment => segment.files.files.map(file => fullName(file))),
  );
  for (const segment of listJournal(disks).segments)
    for (const file of segment.files) {
      const isKnown = known.has(fullName(file));
      const isMended = scan.segments.some(image => image.files.first === segment.first);
      if (!isKnown && !isMended) quarantine(file.disk, file.path);
    }
}
