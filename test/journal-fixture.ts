/**
 * Small journals on simulated disks, and the questions tests ask of them.
 */
import assert from 'node:assert/strict';
import { frameAt, type Line, parseFrame } from '../src/state/frame.ts';
import {
  type Disks,
  GENESIS_HASH,
  type JournalScan,
  JournalWriter,
  repairJournal,
  scanJournal,
} from '../src/state/journal.ts';
import { Machine, SimulatedDisk } from './simulated-disk.ts';

export interface SimulatedDisks {
  readonly a: SimulatedDisk;
  readonly b: SimulatedDisk;
}

export const DIRECTORY = 'd-1';

export function newDisks(machine = new Machine()): SimulatedDisks {
  return { a: new SimulatedDisk(machine, '/a'), b: new SimulatedDisk(machine, '/b') };
}

/** Both copies in one folder, as without a mirror directory. */
export function oneDisk(machine = new Machine()): SimulatedDisks {
  const a = new SimulatedDisk(machine, '/a');
  return { a, b: a };
}

/** The line at an offset, through both halves of reading one. */
export function decodeLineAt(
  bytes: Uint8Array,
  offset: number,
): { ok: true; line: Line; end: number } | { ok: false; why: string } {
  const frame = frameAt(bytes, offset);
  if (typeof frame === 'string') return { ok: false, why: frame };
  const line = parseFrame(frame);
  return typeof line === 'string' ? { ok: false, why: line } : { ok: true, line, end: frame.end };
}

export const factText = (seq: number): string =>
  JSON.stringify({ type: 'candle.closed', n: seq, text: 'ü'.repeat(seq % 7) });

/** Goes on where the journal ends: repairs it, begins a new segment. */
export function restart(disks: Disks): JournalWriter {
  const scan = scanJournal(disks);
  repairJournal(disks, scan);
  return JournalWriter.open(disks, {
    directory: DIRECTORY,
    first: scan.last + 1,
    continues: scan.lastHash,
    manifest: { seq: scan.last },
  });
}

/** Segments of the given numbers of steps, all synced. */
export function journalOf(disks: Disks, ...counts: number[]): void {
  const writer = JournalWriter.open(disks, {
    directory: DIRECTORY,
    first: 1,
    continues: GENESIS_HASH,
    manifest: null,
  });
  counts.forEach((count, index) => {
    if (index > 0) writer.rotate({ index });
    for (let step = 0; step < count; step += 1)
      writer.append(writer.seq + 1, [factText(writer.seq + 1)]);
  });
  writer.close();
}

export const segmentName = (first: number, copy: 'a' | 'b'): string =>
  `journal/${String(first).padStart(12, '0')}.${copy}.jsonl`;

/** Every step that can be read is the one that was written, without a gap. */
export function checkSteps(scan: JournalScan): void {
  let seq = scan.first;
  for (const step of scan.steps()) {
    assert.equal(step.seq, seq);
    assert.deepEqual(step.facts, [JSON.parse(factText(seq)) as unknown]);
    seq += 1;
  }
  assert.equal(seq, scan.last + 1);
}

/** Repairs, and checks that then both copies are whole, equal and hold steps `first` to `last`. */
export function checkRepaired(disks: Disks, last: number): JournalScan {
  const scan = scanJournal(disks);
  checkSteps(scan);
  assert.equal(scan.last, last);
  repairJournal(disks, scan);
  const after = scanJournal(disks);
  assert.deepEqual(after.repairs, []);
  assert.equal(after.last, last);
  checkSteps(after);
  for (const { files } of after.segments) {
    const [a, b] = files.files.map(file => file.disk.read(file.path));
    assert.deepEqual(a, b);
  }
  return scan;
}
