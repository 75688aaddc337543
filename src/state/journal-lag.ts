/**
 * How far the journal's second copy is behind the first, by what both disks hold now.
 *
 * Promises: read-only, beside a running bot: what stands in the first copy when it is looked at is
 * looked for in the second one after that, so that a step which is written meanwhile is no lag.
 * Never: judges what the lines say, or counts what the second copy has more.
 */
import type { Disks } from './journal.ts';
import { listJournal, type SegmentFile, unpack } from './journal-file.ts';

export interface Lag {
  readonly steps: number;
  /** Of lines as they are written, not packed. */
  readonly bytes: number;
}

const NEWLINE = 0x0a;
const LEVEL: Lag = { steps: 0, bytes: 0 };

/** Null: there is no first copy to be behind. */
export function secondCopyLag(disks: Disks): Lag | null {
  let lag: Lag | null = null;
  for (const { files } of listJournal(disks).segments) {
    const first = files.find(({ copy }) => copy === 'a');
    const second = files.find(({ copy, stray }) => copy === 'b' && !stray);
    if (first !== undefined) lag = sumOf(lag ?? LEVEL, lagOf(first, second));
  }
  return lag;
}

const sumOf = (one: Lag, other: Lag): Lag => ({
  steps: one.steps + other.steps,
  bytes: one.bytes + other.bytes,
});

function lagOf(first: SegmentFile, second: SegmentFile | undefined): Lag {
  // Both were whole when either was packed.
  if (second !== undefined && (first.packed || second.packed)) return LEVEL;
  const length = first.disk.stat(first.path)?.bytes ?? 0;
  const has = second === undefined ? 0 : (second.disk.stat(second.path)?.bytes ?? 0);
  if (has >= length) return LEVEL;
  const raw = first.disk.read(first.path) ?? new Uint8Array(0);
  const whole = (first.packed ? unpack(raw) : raw) ?? new Uint8Array(0);
  const rest = whole.subarray(has, first.packed ? undefined : length);
  const lines = rest.reduce((count, byte) => count + (byte === NEWLINE ? 1 : 0), 0);
  // The head of a segment is no step.
  return { steps: has === 0 ? Math.max(0, lines - 1) : lines, bytes: rest.length };
}
