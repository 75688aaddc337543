/**
 * The journal: every step that was ever acknowledged, in two copies, one line each.
 *
 *   journal/000000000001.a.jsonl        head line, then one line per step (see frame.ts)
 *   journal/000000000001.b.jsonl        the mirror, byte for byte, maybe on another disk
 *   journal/000000000001.a.jsonl.zst    a sealed segment, once compressed
 *   journal/….tmp                       being written: whatever it holds was promised to nobody
 *   journal/….pruned                    this segment and all before it are being removed
 *
 * The order of writing: copy a is written and synced, then copy b; only then is a step told of. So
 * after a crash at most one copy has an unfinished end, and the other ends cleanly before it. A
 * segment appears by rename, with its head in it; a start always begins a new one, so no old
 * tail is ever appended to, and the head of the next segment says where the one before must end.
 *
 * | what a copy shows                        | the other copy            | means, and what is done    |
 * |------------------------------------------|---------------------------|----------------------------|
 * | a bad or missing line, segment, head      | has the good one          | repaired from the other    |
 * | bytes after the last good line            | ends there, or torn too   | a torn write: cut          |
 * | no good line where the chain goes on after | neither                  | a hole: refused            |
 * | a good line that continues something else | whatever                  | as bad as a missing one    |
 *
 * Never: recomputes, skips or reorders a step; never removes what is damaged (see quarantine.ts).
 */
import type { Fact } from '../core/fact.ts';
import type { Disk } from './disk.ts';
import type { SegmentHead } from './frame.ts';
import type { SegmentImage } from './journal-segment.ts';

export { GENESIS_HASH, type SegmentHead } from './frame.ts';
export { compressSealed, pruneJournal } from './journal-keep.ts';
export { scanJournal } from './journal-read.ts';
export { repairJournal } from './journal-repair.ts';
export { type JournalStart, JournalWriter } from './journal-write.ts';
export { syncAll } from './sync.ts';

/** Where the two copies live; both may be the same disk. */
export interface Disks {
  readonly a: Disk;
  readonly b: Disk;
  /** Any other place, to look at; absent where there is none (tests). */
  readonly at?: (root: string) => Disk;
  /** Only the directory's own copy is looked at; b holds nothing. */
  readonly alone?: true;
}

export interface JournalStep {
  readonly seq: number;
  readonly facts: readonly Fact[];
  readonly hash: string;
}

/** Parts of a sentence: `<file>: <what>`. */
export interface JournalRepair {
  readonly file: string;
  readonly what: string;
  /** `interrupted`: a crash leaves that; `damage`: only something else than Holdfast does. */
  readonly kind: 'damage' | 'interrupted';
  /** What is done with it; absent: it is repaired from the other copy. */
  readonly done?: string;
}

/** One in a verification, which repairs nothing. */
export const repairFinding = ({ file, what: text, kind }: JournalRepair) =>
  kind === 'damage'
    ? ({ file, severity: 'damage', text } as const)
    : ({ file, severity: 'note', text, remedy: BEING_WRITTEN } as const);

const BEING_WRITTEN = 'a running bot is writing it; where none runs the next start mends it';

export interface JournalScan {
  /** Sequence numbers that can be read; `last` is `first − 1` when there are none. */
  readonly first: number;
  readonly last: number;
  readonly lastHash: string;
  /** What the first step that is kept continues. */
  readonly continues: string;
  /** Steps from `from` on, segment by segment; facts are parsed as they are asked for. */
  readonly steps: (from?: number) => Iterable<JournalStep>;
  readonly repairs: readonly JournalRepair[];
  /** Oldest first. */
  readonly heads: readonly SegmentHead[];
  /** Bytes at the end that are no whole step in either copy. */
  readonly tornBytes: number;
  /** For `repairJournal`. */
  readonly segments: readonly SegmentImage[];
}
