/**
 * The choice: from what each component goes on.
 *
 * | the newest vouched file is    | an older vouched one | journal from step 1 | it goes on from       |
 * |-------------------------------|----------------------|---------------------|-----------------------|
 * | good                          | any                  | any                 | that file             |
 * | absent, damaged, broken       | good                 | any                 | the older file        |
 * | absent, damaged, broken       | none                 | yes                 | its defaults, replayed |
 * | waits under its temporary name | none                | no                  | that file             |
 * | absent, damaged, broken       | none                 | no                  | nothing: a loss       |
 * | never known to the directory  |                      | no                  | its defaults, as new  |
 *
 * Promises: each with the facts after it. Never: writes; never an unvouched file, save where the
 * operator accepted the loss.
 */
import type { AnyComponent } from '../core/component.ts';
import { loadFile, type Vouched, vouchedFor, waitingFile } from './candidate.ts';
import type { JournalScan } from './journal.ts';
import type { FileRecord } from './manifest.ts';
import type { Context } from './recover.ts';
import type { FoundFile } from './survey.ts';
import { newerThanCode } from './upgrade.ts';

interface ChoiceBase {
  readonly component: AnyComponent;
  /** All facts up to this step are in. */
  readonly start: number;
  /** Files that were vouched for and yet not usable, with the reason. */
  readonly rejected: ReadonlyMap<FoundFile, string>;
}

export interface FileChoice extends ChoiceBase {
  readonly kind: 'file';
  readonly file: FoundFile;
  /** Null where nothing vouches for the file. */
  readonly record: FileRecord | null;
  readonly state: unknown;
  /** The seq the file says, and its schema. */
  readonly seq: number;
  readonly schema: number;
}

export type Choice =
  | FileChoice
  | (ChoiceBase & { readonly kind: 'genesis' | 'defaults' })
  | (ChoiceBase & { readonly kind: 'none'; readonly why: string });

type Journaled = Context & { readonly scan: JournalScan };

export function chooseFromJournal(
  context: Journaled,
  through: number,
  acceptLoss: boolean,
): Map<string, Choice> {
  const choices = new Map<string, Choice>();
  for (const component of context.components) {
    const vouched = choose(context, component, through);
    const alone = vouched.kind === 'none' && acceptLoss ? chooseAlone(context, component) : vouched;
    const isReachable = alone.start <= through && context.scan.first <= alone.start + 1;
    choices.set(component.id, alone.kind === 'file' && isReachable ? alone : vouched);
  }
  return choices;
}

function choose(context: Journaled, component: AnyComponent, through: number): Choice {
  const { manifest, survey, scan } = context;
  const rejected = new Map<FoundFile, string>();
  const vouched = manifest === null ? [] : vouchedFor(component, manifest, survey);
  // It holds from its own step on, of which an earlier one than the newest may be asked for.
  const startOf = ({ record }: Vouched): number => Math.min(record.through, through);
  const isReachable = (candidate: Vouched): boolean =>
    startOf(candidate) >= candidate.record.seq && scan.first <= startOf(candidate) + 1;
  for (const candidate of vouched) {
    refuseNewer(context, component, candidate.record);
    if (!isReachable(candidate)) continue;
    const choice = firstGood(context, component, { candidate, rejected });
    if (choice !== null) return { ...choice, start: startOf(candidate) };
  }
  const begins = manifest?.begins[component.id] ?? 0;
  // What a reset kept of a part is in no fact.
  const isReplayable = begins === 0 || component.afresh === undefined;
  if (isReplayable && scan.first <= begins + 1 && begins <= through)
    return { kind: 'genesis', component, start: begins, rejected };
  // A reset was cut short between the manifest and the names, and what it kept is nowhere else.
  for (const { record } of vouched.filter(isReachable)) {
    const file = waitingFile(context.disks.a, record, component.id);
    const candidate = { record, files: file === null ? [] : [file] };
    const choice = firstGood(context, component, { candidate, rejected });
    if (choice !== null) return { ...choice, start: startOf(candidate) };
  }
  const isKnown = manifest?.generations.some(({ components }) => component.id in components);
  if (isKnown !== true && begins === 0 && manifest !== null)
    return { kind: 'defaults', component, start: through, rejected };
  const cut = vouched.find(
    ({ files, record }) => files.length > 0 && scan.first > record.through + 1,
  );
  const why = whyNone(vouched, rejected) + (cut === undefined ? '' : whyCut(cut, scan));
  return { kind: 'none', component, start: through, rejected, why };
}

function firstGood(
  context: Context,
  component: AnyComponent,
  { candidate, rejected }: { candidate: Vouched; rejected: Map<FoundFile, string> },
): FileChoice | null {
  const { record, files } = candidate;
  for (const file of files) {
    const loaded = loadFile(context.disks.a, component, file);
    if (typeof loaded === 'string') rejected.set(file, loaded);
    else
      return { kind: 'file', component, ...loaded, start: record.through, file, record, rejected };
  }
  return null;
}

function refuseNewer(context: Context, component: AnyComponent, record: FileRecord): void {
  if (record.schema > component.version)
    throw newerThanCode(`${context.disks.a.root}/${record.file}`, record.schema, component.version);
}

/** A good file that no step leads on from. */
const whyCut = ({ files, record }: Vouched, { first }: JournalScan): string =>
  ` (${files[0]?.path} is there, and the journal's steps ${record.through + 1} to ${first - 1}, ` +
  'which would lead on from it, are gone)';

function whyNone(vouched: readonly Vouched[], rejected: ReadonlyMap<FoundFile, string>): string {
  const [why] = rejected.values();
  if (why !== undefined) return why;
  return vouched.length === 0
    ? 'is missing and nothing vouches for another'
    : 'is missing or damaged, and there is no older one';
}

/** Without a journal, where the operator accepted the loss: what loads is kept. */
export function chooseFromFiles(context: Context): Map<string, Choice> {
  return new Map(
    context.components.map(component => [component.id, chooseAlone(context, component)]),
  );
}

function chooseAlone(context: Context, component: AnyComponent): Choice {
  const { manifest, survey, disks } = context;
  const rejected = new Map<FoundFile, string>();
  for (const candidate of manifest === null ? [] : vouchedFor(component, manifest, survey)) {
    refuseNewer(context, component, candidate.record);
    const choice = firstGood(context, component, { candidate, rejected });
    if (choice !== null) return choice;
  }
  const own = survey.files.filter(file => file.component === component.id);
  const newestFirst = own.sort((a, b) => (b.previous ?? Infinity) - (a.previous ?? Infinity));
  for (const file of newestFirst) {
    const loaded = loadFile(disks.a, component, file);
    if (typeof loaded === 'string') rejected.set(file, loaded);
    else
      return {
        kind: 'file',
        component,
        ...loaded,
        start: loaded.seq,
        file,
        record: null,
        rejected,
      };
  }
  return { kind: 'none', component, start: 0, rejected, why: 'is missing' };
}
