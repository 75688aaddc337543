/**
 * Inspection: what the read-only commands show of a directory.
 *
 * Promises: no lock, no write; works on a running or damaged directory, and says the step it
 * speaks for. Never: hides that something could not be loaded.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent, States } from '../core/component.ts';
import { type Disks, scanJournal } from './journal.ts';
import { type FileRecord, type Manifest, newestOf, readManifests } from './manifest.ts';
import { MirrorFault, withoutMirror } from './mirror.ts';
import { type Note, readNotes } from './notes.ts';
import { pastDisks, wholeJournal } from './past.ts';
import { pastReach, statesInPast } from './past-states.ts';
import { type Recovered, type RecoveryReport, recover } from './recover.ts';
import { steadily } from './steady.ts';

export interface InspectedFile {
  readonly id: string;
  readonly file: string;
  /** The seq it says; the state beside it may be newer by the journal. */
  readonly seq: number;
  readonly bytes: number;
  readonly schema: number;
}

export interface Inspection {
  readonly seq: number;
  /** Hash of the journal's line at `seq`; null where none that is read tells it. */
  readonly chain: string | null;
  readonly directoryId: string | null;
  readonly epoch: number;
  readonly states: States;
  readonly files: readonly InspectedFile[];
  readonly report: RecoveryReport;
  /** Parts whose memory of this step cannot be had: they are shown as their defaults. */
  readonly lost: ReadonlySet<string>;
  /** Why the directory would be refused, or null. */
  readonly doubt: string | null;
}

/** What is asked for is not kept here any more; in a backup it may be. */
export class UnkeptFault extends Fault {}

/** What a person can do so that it does not happen again. */
export const REACH_FURTHER =
  ' (further back with keep_history, or with backup.to, from when they are set on)';

/** The states as recovery would build them, at the head or at an earlier step that is kept. */
export function inspectStates(
  disks: Disks,
  components: readonly AnyComponent[],
  options: { readonly at?: number } = {},
): Inspection {
  return steadily(disks, () => {
    const { at } = options;
    if (at !== undefined && isPast(disks, at)) return inPast(disks, components, at);
    return inspectOnce(disks, components, at);
  });
}

function inspectOnce(
  disks: Disks,
  components: readonly AnyComponent[],
  at: number | undefined,
): Inspection {
  const through = at === undefined ? {} : { through: at };
  try {
    return inspectionOf(recover({ disks, components, ...through }), null);
  } catch (error) {
    // Somebody else's journal beside it says nothing about the directory.
    if (error instanceof MirrorFault)
      return { ...inspectOnce(withoutMirror(disks), components, at), doubt: error.message };
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    const kept = recover({ disks, components, ...through, acceptLoss: true });
    return inspectionOf(kept, error.message);
  }
}

/** The steps at which the states can be had. */
export interface Reach {
  readonly first: number;
  readonly last: number;
}

export const reachOf = (disks: Disks): Reach => steadily(disks, () => reachIn(disks));

function reachIn(disks: Disks): Reach {
  const own = ownReach(disks);
  return pastDisks(disks) === null
    ? own
    : { ...own, first: Math.min(own.first, pastReach(disks, wholeJournal(disks)).first) };
}

/** Without what was set aside. */
function ownReach(disks: Disks): Reach {
  const { first, last } = scanJournal(disks);
  const generations = newestOf(readManifests(disks.a))?.generations ?? [];
  return { first: first === 1 ? 0 : (generations.at(-1)?.seq ?? first - 1), last };
}

const isPast = (disks: Disks, at: number): boolean => {
  const { first, last } = ownReach(disks);
  return at < first || at > last;
};

function inPast(disks: Disks, components: readonly AnyComponent[], at: number): Inspection {
  const { first, last } = reachIn(disks);
  if (at >= first && at <= last)
    return statesInPast(disks, components, { at, scan: wholeJournal(disks) });
  const what = `step ${at} is not kept in ${disks.a.root}`;
  if (at > last) throw new Fault(EXIT.usage, what, `give a step from ${first} to ${last}`);
  throw new UnkeptFault(EXIT.usage, what, `the earliest point is step ${first}${REACH_FURTHER}`);
}

function inspectionOf(recovered: Recovered, doubt: string | null): Inspection {
  const { seq, manifest, states, report, choices } = recovered;
  const chain = recovered.chain === '' ? null : recovered.chain;
  const files = [...choices.values()].flatMap((choice): InspectedFile[] => {
    if (choice.kind !== 'file') return [];
    const { path, bytes } = choice.file;
    const { seq: own, schema } = choice;
    return [{ id: choice.component.id, file: path, seq: own, bytes, schema }];
  });
  const directoryId = manifest?.directory ?? null;
  const { epoch } = recovered;
  return { seq, chain, directoryId, epoch, states, files, report, doubt, lost: recovered.lost };
}

interface HistoryFile {
  readonly state: string;
  /** When it was last found whole: as it was written, by a start or by a scrub. */
  readonly verifiedAtMs: number;
}

export interface HistoryEntry {
  readonly seq: number;
  readonly madeAtMs: number;
  readonly onOpen: boolean;
  /** By component id. */
  readonly files: Readonly<Record<string, Omit<InspectedFile, 'id'> & HistoryFile>>;
}

export interface History {
  /** Newest first. */
  readonly generations: readonly HistoryEntry[];
  readonly notes: readonly Note[];
}

export function history(disks: Disks, options: { readonly notes?: number } = {}): History {
  const manifest = steadily(disks, () => newestOf(readManifests(disks.a)));
  const notes = readNotes(disks.a, { last: Number.POSITIVE_INFINITY });
  const verifiedAt = verificationsOf(manifest, notes);
  const generations = (manifest?.generations ?? []).map(generation => {
    const { seq, madeAtMs, onOpen, components } = generation;
    const entries = Object.entries(components).map(([id, record]) => {
      const { file, seq: own, bytes, schema, state } = record;
      const live = manifest?.generations[0]?.components[id];
      const path = live?.sha256 === record.sha256 ? file : `previous/${own}/${file}`;
      const verifiedAtMs = verifiedAt(id, record);
      return [id, { file: path, seq: own, bytes, schema, state, verifiedAtMs }] as const;
    });
    return { seq, madeAtMs, onOpen, files: Object.fromEntries(entries) };
  });
  return { generations, notes: notes.slice(-(options.notes ?? 20)) };
}

/** Every file up to a step was read and found whole then, or written again. */
function verificationsOf(manifest: Manifest | null, notes: readonly Note[]) {
  const looks = notes.flatMap(({ at, what, ...note }) => {
    const isWhole = what === 'recovered' || note['findings'] === note['repaired'];
    const seq = what === 'recovered' ? note['toSeq'] : note['seq'];
    const isLook = (what === 'recovered' || what === 'scrubbed') && isWhole;
    return isLook && typeof seq === 'number' ? [{ atMs: Date.parse(at), seq }] : [];
  });
  return (id: string, { sha256, seq }: FileRecord): number => {
    const written = (manifest?.generations ?? []).flatMap(({ components, madeAtMs }) =>
      components[id]?.sha256 === sha256 ? [madeAtMs] : [],
    );
    const later = looks.flatMap(look => (look.seq >= seq ? [look.atMs] : []));
    return Math.max(Math.min(...written), ...later.filter(Number.isFinite));
  };
}
