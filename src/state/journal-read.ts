/**
 * Reading the journal: all segments of both copies as one chain of steps.
 *
 * Promises: read-only; every step of the chain was checked against the hash of the one before, and
 * every segment against the head of the next. A gap is refused with the files and steps named
 * (exit 65). Memory holds one segment at a time. Never: repairs (journal-repair.ts).
 */

import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import { GENESIS_HASH, parseFrame } from './frame.ts';
import type { Disks, JournalRepair, JournalScan, JournalStep } from './journal.ts';
import { COPIES, type Copy, fullName, JOURNAL_FOLDER, listJournal } from './journal-file.ts';
import { SegmentMerge } from './journal-merge.ts';
import { readSegment, type SegmentImage } from './journal-segment.ts';
import type { Known } from './survey.ts';

const UNKNOWN: Known = { directory: null, floor: 0 };

export function scanJournal(disks: Disks, known = UNKNOWN): JournalScan {
  const { segments: listed, litter } = listJournal(disks);
  const found = listed.map(files => ({ ...files, directory: known.directory }));
  const segments: SegmentImage[] = [];
  let tornBytes = 0;
  const repairs: JournalRepair[] = litter.map(file => ({
    file: fullName(file),
    what: 'was left by an interrupted job',
    kind: 'interrupted',
  }));
  // A creation that was cut leaves a nameless newest segment; the one before is then the newest.
  for (let index = found.length - 1; index >= 0; index -= 1) {
    const files = must(found[index], 'segment');
    const newest = segments.length === 0;
    const image = readSegment(disks, files, newest);
    if (image === null) {
      for (const file of files.files)
        repairs.push({ file: fullName(file), what: 'was cut before its head', kind: 'damage' });
      continue;
    }
    if (newest) tornBytes = Math.max(0, ...image.flaws.map(flaw => flaw.tail?.length ?? 0));
    segments.unshift(image);
  }
  for (const [segment, what] of strayIn(segments, known)) {
    segments.splice(segments.indexOf(segment), 1);
    for (const file of segment.files.files)
      repairs.push({ file: fullName(file), what, kind: 'damage', done: SET_ASIDE });
  }
  segments.forEach((segment, index) => {
    const next = segments[index + 1];
    if (next !== undefined) checkLink(segment, next);
    repairs.push(...repairsOf(segment));
  });
  foldMissing(disks, segments, repairs);
  const oldest = segments[0];
  const newest = segments.at(-1);
  return {
    first: oldest?.head.first ?? 1,
    last: newest?.last ?? 0,
    lastHash: newest?.lastHash ?? GENESIS_HASH,
    continues: oldest?.head.continues ?? GENESIS_HASH,
    steps: (from = 0) => readSteps(segments, from),
    repairs,
    heads: segments.map(segment => segment.head),
    tornBytes,
    segments,
  };
}

/** It is no part of the journal, and nothing takes its place. */
const SET_ASIDE = 'set aside in quarantine; nothing is lost';

/** Segments that are no part of this journal and hide none of it, with the reason. */
function strayIn(segments: readonly SegmentImage[], known: Known): [SegmentImage, string][] {
  const isOwn = ({ head }: SegmentImage) => head.directory === known.directory;
  if (known.directory === null || !segments.some(isOwn)) return [];
  const own = segments.filter(isOwn);
  // Steps are missing before this one, and nobody needs those.
  const begins = own.findLastIndex(
    ({ head }, index) =>
      index > 0 && head.first <= known.floor + 1 && head.first > own[index - 1]!.last + 1,
  );
  const kept = begins < 0 ? own : own.slice(begins);
  // A copy that ends before them is another matter: all of it is old.
  const goesOn = ({ files }: SegmentImage) =>
    files.files.every(({ copy, stray }) => kept.some(each => holds(each, copy, stray)));
  return segments.flatMap((segment): [SegmentImage, string][] => {
    if (!isOwn(segment)) return [[segment, 'belongs to another directory']];
    if (kept.includes(segment) || !goesOn(segment)) return [];
    return [[segment, 'is of long ago: steps after it are gone, and no longer needed']];
  });
}

const holds = ({ files }: SegmentImage, copy: Copy, stray: boolean): boolean =>
  files.files.some(file => file.copy === copy && file.stray === stray);

/** The next segment says where this one must have ended. */
function checkLink(segment: SegmentImage, next: SegmentImage): void {
  const { last, lastHash, head } = segment;
  const names = [segment, next].map(image => image.files.files.map(fullName).join(' and '));
  if (next.head.directory !== head.directory)
    throw new Fault(EXIT.corrupt, `${names[1]} belongs to another directory`, ACCEPT_LOSS);
  if (next.head.first > last + 1) {
    const steps = `steps ${last + 1} to ${next.head.first - 1}`;
    const where = `between ${names[0]} and ${names[1]}`;
    throw new Fault(
      EXIT.corrupt,
      `the journal has a hole: ${steps} are missing in both copies, ${where}`,
      ACCEPT_LOSS,
    );
  }
  if (next.head.first <= last || next.head.continues !== lastHash)
    throw new Fault(
      EXIT.corrupt,
      `the journal is broken: ${names[1]} does not continue step ${next.head.first - 1} of ${names[0]}`,
      ACCEPT_LOSS,
    );
}

/** A copy that is not there at all is told of once, not segment by segment. */
function foldMissing(
  disks: Disks,
  segments: readonly SegmentImage[],
  repairs: JournalRepair[],
): void {
  for (const copy of COPIES) {
    const missing = segments.map(({ flaws }) =>
      flaws.find(({ state, file }) => state === 'missing' && file.copy === copy),
    );
    if (missing.some(flaw => flaw === undefined)) continue;
    const names = missing.flatMap(flaw => (flaw?.kind === 'damage' ? [fullName(flaw.file)] : []));
    if (names.length < 2) continue;
    const others = repairs.filter(({ file }) => !names.includes(file));
    const file = fullName({ disk: disks[copy], path: JOURNAL_FOLDER });
    repairs.splice(0, repairs.length, ...others, { file, what: 'holds no copy', kind: 'damage' });
  }
}

/** A file that is torn in both copies cannot come from a crash: copy b is written after copy a. */
function repairsOf(segment: SegmentImage): JournalRepair[] {
  const torn = segment.flaws.filter(flaw => flaw.state === 'torn');
  const bothTorn = new Set(torn.map(flaw => flaw.file.copy)).size > 1;
  return segment.flaws.map(({ file, what, kind, state }) => {
    const own = { file: fullName(file), what, kind };
    if (!bothTorn || state !== 'torn') return own;
    const lost = `${what} in both copies: steps after ${segment.last} may be lost`;
    return { ...own, what: lost, kind: 'damage', done: 'the torn bytes are kept in quarantine' };
  });
}

function* readSteps(segments: readonly SegmentImage[], from: number): Generator<JournalStep> {
  for (const segment of segments) {
    if (segment.last < from || segment.last < segment.head.first) continue;
    // Up to where the scan has seen it: a running bot goes on writing meanwhile.
    let hash: string | null = null;
    for (const { frame } of new SegmentMerge(segment.files).lines()) {
      if (frame === null || frame.seq < from) continue;
      if (frame.seq > segment.last) break;
      const line = parseFrame(frame);
      if (typeof line === 'string' || line.kind !== 'step')
        throw changed(segment, `step ${frame.seq} is ${line}`);
      hash = line.hash;
      yield { seq: line.seq, facts: line.facts, hash };
    }
    if (hash !== segment.lastHash) throw changed(segment, 'it changed while it was read');
  }
}

const changed = (segment: SegmentImage, what: string): Fault =>
  new Fault(
    EXIT.corrupt,
    `${segment.files.files.map(fullName).join(' and ')}: ${what}`,
    'see that nothing else writes there; a file of a newer Holdfast needs that version',
  );
