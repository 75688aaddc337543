/**
 * The union of the copies of one segment: each step from whichever copy has it.
 *
 * Promises: a step is taken only when it continues the hash of the step before it; two copies that
 * both continue it differently are never reconciled (exit 65). Equal copies are read once.
 * Never: writes, never decides what damage means (journal-segment.ts).
 */
import { EXIT, Fault } from '../base/fault.ts';
import { FORMAT, type Frame, lineHash, type SegmentHead } from './frame.ts';
import { Cursor } from './journal-cursor.ts';
import { fullName, type SegmentFile, type SegmentFiles, unpackWithRest } from './journal-file.ts';

/** What one or more files of a segment hold, unpacked. */
export interface Reading {
  readonly files: SegmentFile[];
  /** As they are on disk. */
  readonly raw: Uint8Array;
  /** Null: not to be unpacked, or of another directory. */
  readonly cursor: Cursor | null;
  /** Bytes behind the end of what is packed. */
  readonly rest: number;
  /** Of another directory, beside a copy of this one. */
  readonly strange: boolean;
  /** Bytes up to the end of its last line that was taken. */
  goodEnd: number;
  /** It lacked a step, or its head, that another reading has. */
  lacking: boolean;
}

export class SegmentMerge {
  readonly readings: readonly Reading[];
  /** Null when it is damaged in every copy. */
  readonly head: SegmentHead | null;
  /** Set while and after `lines` runs. */
  last: number;
  lastHash: string;
  /** Bytes of the union so far. */
  bytes = 0;
  readonly #end: number;

  constructor(files: SegmentFiles) {
    this.readings = withoutStrangers(readAll(files), files.directory ?? null);
    this.#end = files.end;
    this.head = this.#chooseHead();
    this.last = files.first - 1;
    this.lastHash = this.head?.continues ?? '';
  }

  /** Head and steps of the union; `bytes` is the line as it stands in a file. */
  *lines(): Generator<{ readonly frame: Frame | null; readonly bytes: Uint8Array }> {
    yield { frame: null, bytes: this.#headBytes() };
    for (;;) {
      const taken = this.#next();
      if (taken === null) return;
      const { frame, cursor, at } = taken;
      yield { frame, bytes: cursor.bytes.subarray(at, frame.end) };
    }
  }

  /** A step that stands beyond the end of the chain in some copy, or null. */
  later(): number | null {
    const seqs = this.readings.flatMap(reading => reading.cursor?.line?.seq ?? []);
    return seqs.length === 0 ? null : Math.min(...seqs);
  }

  #chooseHead(): SegmentHead | null {
    const heads = this.readings.flatMap(({ cursor }) => (cursor?.head ? [cursor] : []));
    const withSteps = heads.filter(cursor => cursor.line !== null);
    // Of two starts that wrote nothing the later one knows more.
    const [chosen] = [...withSteps, ...heads.toSorted((one, two) => serialOf(two) - serialOf(one))];
    if (chosen === undefined) return null;
    const rivals = withSteps.filter(cursor => cursor.headText !== chosen.headText);
    const strangers = heads.filter(cursor => cursor.head?.directory !== chosen.head?.directory);
    if (rivals.length > 0 || strangers.length > 0) throw this.#conflict('begin differently');
    for (const reading of this.readings)
      if (reading.cursor?.headText !== chosen.headText) reading.lacking = true;
    if (chosen.head !== null && chosen.head.format > FORMAT) throw newer(this.readings);
    return chosen.head;
  }

  #headBytes(): Uint8Array {
    for (const reading of this.readings)
      if (!reading.lacking && reading.cursor !== null) {
        const { cursor } = reading;
        const bytes = cursor.bytes.subarray(0, cursor.headEnd);
        for (const other of this.readings) if (!other.lacking) other.goodEnd = bytes.length;
        this.bytes = bytes.length;
        return bytes;
      }
    return new Uint8Array(0);
  }

  #next(): { frame: Frame; cursor: Cursor; at: number } | null {
    const wanted = this.last + 1;
    let taken: { frame: Frame; cursor: Cursor; at: number } | null = null;
    for (const reading of this.readings) {
      const line = this.#lineFor(reading, wanted);
      if (line === null || reading.cursor === null) continue;
      if (line.hash === taken?.frame.hash && line.text === taken.frame.text) continue;
      if (lineHash(this.lastHash, line.text) !== line.hash) continue;
      if (taken !== null) throw this.#conflict(`differ in step ${wanted}`);
      taken = { frame: line, cursor: reading.cursor, at: reading.cursor.lineAt };
    }
    if (taken === null) return null;
    for (const reading of this.readings) pass(reading, taken.frame);
    this.last = wanted;
    this.lastHash = taken.frame.hash;
    this.bytes += taken.frame.end - taken.at;
    return taken;
  }

  /** The copy's line number `wanted`, when it has one there. */
  #lineFor({ cursor }: Reading, wanted: number): Frame | null {
    if (cursor === null) return null;
    // Another segment's content under this one's name goes on where this one ends.
    const isStrange = ({ seq }: Frame) => cursor.head === null && seq >= this.#end;
    while (cursor.line !== null && (cursor.line.seq < wanted || isStrange(cursor.line)))
      cursor.rejectLine();
    return cursor.line?.seq === wanted ? cursor.line : null;
  }

  #conflict(how: string): Fault {
    const names = this.readings.flatMap(reading => reading.files.map(fullName)).join(' and ');
    return new Fault(
      EXIT.corrupt,
      `the two copies of a journal segment tell different histories: ${names} ${how}`,
      'one of them belongs to another directory: move that one away, or restore a backup',
    );
  }
}

/** How new the manifest in a head is; −1 without one. */
function serialOf({ head }: Cursor): number {
  const { serial } = (head?.manifest ?? {}) as { readonly serial?: unknown };
  return typeof serial === 'number' ? serial : -1;
}

function pass(reading: Reading, taken: Frame): void {
  const { cursor } = reading;
  const line = cursor?.line ?? null;
  if (cursor === null || line === null || line.seq !== taken.seq) {
    reading.lacking = true;
  } else if (line.hash !== taken.hash || line.text !== taken.text) {
    reading.lacking = true;
    cursor.rejectLine();
  } else {
    reading.goodEnd = line.end;
    cursor.advance();
  }
}

function readAll(segment: SegmentFiles): Reading[] {
  const readings: Reading[] = [];
  for (const file of segment.files) {
    const raw = file.disk.read(file.path);
    if (raw === null) continue;
    const same = readings.find(
      reading => reading.files[0]?.packed === file.packed && Buffer.compare(reading.raw, raw) === 0,
    );
    if (same !== undefined) {
      same.files.push(file);
      continue;
    }
    const unpacked = file.packed ? unpackWithRest(raw) : { content: raw, rest: 0 };
    const cursor = unpacked === null ? null : new Cursor(unpacked.content, segment.first);
    const lacking = cursor === null;
    const rest = unpacked?.rest ?? 0;
    readings.push({ files: [file], raw, cursor, rest, strange: false, goodEnd: 0, lacking });
  }
  return readings;
}

/** Another bot's file under this name is no rival of a copy that is this directory's own. */
function withoutStrangers(readings: Reading[], directory: string | null): Reading[] {
  const isOwn = ({ cursor }: Reading) => cursor?.head?.directory === directory;
  if (directory === null || !readings.some(isOwn)) return readings;
  return readings.map(reading =>
    reading.cursor?.head && !isOwn(reading)
      ? { ...reading, cursor: null, strange: true, lacking: true }
      : reading,
  );
}

const newer = (readings: readonly Reading[]): Fault =>
  new Fault(
    EXIT.corrupt,
    `${readings[0]?.files.map(fullName).join(' and ')} was written by a newer Holdfast`,
    'run that newer version, or restore a backup made by this one',
  );
