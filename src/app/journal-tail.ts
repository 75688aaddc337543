/**
 * What has happened after a step, for those who tell others of it: facts of the journal and notes
 * about the running.
 *
 * Promises: read-only, on a running bot too; of a step only what is durable in both copies. Never:
 * reads further back than the journal and what waits beside it (state/untold.ts).
 */
import { hash } from 'node:crypto';
import { EXIT, Fault } from '../base/fault.ts';
import { TAIL_BYTES_MAX } from '../base/limits.ts';
import type { Fact } from '../core/fact.ts';
import { parseFrame } from '../state/frame.ts';
import { linesAfter } from '../state/journal-lines.ts';
import { NOTES_FILE, type Note, readNotes } from '../state/notes.ts';
import { linesKept } from '../state/untold.ts';
import { type Place, placeHeld } from './directory.ts';

export type { Note, Place };
export { placeHeld };

export interface TailStep {
  readonly seq: number;
  /** The directory's, when the step was told. */
  readonly epoch: number;
  readonly facts: readonly Fact[];
}

export interface Tail {
  /**
   * The step that the first of them follows: a later one than was asked for where the journal no
   * longer goes back that far, an earlier one where it ends before. Null: there is no journal.
   */
  readonly after: number | null;
  readonly steps: readonly TailStep[];
  readonly more: boolean;
}

export function tailAfter({ disks }: Place, seq: number): Tail {
  const { after, lines, more } = linesKept(disks, seq, TAIL_BYTES_MAX);
  const steps = lines.map(({ seq: step, epoch, frame }) => {
    const line = parseFrame(frame);
    if (typeof line === 'string' || line.kind !== 'step')
      throw new Fault(
        EXIT.corrupt,
        `step ${step} of the journal in ${disks.a.root} cannot be read`,
        'holdfast state verify tells more',
      );
    return { seq: step, epoch, facts: line.facts };
  });
  return { after: after?.seq ?? null, steps, more };
}

/** The step that the journal itself begins after, without what waits beside it; null: there is none. */
export const journalBegins = ({ disks }: Place): number | null =>
  linesAfter(disks, 0, 0).after?.seq ?? null;

/** Epoch in which a step was told; null: the journal does not have it. */
export function epochAt({ disks }: Place, seq: number): number | null {
  const [line] = linesKept(disks, seq - 1, 0).lines;
  return line?.seq === seq ? line.epoch : null;
}

/** A note by its time and its content, so that it is found again in a file that has rotated. */
export interface NoteMark {
  /** ISO wall time. */
  readonly at: string;
  /** Of the note; empty: of none, all later ones are meant. */
  readonly hash: string;
}

export interface MarkedNote {
  readonly note: Note;
  readonly mark: NoteMark;
}

/** Oldest first. Where the marked note is gone, those that are younger. */
export function notesAfter({ disks }: Place, { at, hash: wanted }: NoteMark): MarkedNote[] {
  const all = readNotes(disks.a, { last: Number.POSITIVE_INFINITY }).map(note => ({
    note,
    mark: { at: note.at, hash: hash('sha256', JSON.stringify(note)).slice(0, 16) },
  }));
  const last = all.findLastIndex(({ mark }) => mark.at === at && mark.hash === wanted);
  return last < 0 ? all.filter(({ mark }) => mark.at > at) : all.slice(last + 1);
}

/** Changes whenever there is another note. */
export function shapeOfNotes({ disks }: Place): string {
  const stat = disks.a.stat(NOTES_FILE);
  return stat === null ? '' : `${stat.bytes} ${stat.modifiedMs}`;
}
