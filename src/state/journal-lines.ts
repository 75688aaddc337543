/**
 * Lines of the journal as they stand in it, for a copy elsewhere.
 *
 * A line is written and synced in copy a before copy b gets it. So of the segment that is still
 * written only what is whole in both copies is given: that is durable, whatever the power does.
 * Promises: read-only, on a running bot too; each line continues the one before; each says in which
 * epoch it was told. Never: reads more than it was asked for and the rest of one segment.
 */
import { EXIT, Fault } from '../base/fault.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import { type Frame, parseFrame } from './frame.ts';
import type { Disks } from './journal.ts';
import { COPIES, type Copy, listJournal, type SegmentFiles } from './journal-file.ts';
import { SegmentMerge } from './journal-merge.ts';
import { readSealed } from './manifest.ts';
import { steadily } from './steady.ts';

export interface JournalLine {
  readonly seq: number;
  readonly hash: string;
  readonly epoch: number;
  readonly frame: Frame;
  /** With its newline. */
  readonly bytes: Uint8Array;
}

export interface JournalLines {
  /** The step that the first line continues, and its hash; null: there is no journal. */
  readonly after: { readonly seq: number; readonly hash: string } | null;
  readonly lines: readonly JournalLine[];
  /** There are more behind them. */
  readonly more: boolean;
}

/**
 * The lines after a step, about as many bytes of them as asked for. `after` of the answer is a later
 * step where the journal no longer goes back that far, and an earlier one where it ends before.
 */
export function linesAfter(disks: Disks, seq: number, bytesMax: number): JournalLines {
  return steadily(disks, () => lookOnce(disks, seq, bytesMax));
}

function lookOnce(disks: Disks, seq: number, bytesMax: number): JournalLines {
  const { segments } = listJournal(disks);
  const from = Math.max(
    0,
    segments.findLastIndex(({ first }) => first <= seq + 1),
  );
  const lines: JournalLine[] = [];
  let bytes = 0;
  let after: JournalLines['after'] = null;
  for (const [index, files] of segments.entries()) {
    if (index < from) continue;
    const isNewest = index === segments.length - 1;
    const read = readWhole(files, isNewest);
    // A creation that was cut leaves a newest segment without a head: nothing was told in it.
    if (read === null && isNewest) break;
    const last = lines.at(-1) ?? after;
    if (read === null || (last !== null && last.seq + 1 !== files.first)) throw hole(disks, files);
    after ??= { seq: files.first - 1, hash: read.continues };
    for (const line of read.lines)
      if (line.seq <= seq) after = line;
      else {
        if (lines.length > 0 && bytes >= bytesMax)
          return { after: placeOf(after), lines, more: true };
        lines.push(line);
        bytes += line.bytes.length;
      }
  }
  return { after: after === null ? null : placeOf(after), lines, more: false };
}

const placeOf = ({ seq, hash }: { seq: number; hash: string }) => ({ seq, hash });

function readWhole(
  files: SegmentFiles,
  isNewest: boolean,
): { continues: string; lines: JournalLine[] } | null {
  const merge = new SegmentMerge(files);
  if (merge.head === null) return null;
  const { continues, manifest } = merge.head;
  const reading = manifest === null ? null : readSealed(manifest);
  let epoch = reading?.kind === 'good' ? reading.manifest.epoch : 1;
  const lines: (JournalLine & { end: number })[] = [];
  for (const { frame, bytes } of merge.lines()) {
    if (frame === null) continue;
    lines.push({ seq: frame.seq, hash: frame.hash, epoch, frame, bytes, end: merge.bytes });
    epoch = Math.max(epoch, epochBegun(frame));
  }
  const limit = isNewest ? wholeInBoth(merge) : Number.POSITIVE_INFINITY;
  return { continues, lines: lines.filter(({ end }) => end <= limit) };
}

/** The epoch that a line begins for those behind it (a rollback does); 0: none. */
export function epochBegun(frame: Frame): number {
  if (!frame.text.includes('"memory.replaced"')) return 0;
  const line = parseFrame(frame);
  if (typeof line === 'string' || line.kind !== 'step') return 0;
  const begun = line.facts.map(fact => (fact.type === 'memory.replaced' ? fact.epoch : 0));
  return Math.max(0, ...begun);
}

/** Bytes up to which each copy that is there has every line. */
function wholeInBoth({ readings }: SegmentMerge): number {
  const ends = COPIES.flatMap((copy: Copy) => {
    const own = readings.filter(({ files }) => files.some(file => file.copy === copy));
    return own.length === 0 ? [] : [Math.max(...own.map(({ goodEnd }) => goodEnd))];
  });
  return Math.min(...ends);
}

const hole = ({ a }: Disks, { first }: SegmentFiles): Fault =>
  new Fault(
    EXIT.corrupt,
    `the journal in ${a.root} has a hole before step ${first}`,
    `holdfast state verify tells more; ${ACCEPT_LOSS}`,
  );
