/**
 * Recovery: the only way in. First boot is the recovery of an empty directory.
 *
 *   1. Survey the directory; refuse what a newer release wrote.
 *   2. See whose journal the mirror holds; scan the journal (union of both copies). A hole is refused.
 *   3. Take the newest manifest: of its two files and the heads of the segments.
 *   4. The journal must reach the last checkpoint, or the loss must be accepted.
 *   5. Each component: the newest file that is vouched for and passes its checks, or its defaults
 *      where the journal goes back to its beginning; then the facts after it. Check all.
 *
 * What an interrupted checkpoint leaves (temporary files, stable names with the former content) is
 * a normal state and says nothing. Commit point of a checkpoint: each rename over a stable name.
 * Promises: read-only; on a fault nothing was written. Never: repairs (open.ts does).
 */

import { EXIT, Fault } from '../base/fault.ts';
import { type AnyComponent, initialStates, type States } from '../core/component.ts';
import { refuseNewerFiles } from './candidate.ts';
import { type Choice, chooseFromFiles, chooseFromJournal } from './choice.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import type { Encoding } from './encoding.ts';
import { giveUpBroken, type Outcome } from './giving-up.ts';
import { type Disks, GENESIS_HASH, type JournalScan } from './journal.ts';
import {
  type Aside,
  believedManifest,
  distrust,
  type JournalReading,
  readJournal,
} from './journal-trust.ts';
import { judgeFiles } from './judge-files.ts';
import type { Generation, Manifest } from './manifest.ts';
import { type Meeting, meetMirror } from './mirror.ts';
import { sparesNeeded } from './mirror-spare.ts';
import {
  doubtfulIn,
  formerMirror,
  type RecoveryReport,
  reportOf,
  upgradesIn,
} from './recovery-report.ts';
import { type Replay, replayJournal } from './replay.ts';
import { type FoundFile, type Survey, surveyDirectory } from './survey.ts';
import { isTailOnly } from './tail.ts';

export type { RecoveryReport } from './recovery-report.ts';

export interface RecoverOptions {
  readonly disks: Disks;
  readonly components: readonly AnyComponent[];
  readonly acceptLoss?: boolean;
  /** Up to this step only; the last one by default. */
  readonly through?: number;
  /** Who opens need not save at once what was only replayed (tail.ts). */
  readonly savesLater?: boolean;
}

export interface Recovered {
  readonly survey: Survey;
  readonly manifest: Manifest | null;
  /** The highest that either copy has seen. */
  readonly epoch: number;
  /** The directory was empty, and is rebuilt from its mirror. */
  readonly adopted: boolean;
  /** The mirror's files are to be set aside. */
  readonly aside: Aside | null;
  /** Null: the journal was given up. */
  readonly scan: JournalScan | null;
  readonly seq: number;
  readonly chain: string;
  readonly states: States;
  /** Of the states that facts were folded into: what was made to see that they can be saved. */
  readonly encodings: ReadonlyMap<string, Encoding>;
  /** What was replayed, where it is the one thing that no file holds yet, and may be saved later. */
  readonly tail: Replay | null;
  readonly choices: ReadonlyMap<string, Choice>;
  /** Components whose file does not hold the current state. */
  readonly changed: ReadonlySet<string>;
  /** What can still be had of the manifest's generations. */
  readonly generations: readonly Generation[];
  readonly begins: Readonly<Record<string, number>>;
  /** Blobs named since the newest generation. */
  readonly blobs: readonly string[];
  /** Files to move to quarantine. */
  readonly damaged: readonly string[];
  /** Components whose memory of this step cannot be had. */
  readonly lost: ReadonlySet<string>;
  readonly report: RecoveryReport;
}

export function recover(options: RecoverOptions): Recovered {
  const { disks, components } = options;
  const survey = surveyDirectory(disks.a, components);
  const meeting = meetMirror(disks, survey);
  const reading = readJournal(disks, survey, meeting);
  const manifest = believedManifest(disks.a.root, survey, reading.scan);
  refuseNewerFiles(disks.a, components, { manifest, survey });
  const doubt = distrust(manifest, reading, survey);
  const refusal = meeting.orphan ?? refusalOf(disks, { manifest, reading, doubt });
  if (refusal !== null && options.acceptLoss !== true) throw refusal;
  const spares = manifest === null ? [] : sparesNeeded(disks, { components, manifest, survey });
  const found = { ...survey, files: [...survey.files, ...spares] };
  const context = { disks, components, survey: found, manifest, meeting, aside: reading.aside };
  if (reading.scan === null || doubt !== null)
    return fromFiles({ ...context, last: reading.scan?.last ?? 0 }, doubt ?? '');
  return fromJournal({ ...context, scan: reading.scan }, options);
}

/** What only the operator's word lets pass, or null. */
function refusalOf(
  { a, b }: Disks,
  seen: {
    readonly manifest: Manifest | null;
    readonly reading: JournalReading;
    readonly doubt: string | null;
  },
): Fault | null {
  const { manifest, reading, doubt } = seen;
  if (doubt === null) return reading.aside?.fault ?? null;
  const former = formerMirror(a, manifest);
  const isElsewhere = former !== null && former !== b.root;
  const elsewhere = isElsewhere ? `name its second copy in ${former} again, ` : '';
  const message = reading.fault?.message ?? `${a.root}: ${doubt}`;
  return new Fault(EXIT.corrupt, message, elsewhere + ACCEPT_LOSS);
}

const NONE: ReadonlySet<string> = new Set();

/** What the choice of files is made from. */
export interface Context {
  readonly disks: Disks;
  readonly components: readonly AnyComponent[];
  readonly survey: Survey;
  readonly manifest: Manifest | null;
  readonly meeting: Meeting;
  readonly aside: Aside | null;
}

function fromJournal(
  context: Context & { readonly scan: JournalScan },
  options: RecoverOptions,
): Recovered {
  const { disks, components, survey, manifest, scan, meeting, aside } = context;
  const through = Math.min(options.through ?? scan.last, scan.last);
  const choices = chooseFromJournal(context, through, options.acceptLoss === true);
  const states = initialStates(components);
  const starts = new Map<string, number>();
  for (const [id, choice] of choices) {
    if (choice.kind === 'file') states[id] = choice.state;
    starts.set(id, choice.start);
  }
  const replay = replayJournal({ disks, components, states, starts, scan, through });
  const encodings = new Map<string, Encoding>();
  const sound = judgeFiles(context, choices, NONE);
  const isSound = sound.repairs.length === 0 && aside === null && meeting.orphan === null;
  const savesLater = options.savesLater === true && isSound && isTailOnly(context, choices, replay);
  const outcome = { components, choices, states, replay, encodings: savesLater ? null : encodings };
  const lost = giveUpBroken(outcome, options.acceptLoss === true);
  const begins: Record<string, number> = { ...manifest?.begins };
  for (const [id, choice] of choices) if (choice.kind === 'defaults') begins[id] = through;
  for (const id of lost.keys()) begins[id] = through;
  const verdict = lost.size === 0 ? sound : judgeFiles(context, choices, new Set(lost.keys()));
  return {
    ...{ survey, manifest, scan, states, encodings, choices, begins, aside },
    tail: savesLater && lost.size === 0 ? replay : null,
    epoch: Math.max(manifest?.epoch ?? 1, meeting.epoch, replay.epoch),
    adopted: meeting.orphan !== null,
    seq: through,
    chain: replay.chain,
    changed: changedOf({ components, choices, replay, lost }),
    generations: verdict.generations,
    blobs: newestBlobs(manifest, verdict.generations, replay),
    damaged: verdict.damaged,
    lost: new Set(lost.keys()),
    report: reportOf({ ...context, choices, through, replay, lost, verdict }),
  };
}

/** Of the lines since the newest generation, and of the generations that are given up. */
function newestBlobs(
  manifest: Manifest | null,
  kept: readonly Generation[],
  replay: Replay,
): string[] {
  const generations = manifest?.generations ?? [];
  const newest = generations[0]?.seq ?? 0;
  const named = [...replay.blobs].flatMap(([name, seq]) => (seq > newest ? [name] : []));
  const seqs = new Set(kept.map(({ seq }) => seq));
  // The lines that lead from an older generation to here still need what a lost one named.
  const passedOn = generations.flatMap(({ seq, blobs }) => (seqs.has(seq) ? [] : blobs));
  return [...new Set([...named, ...passedOn])];
}

function changedOf(outcome: Outcome & { readonly lost: ReadonlyMap<string, string> }): Set<string> {
  const { components, choices, replay, lost } = outcome;
  const changed = new Set<string>([...lost.keys(), ...replay.touched]);
  for (const { id, version } of components) {
    const choice = choices.get(id);
    const isCurrent =
      choice?.kind === 'file' &&
      choice.record !== null &&
      choice.file.previous === null &&
      choice.schema === version;
    if (!isCurrent) changed.add(id);
  }
  return changed;
}

function fromFiles(context: Context & { readonly last: number }, doubt: string): Recovered {
  const { components, survey, manifest, last, meeting } = context;
  const choices = chooseFromFiles(context);
  const states = initialStates(components);
  const lost = [`facts after the files that were kept, if there were any: ${doubt}`];
  let seq = Math.max(last, manifest?.generations[0]?.seq ?? 0);
  for (const component of components) {
    const choice = choices.get(component.id);
    if (choice?.kind === 'file') {
      states[component.id] = choice.state;
      seq = Math.max(seq, choice.start);
    } else
      lost.push(`${component.title} starts from its defaults: ${component.file.name} is missing`);
  }
  const kept = [...choices.values()].flatMap(choice => (choice.kind === 'file' ? [choice] : []));
  lost.push(...doubtfulIn(choices));
  // Spares that no journal leads on from are nobody's any more, and still what was known.
  const isKept = (file: FoundFile) => kept.some(choice => choice.file === file);
  const bad = survey.files.filter(
    file => file.spareOf === undefined && (file.previous !== null || !isKept(file)),
  );
  return {
    ...{ survey, manifest, scan: null, seq, states, choices, aside: null, adopted: false },
    encodings: new Map(),
    tail: null,
    epoch: Math.max(manifest?.epoch ?? 1, meeting.epoch),
    chain: manifest?.generations[0]?.chain ?? GENESIS_HASH,
    changed: new Set(components.map(component => component.id)),
    generations: [],
    begins: Object.fromEntries(components.map(component => [component.id, seq])),
    blobs: [],
    damaged: bad.map(file => file.path),
    lost: new Set(components.flatMap(({ id }) => (choices.get(id)?.kind === 'file' ? [] : [id]))),
    report: {
      first: false,
      fromSeq: Math.min(seq, ...kept.map(choice => choice.start)),
      toSeq: seq,
      replayed: 0,
      repairs: kept.map(({ file, start }) => `${file.path} was kept as of step ${start}`),
      upgraded: upgradesIn(choices),
      lost,
    },
  };
}
