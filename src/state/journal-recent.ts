/**
 * The newest of the journal, backwards: for who wants the last of something and not all of it.
 *
 * Promises: read-only, no lock; newest segment first, each with its steps in order, and one in
 * memory at a time. It begins again nowhere: what is damaged, or packed or pruned by the running bot
 * meanwhile, ends it. Never: vouches for a chain; a start and `verify` do.
 */
import { Fault } from '../base/fault.ts';
import { parseFrame } from './frame.ts';
import type { Disks, JournalStep } from './journal.ts';
import { listJournal, type SegmentFiles } from './journal-file.ts';
import { SegmentMerge } from './journal-merge.ts';
import { pastDisks } from './past.ts';

export function* recentSegments(disks: Disks): Generator<readonly JournalStep[]> {
  const past = pastDisks(disks);
  for (const place of past === null ? [disks] : [disks, past])
    for (const files of listJournal(place).segments.toReversed()) {
      const steps = stepsOf(files);
      if (steps === null) return;
      yield steps;
    }
}

function stepsOf(files: SegmentFiles): JournalStep[] | null {
  const steps: JournalStep[] = [];
  try {
    for (const { frame } of new SegmentMerge(files).lines()) {
      const line = frame === null ? null : parseFrame(frame);
      if (line === null) continue;
      if (typeof line === 'string' || line.kind !== 'step') return null;
      steps.push({ seq: line.seq, facts: line.facts, hash: line.hash });
    }
    return steps;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}
