/**
 * A directory as a dashboard shows it: its files, generations, journal, the last recovery and the
 * last look at everything.
 *
 * Promises: read-only, from memory: no disk is touched. What has to be weighed is weighed elsewhere
 * (`weightOf`, `surveyOf`, for a thread that may wait for a disk).
 */

import type { Millis } from '../base/time.ts';
import { components } from '../components.ts';
import { directoryBytes, journalBytes } from '../state/directory-size.ts';
import { type Lag, secondCopyLag } from '../state/journal-lag.ts';
import { type HeldPlace, historyOf, lastRoundIn, placeHeld } from './directory.ts';
import type { ScrubRound } from './scrubber.ts';
import type { Session } from './session.ts';

export function directoryOf(session: Session, journalMirror: string | null) {
  const { store } = session.bot;
  const { report, lastCheckpoint } = store;
  const scrub = session.scrub();
  return {
    seq: store.seq,
    directory: store.directory,
    directoryId: store.directoryId,
    epoch: store.epoch,
    files: components.map(({ id, title, version, file }) => {
      const record = store.savedFiles.get(id);
      return {
        ...{ id, title, file: file.name, version },
        bytes: record?.bytes ?? null,
        seq: record?.seq ?? null,
        sha256: record?.sha256 ?? null,
        ...{ writtenAt: null, verifiedAt: null },
      };
    }),
    generations: store.generations.map(({ seq, madeAtMs }) => ({ seq, madeAt: madeAtMs })),
    journal: {
      // Both copies, since the last checkpoint; the disk tells of all that is kept.
      bytes: 2 * store.journalBytes,
      stepsSinceCheckpoint: store.stepsSinceCheckpoint,
      ...{ mirror: journalMirror, lag: null },
    },
    checkpoint: {
      seq: lastCheckpoint.seq,
      at: lastCheckpoint.atMs === 0 ? null : lastCheckpoint.atMs,
    },
    recovery: {
      ...{ fromSeq: report.fromSeq, toSeq: report.toSeq, replayed: report.replayed },
      ...{ ms: store.recoveryMs, repairs: report.repairs, lost: report.lost },
    },
    verification: roundOf(scrub?.last ?? null),
    verifying: scrub?.running ?? false,
  };
}

function roundOf(round: ScrubRound | null) {
  if (round === null) return null;
  const { at, files, findings, repaired } = round;
  return { at: Date.parse(at), files, findings, repaired };
}

/** When a file of this step was written, and when it was last found whole. */
export interface FileTimes {
  readonly seq: number;
  readonly writtenAt: Millis | null;
  readonly verifiedAt: Millis;
}

export interface Survey {
  /** By component. */
  readonly files: ReadonlyMap<string, FileTimes>;
  /** Of the last round of the scrub, whichever run did it. */
  readonly verification: ReturnType<typeof roundOf>;
}

/** What manifest and notes tell of the files; null where they cannot be read now. */
export function surveyOf(held: HeldPlace): Survey | null {
  try {
    const place = placeHeld(held);
    const { generations, notes } = historyOf(place);
    const files = Object.entries(generations[0]?.files ?? {}).map(([id, file]) => {
      const writtenMs = place.disks.a.stat(file.file)?.modifiedMs;
      const writtenAt = writtenMs === undefined ? null : Math.floor(writtenMs);
      return [id, { seq: file.seq, writtenAt, verifiedAt: file.verifiedAtMs }] as const;
    });
    return { files: new Map(files), verification: roundOf(lastRoundIn(notes)) };
  } catch {
    // A running bot replaces them while they are read.
    return null;
  }
}

export interface Weight {
  readonly directory: number;
  readonly journal: number;
  /** Of the journal's second copy. */
  readonly lag: Lag | null;
}

/** What it weighs on the disk, both copies; null where it cannot be looked at now. */
export function weightOf(place: HeldPlace): Weight | null {
  try {
    const { disks } = placeHeld(place);
    const lag = secondCopyLag(disks);
    return { directory: directoryBytes(disks), journal: journalBytes(disks), lag };
  } catch {
    // A running bot renames and drops files while this counts them.
    return null;
  }
}
