/**
 * Writing the journal: one line per step, in both copies, before anybody is told.
 *
 * Promises: `append` returns when the step would survive a power cut in both copies. Copy a is
 * written and synced before copy b is touched, so a crash leaves at most one unfinished end. Always
 * begins a new segment. The first failure ends the writer. Never: retries, never appends to a file
 * that somebody else has changed (exit 65).
 */
import { assert, Bug } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { JOURNAL_GATHER_BYTES_MAX } from '../base/limits.ts';
import type { Disk, DiskFile } from './disk.ts';
import { encodeHead, encodeLine, FORMAT } from './frame.ts';
import type { Disks } from './journal.ts';
import { COPIES, type Copy, JOURNAL_FOLDER, segmentPath, TMP } from './journal-file.ts';
import { SegmentMerge } from './journal-merge.ts';

export interface JournalStart {
  /** Id of the state directory. */
  readonly directory: string;
  /** The first step that will be written. */
  readonly first: number;
  /** Hash of the step before it. */
  readonly continues: string;
  readonly manifest: object | null;
}

interface OpenCopy {
  readonly name: string;
  readonly file: DiskFile;
}

export class JournalWriter {
  #seq: number;
  #hash: string;
  #bytes = 0;
  readonly #disks: Disks;
  readonly #directory: string;
  #copies: readonly OpenCopy[] = [];
  /** Length of each copy as we left it. */
  #length = 0;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #fault: unknown = null;

  private constructor(disks: Disks, start: JournalStart) {
    this.#disks = disks;
    this.#directory = start.directory;
    this.#seq = start.first - 1;
    this.#hash = start.continues;
  }

  static open(disks: Disks, options: JournalStart): JournalWriter {
    const writer = new JournalWriter(disks, options);
    for (const copy of COPIES) disks[copy].makeFolder(JOURNAL_FOLDER);
    writer.#guard(() => writer.#begin(options.manifest));
    return writer;
  }

  /** The last step that was appended, synced or not. */
  get seq(): number {
    return this.#seq;
  }

  get hash(): string {
    return this.#hash;
  }

  /** Of one copy, since the segment began. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns when the step, and all before it, are durable in both copies. */
  append(seq: number, factTexts: readonly string[]): void {
    this.appendUnsynced(seq, factTexts);
    this.sync();
  }

  /** For tapes, which share a sync between steps: nobody may be told of the step yet. */
  appendUnsynced(seq: number, factTexts: readonly string[]): void {
    if (this.#fault !== null) throw this.#fault;
    assert(seq === this.#seq + 1, `step ${seq} cannot follow step ${this.#seq}`);
    const { bytes, hash } = encodeLine(seq, factTexts, this.#hash);
    this.#gathered.push(bytes);
    this.#gatheredBytes += bytes.length;
    this.#bytes += bytes.length;
    this.#seq = seq;
    this.#hash = hash;
    if (this.#gatheredBytes >= JOURNAL_GATHER_BYTES_MAX) this.sync();
  }

  sync(): void {
    if (this.#fault !== null) throw this.#fault;
    const [only] = this.#gathered;
    if (only === undefined) return;
    const bytes = this.#gathered.length === 1 ? only : Buffer.concat(this.#gathered);
    this.#guard(() => {
      for (const copy of this.#copies) this.#checkUntouched(copy);
      for (const { file } of this.#copies) {
        file.write(bytes);
        file.sync();
      }
    });
    this.#length += bytes.length;
    this.#gathered = [];
    this.#gatheredBytes = 0;
  }

  /** Seals the segment and begins the next one at the next step. */
  rotate(manifest: object | null): void {
    this.sync();
    this.#guard(() => {
      this.#closeFiles();
      this.#begin(manifest);
    });
  }

  /** Syncs what was gathered and lets go of the files; after a failure only the latter. */
  close(): void {
    try {
      if (this.#fault === null) this.sync();
    } finally {
      this.#closeFiles();
      this.#fault ??= new Bug('the journal is closed');
    }
  }

  #begin(manifest: object | null): void {
    const first = this.#seq + 1;
    const head = { format: FORMAT, directory: this.#directory, first, continues: this.#hash };
    const { bytes } = encodeHead({ ...head, manifest });
    for (const copy of COPIES) refuseToReplace(this.#disks[copy], first, copy);
    // Each is kept from the moment it is open, so that a failure of the other one closes it.
    this.#copies = [];
    for (const copy of COPIES)
      this.#copies = [
        ...this.#copies,
        beginCopy(this.#disks[copy], segmentPath(first, copy), bytes),
      ];
    this.#length = bytes.length;
    this.#bytes = bytes.length;
  }

  /** Catches a second process, an editor or a careless copy before it costs a step. */
  #checkUntouched({ name, file }: OpenCopy): void {
    const size = file.size();
    if (size === this.#length) return;
    const what = size < 0 ? 'was removed or replaced' : `has ${size} bytes, not ${this.#length}`;
    throw new Fault(
      EXIT.corrupt,
      `${name} ${what}: something else writes to this directory`,
      'stop it, then start again: nothing that was acknowledged is lost',
    );
  }

  #closeFiles(): void {
    for (const { file } of this.#copies) file.close();
    this.#copies = [];
  }

  #guard(run: () => void): void {
    if (this.#fault !== null) throw this.#fault;
    try {
      run();
    } catch (error) {
      this.#fault = error;
      throw error;
    }
  }
}

/** The head is in the file before the file has its name: no crash leaves a segment without one. */
function beginCopy(disk: Disk, path: string, head: Uint8Array): OpenCopy {
  disk.remove(path + TMP);
  const file = disk.create(path + TMP);
  try {
    file.write(head);
    file.sync();
    disk.rename(path + TMP, path);
    disk.syncFolder(JOURNAL_FOLDER);
  } catch (error) {
    file.close();
    throw error;
  }
  return { name: `${disk.root}/${path}`, file };
}

/** A start after a start that wrote nothing replaces an empty segment, and nothing else. */
function refuseToReplace(disk: Disk, first: number, copy: Copy): void {
  const path = segmentPath(first, copy);
  if (disk.stat(path) === null) return;
  const files = [{ copy, disk, path, packed: false, stray: false }];
  const lines = new SegmentMerge({ first, end: Number.POSITIVE_INFINITY, files });
  for (const _ of lines.lines());
  assert(lines.last < first && lines.later() === null, `${path} already holds steps`);
}
