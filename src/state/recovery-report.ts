/**
 * The report of a recovery: what it found and did, a sentence each.
 *
 * Promises: names the file, from what it was rebuilt, and what was lost if anything; says nothing of
 * what every crash leaves. Never: looks at a disk.
 */
import type { Choice } from './choice.ts';
import type { Disk } from './disk.ts';
import type { JournalScan } from './journal.ts';
import type { Verdict } from './judge-files.ts';
import type { Manifest } from './manifest.ts';
import type { Context } from './recover.ts';
import type { Replay } from './replay.ts';
import { isFirstBoot } from './survey.ts';

export interface RecoveryReport {
  /** Nothing was there. */
  readonly first: boolean;
  readonly fromSeq: number;
  readonly toSeq: number;
  /** Journal steps that were folded. */
  readonly replayed: number;
  /** A sentence each: which file, from what it was rebuilt, what was lost if anything. */
  readonly repairs: readonly string[];
  readonly upgraded: readonly string[];
  readonly lost: readonly string[];
}

export interface Evidence extends Context {
  readonly choices: ReadonlyMap<string, Choice>;
  readonly through: number;
  readonly replay: Replay;
  readonly lost: ReadonlyMap<string, string>;
  readonly verdict: Verdict;
  readonly scan: JournalScan;
}

export function reportOf(evidence: Evidence): RecoveryReport {
  const { choices, through, replay, lost, manifest, survey, aside, disks } = evidence;
  const files = [...choices.values()].filter(choice => choice.kind === 'file');
  const first = isFirstBoot(survey, through) && files.length === 0;
  const added = [...choices.values()].flatMap(choice =>
    choice.kind === 'defaults' && manifest !== null && !first
      ? [`${choice.component.title} is new and starts from its defaults`]
      : [],
  );
  const given = aside?.fault ? [`what only ${disks.b.root} holds is set aside: ${aside.why}`] : [];
  return {
    first,
    fromSeq: Math.min(through, ...[...choices.values()].map(choice => choice.start)),
    toSeq: through,
    replayed: replay.steps,
    repairs: first ? [] : [...repairedFiles(evidence), ...repairedJournal(evidence)],
    upgraded: [...upgradesIn(choices), ...added],
    lost: [...lost.values(), ...given, ...doubtfulIn(choices)],
  };
}

/** Files that were taken with the operator's word, although nothing says that they are whole. */
export const doubtfulIn = (choices: ReadonlyMap<string, Choice>): string[] =>
  [...choices.values()].flatMap(choice => {
    if (choice.kind !== 'file' || choice.record !== null) return [];
    const { component, file, start } = choice;
    const taken = `${component.title} is taken from ${file.path} (step ${start})`;
    return [`${taken}, which nothing vouches for: look it through`];
  });

function repairedFiles({ verdict, meeting, disks, scan, through }: Evidence): readonly string[] {
  if (meeting.orphan === null) return verdict.repairs;
  const { root } = scan.segments[0]?.files.files[0]?.disk ?? disks.b;
  return [`${disks.a.root} was empty: it was rebuilt from the journal in ${root}, step ${through}`];
}

function repairedJournal({ scan, aside, disks, manifest, meeting }: Evidence): string[] {
  const { a, b } = disks;
  const former = formerMirror(a, manifest);
  const moved =
    former === null || former === b.root
      ? []
      : [`the journal's second copy is kept in ${b.root} from now on; it was in ${former}`];
  const ofMirror = `${b.root}/`;
  const isTold = (file: string): boolean =>
    meeting.orphan === null && (aside === null || !file.startsWith(ofMirror));
  const repaired = scan.repairs
    .filter(({ kind, file }) => kind === 'damage' && isTold(file))
    .map(({ file, what, done = 'repaired from the other copy' }) => `${file} ${what}: ${done}`);
  if (aside === null || aside.fault !== null) return [...moved, ...repaired];
  const old =
    `${b.root} held a copy of the journal ${aside.why}: it was set aside in ${b.root}/quarantine, ` +
    'and the present one was copied there; nothing is lost';
  return [...moved, ...repaired, old];
}

/** The folder in which the second copy was so far; null: nothing says so. */
export function formerMirror({ root }: Disk, manifest: Manifest | null): string | null {
  const mirror = manifest?.mirror;
  return mirror === undefined ? null : (mirror ?? root);
}

export const upgradesIn = (choices: ReadonlyMap<string, Choice>): string[] =>
  [...choices.values()].flatMap(choice => {
    if (choice.kind !== 'file' || choice.schema === choice.component.version) return [];
    return [`${choice.file.name}: schema ${choice.schema} → ${choice.component.version}`];
  });
