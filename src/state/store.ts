/**
 * The store: the one door to what a directory remembers. Nothing outside state/ knows that it is
 * made of files.
 *
 * Promises: `append` (synced) returns when the step would survive a power cut; a checkpoint never
 * loses what an earlier one had; the states are the ones recovery built, changed by nobody but
 * their folds. Never: retries a failed write, reads a clock of its own, decides.
 */
import { assert } from '../base/assert.ts';
import { canonicalText } from '../base/canonical.ts';
import type { AnyComponent, States } from '../core/component.ts';
import type { StepResult } from '../core/step.ts';
import { getBlob, putBlob } from './blobs.ts';
import { directoryBytes } from './directory-size.ts';
import type { Disks, JournalWriter } from './journal.ts';
import { LastWords } from './last-words.ts';
import { type FileRecord, type Manifest, putOff, sealManifest } from './manifest.ts';
import { type Mending, mend } from './mend.ts';
import { appendNote } from './notes.ts';
import { type Opened, openDirectory } from './opening.ts';
import { keepsHistory } from './past.ts';
import type { RecoveryReport } from './recover.ts';
import { atOnce, compressJournal, keepTwins, retain, withGeneration } from './retention.ts';
import type { Suspect } from './scrub.ts';
import { commitSnapshot, type Prepared, prepareSnapshot, recordsAt } from './snapshot.ts';
import { type StorePlace, takePlace } from './store-place.ts';
import type { CheckpointResult, CheckpointTask, Store, StoreOptions } from './store-port.ts';
import { Unsaved } from './unsaved.ts';
import { assertUpgrades } from './upgrade.ts';

export { prepareCheckpoint } from './checkpoint-aside.ts';
export type { CheckpointResult, CheckpointTask, Store, StoreOptions } from './store-port.ts';

export function openStore(options: StoreOptions): Store {
  assertUpgrades(options.components);
  const beginMs = options.now();
  const place = takePlace(options);
  try {
    return new DirectoryStore(options, place, beginMs);
  } catch (error) {
    place.release();
    throw error;
  }
}

interface Begun {
  readonly seq: number;
  readonly chain: string;
  readonly taken: Unsaved;
}

class DirectoryStore implements Store {
  readonly directory: string;
  readonly states: States;
  readonly report: RecoveryReport;
  readonly recoveryMs: number;
  readonly #options: StoreOptions;
  readonly #disks: Disks;
  readonly #release: () => void;
  readonly #writer: JournalWriter;
  readonly #lastWords: LastWords;
  readonly #keepHistory: boolean;
  #manifest: Manifest;
  #live: ReadonlyMap<string, FileRecord>;
  #journalFirst: number;
  #segmentFirst: number;
  #unsaved = new Unsaved();
  #begun: Begun | null = null;

  constructor(options: StoreOptions, place: StorePlace, beginMs: number) {
    this.#options = options;
    this.#disks = place.disks;
    this.#release = place.release;
    this.directory = options.directory;
    const opened: Opened = openDirectory({ ...options, disks: place.disks });
    this.states = opened.recovered.states;
    this.report = opened.report;
    this.#writer = opened.writer;
    this.#manifest = opened.manifest;
    this.#live = opened.live;
    this.#journalFirst = opened.journalFirst;
    this.#segmentFirst = this.seq + 1;
    const { tail } = opened.recovered;
    if (tail !== null) this.#unsaved.addReplayed(tail, this.lastCheckpoint.seq);
    this.#lastWords = new LastWords(place.disks, { now: options.now, seq: () => this.seq });
    // What was set aside once goes on to be, or it would have a hole.
    this.#keepHistory = options.keepHistory ?? keepsHistory(place.disks.a);
    atOnce(this.#retain());
    compressJournal(this.#disks, this.lastCheckpoint.seq);
    const { fromSeq, toSeq, replayed, repairs, lost } = this.report;
    this.recoveryMs = options.now() - beginMs;
    const figures = { fromSeq, toSeq, replayed, repairs, lost, ms: this.recoveryMs };
    this.note({ what: 'recovered', ...figures });
    const { reset = [] } = options;
    if (reset.length > 0) this.note({ what: 'reset', seq: this.seq, parts: reset });
  }

  get seq(): number {
    return this.#writer.seq;
  }

  get directoryId(): string {
    return this.#manifest.directory;
  }

  get epoch(): number {
    return this.#manifest.epoch;
  }

  get fresh(): readonly string[] {
    const { begins } = this.#manifest;
    const isFresh = ({ id, initial }: AnyComponent): boolean =>
      this.seq > 0 &&
      begins[id] === this.seq &&
      canonicalText(this.states[id]) === canonicalText(initial());
    return this.#options.components.filter(isFresh).map(({ id }) => id);
  }

  get savedFiles(): ReadonlyMap<string, FileRecord> {
    return this.#live;
  }

  get journalBytes(): number {
    return this.#writer.bytes;
  }

  get stepsSinceCheckpoint(): number {
    return this.#unsaved.steps;
  }

  get checkpointing(): boolean {
    return this.#begun !== null;
  }

  get lastCheckpoint(): { seq: number; atMs: number } {
    const [newest] = this.#manifest.generations;
    return { seq: newest?.seq ?? 0, atMs: newest?.madeAtMs ?? 0 };
  }

  get generations(): Store['generations'] {
    return this.#manifest.generations;
  }

  append(step: Pick<StepResult, 'seq' | 'facts' | 'texts'>): void {
    assert(step.texts.length === step.facts.length, 'every fact has its text');
    this.#unsaved.addStep(step.facts);
    const isEach = this.#options.sync === 'each';
    this.#lastWords.over(() => {
      if (isEach) this.#writer.append(step.seq, step.texts);
      else this.#writer.appendUnsynced(step.seq, step.texts);
    });
    for (const fact of step.facts)
      if (fact.type === 'memory.replaced')
        this.#manifest = { ...this.#manifest, epoch: fact.epoch };
  }

  sync(): void {
    this.#lastWords.over(() => this.#writer.sync());
  }

  putBlob(bytes: Uint8Array): string {
    const name = this.#lastWords.over(() => putBlob(this.#disks, bytes));
    this.#unsaved.addBlob(name);
    return name;
  }

  blob(hash: string): Uint8Array | undefined {
    const found = getBlob(this.#disks, hash);
    return found === null ? undefined : new Uint8Array(found.bytes);
  }

  checkpoint(reason: string): CheckpointResult {
    const { seq, changed } = this.beginCheckpoint();
    const { components } = this.#options;
    const disk = this.#disks.a;
    const { states } = this;
    const ids = new Set(changed);
    const prepared = this.#lastWords.over(() =>
      prepareSnapshot({ disk, components, states, seq, changed: ids }),
    );
    const result = this.finishCheckpoint(prepared, reason);
    atOnce(this.cleanup());
    return result;
  }

  beginCheckpoint(): CheckpointTask {
    assert(this.#begun === null, 'one checkpoint at a time');
    this.sync();
    const { seq } = this;
    if (seq >= this.#segmentFirst) {
      this.#lastWords.over(() => this.#writer.rotate(sealManifest(this.#manifest)));
      this.#segmentFirst = seq + 1;
    }
    const taken = this.#unsaved;
    this.#unsaved = new Unsaved();
    this.#begun = { seq, chain: this.#writer.hash, taken };
    // One without a record has no file that could stay (see mend).
    const isTouched = (component: AnyComponent) =>
      !this.#live.has(component.id) || taken.touches(component);
    const changed = this.#options.components.filter(isTouched).map(component => component.id);
    const { a, b } = this.#disks;
    const former = changed.flatMap(id => this.#live.get(id) ?? []);
    return { directory: a.root, journalMirror: b === a ? null : b.root, seq, changed, former };
  }

  finishCheckpoint(prepared: Prepared, reason: string): CheckpointResult {
    const begun = this.#begun;
    assert(begun !== null && begun.seq === prepared.seq, 'a checkpoint that was begun');
    const { components, now } = this.#options;
    const startMs = now();
    const { seq, chain } = begun;
    const fresh = {
      ...{ seq, chain, madeAtMs: startMs, onOpen: putOff(this.#manifest) !== null },
      blobs: [...begun.taken.blobs],
      components: recordsAt({ components, prepared, live: this.#live }, seq),
    };
    const manifest = {
      ...this.#manifest,
      serial: this.#manifest.serial + 1,
      generations: withGeneration(this.#manifest.generations, fresh, components),
    };
    const { a } = this.#disks;
    const [live, former, journalFirst] = [this.#live, this.#manifest, this.#journalFirst];
    this.#live = this.#lastWords.over(() => {
      keepTwins(a, { components, manifest, journalFirst, prepared, former });
      return commitSnapshot(a, prepared, { manifest, live });
    });
    this.#manifest = manifest;
    this.#begun = null;
    const written = Object.values(prepared.records);
    const bytes = written.reduce((sum, record) => sum + record.bytes, 0);
    this.note({ what: 'checkpoint', seq, reason, files: written.length, bytes });
    return { seq, files: written.map(record => record.file), bytes, ms: now() - startMs };
  }

  abandonCheckpoint(): void {
    const begun = this.#begun;
    if (begun === null) return;
    this.#begun = null;
    this.#unsaved.giveBack(begun.taken);
  }

  *cleanup(): Generator<void, void> {
    // A worker reads the journal meanwhile; its checkpoint cleans up when it ends.
    if (this.#begun !== null) return;
    yield* this.#retain();
    compressJournal(this.#disks, this.lastCheckpoint.seq);
  }

  mend(suspect: Suspect): readonly Mending[] {
    assert(this.#begun === null, 'nothing is mended beside a checkpoint');
    const { components } = this.#options;
    const [disks, manifest, live] = [this.#disks, this.#manifest, this.#live];
    const [{ blobs }, journalFirst] = [this.#unsaved, this.#journalFirst];
    const known = { disks, components, manifest, live, blobs, journalFirst };
    const done = this.#lastWords.over(() => mend(known, suspect));
    this.#manifest = done.manifest ?? manifest;
    if (done.rewrite !== null) {
      this.#live = new Map([...live].filter(([id]) => id !== done.rewrite));
      this.checkpoint('scrub');
    }
    return done.told;
  }

  bytesOnDisk(): number {
    return directoryBytes(this.#disks);
  }

  close(): void {
    try {
      this.#writer.close();
    } finally {
      this.#release();
    }
  }

  *#retain(): Generator<void, void> {
    this.#journalFirst = yield* retain({
      disks: this.#disks,
      components: this.#options.components,
      manifest: this.#manifest,
      blobs: this.#unsaved.blobs,
      journalFirst: this.#journalFirst,
      keepHistory: this.#keepHistory,
    });
  }

  /** A note that fails poisons the disk like any write, and the next append tells of it. */
  note(note: { readonly what: string; readonly [key: string]: unknown }): void {
    appendNote(this.#disks.a, { at: new Date(this.#options.now()).toISOString(), ...note });
  }
}
