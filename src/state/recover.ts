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
import { type Choice, chooseFromJournal } from './choice.ts';
import { ACCEPT_LOSS } from './disk-fault.ts';
import type { Encoding } from './encoding.ts';
import { giveUpBroken, type Outcome } from './giving-up.ts';
import type { Disks, JournalScan } from './journal.ts';
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
import { formerMirror, type RecoveryReport, reportOf } from './recovery-report.ts';
import { type Replay, replayJournal } from './replay.ts';
import { givenUp } from './salvage.ts';
import { type Survey, surveyDirectory } from './survey.ts';
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
  try {
    return recoverOnce(options);
  } catch (error) {
    if (!(error instanceof Fault) || options.acceptLoss === true) throw error;
    throw withPrice(error, options);
  }
}

/** A person who is asked to accept a loss is told how far back it goes. */
function withPrice(fault: Fault, options: RecoverOptions): Fault {
  if (!fault.remedy.endsWith(ACCEPT_LOSS)) return fault;
  try {
    const price = priceOf(recoverOnce({ ...options, acceptLoss: true }));
    return new Fault(fault.exitCode, fault.message, `${fault.remedy} (${price})`);
  } catch (error) {
    if (error instanceof Fault) return fault;
    throw error;
  }
}

/** Each part as of the step that it would be kept at, where the journal does not bring it up to date. */
function priceOf({ seq, lost, scan, choices, report }: Recovered): string {
  const parts = [...choices.values()].flatMap(choice => {
    const { id, title } = choice.component;
    if (lost.has(id)) return [`${title} from its defaults`];
    if (choice.kind !== 'file') return [];
    const doubt = choice.record === null ? ' that nothing vouches for' : '';
    const isOlder = scan === null && report.replayed === 0 && choice.start < seq;
    if (doubt === '' && !isOlder) return [];
    return [`${title} from a file of step ${choice.start}${doubt}`];
  });
  return [`it goes on at step ${seq}`, ...parts].join(', ');
}

function recoverOnce(options: RecoverOptions): Recovered {
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
  const { scan } = reading;
  const told = scan === null ? null : () => fromJournal({ ...context, scan }, options);
  if (told === null || doubt !== null)
    return givenUp(context, { doubt: doubt ?? '', last: scan?.last ?? 0, told });
  return told();
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
  // A copy that has just shown damage is a reason for a third source.
  const isJournalSound = scan.repairs.every(({ kind }) => kind === 'interrupted');
  const isSound =
    isJournalSound && sound.repairs.length === 0 && aside === null && meeting.orphan === null;
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
