/**
 * The verdict on each state file: good, damaged, or left by an interrupted checkpoint.
 *
 * Promises: a file that nothing vouches for, or that failed its checks, is named as damaged; a
 * missing one is told of; what a crash leaves is not. Never: touches a file.
 */
import { filesOf, isLeftByReset, isLeftByUpgrade } from './candidate.ts';
import type { Choice } from './choice.ts';
import type { JournalScan } from './journal.ts';
import { type FileRecord, type Generation, MANIFEST_FILES } from './manifest.ts';
import type { Context } from './recover.ts';
import type { FoundFile } from './survey.ts';

export interface Verdict {
  /** Paths for the quarantine. */
  readonly damaged: readonly string[];
  readonly repairs: readonly string[];
  readonly generations: readonly Generation[];
}

export function judgeFiles(
  context: Context & { readonly scan: JournalScan },
  choices: ReadonlyMap<string, Choice>,
  lost: ReadonlySet<string>,
): Verdict {
  const rejected = new Set<FoundFile>();
  for (const choice of choices.values())
    for (const file of choice.rejected.keys()) rejected.add(file);
  const damaged: string[] = [];
  const repairs: string[] = [];
  judgeManifests(context, { damaged, repairs });
  for (const choice of choices.values()) {
    const { stable, previous } = judgeComponent(context, choice);
    const path = choice.component.file.name;
    if (stable !== null && !lost.has(choice.component.id))
      repairs.push(`${path} ${stable}: ${rebuiltFrom(choice)}; nothing is lost`);
    if (stable !== null && !stable.startsWith('was missing')) damaged.push(path);
    // What cannot be gone on from is nobody's spare any more, and still the last that was known.
    if (lost.has(choice.component.id)) damaged.push(...leftBy(context, choice, damaged));
    for (const { file, why, isBad } of previous) {
      if (isBad && !damaged.includes(file)) damaged.push(file);
      repairs.push(`${file} ${why}: it was only a spare; nothing is lost`);
    }
  }
  const generations = (context.manifest?.generations ?? [])
    .map(generation => whatRemains(context, generation, { rejected, lost }))
    .filter(generation => Object.keys(generation.components).length > 0);
  return { damaged, repairs, generations };
}

/** The files of a part that starts from its defaults. */
const leftBy = ({ survey }: Context, { component }: Choice, known: readonly string[]): string[] =>
  survey.files.flatMap(({ component: id, path, spareOf }) =>
    id === component.id && spareOf === undefined && !known.includes(path) ? [path] : [],
  );

function judgeManifests(
  context: Context & { readonly scan: JournalScan },
  told: { readonly damaged: string[]; readonly repairs: string[] },
): void {
  const { survey, manifest, scan } = context;
  const isThere = survey.manifests.map(reading => reading.kind !== 'absent');
  MANIFEST_FILES.forEach((file, index) => {
    const reading = survey.manifests[index];
    if (reading?.kind === 'damaged') {
      told.damaged.push(file);
      told.repairs.push(`${file} was damaged (${reading.why}): written anew; nothing is lost`);
    }
    // Both are absent when the very first checkpoint was interrupted; the mirror alone, too. Until
    // one is whole no step is told, and each start that is cut short takes the next serial.
    const isFirst = manifest === null || manifest.serial <= 1 || scan.last === 0;
    if (!isThere[index] && !isFirst)
      told.repairs.push(`${file} was missing: written anew; nothing is lost`);
  });
}

/** `isBad`: for the quarantine. */
interface BadSpare {
  readonly file: string;
  readonly why: string;
  readonly isBad: boolean;
}

interface Judged {
  /** What is wrong under the stable name; null: nothing, or an interrupted checkpoint. */
  readonly stable: string | null;
  readonly previous: readonly BadSpare[];
}

function judgeComponent(context: Context, choice: Choice): Judged {
  const { survey, manifest } = context;
  const { component, rejected } = choice;
  const records = (manifest?.generations ?? []).flatMap(
    ({ components }) => components[component.id] ?? [],
  );
  const own = survey.files.filter(
    ({ component: id, spareOf }) => id === component.id && spareOf === undefined,
  );
  const isVouched = (file: FoundFile) => records.some(record => record.sha256 === file.sha256);
  const whyBad = (file: FoundFile): string | null =>
    rejected.get(file) ??
    (isVouched(file) ? null : 'was damaged (not what the manifest vouches for)');
  const stable = own.find(file => file.previous === null);
  const present = own.flatMap(file => {
    // Without a record it is what an interrupted clean-up left.
    const isExpected = records.some(record => record.seq === file.previous);
    const why = file.previous !== null && isExpected ? whyBad(file) : null;
    if (why === null || isLeftByUpgrade(context.disks.a, component, { file, records })) return [];
    return [{ file: file.path, why, isBad: true }];
  });
  const previous = [...present, ...missingSpares(records, own, present)];
  if (stable !== undefined) {
    const seen = { file: stable, manifest };
    const isLeft = !isVouched(stable) && isLeftByReset(context.disks.a, component, seen);
    return { stable: isLeft ? null : whyBad(stable), previous };
  }
  return { stable: isInterrupted(context, records) ? null : 'was missing', previous };
}

/** Contents that an older generation vouches for and that are nowhere, unless that was told. */
function missingSpares(
  records: readonly FileRecord[],
  own: readonly FoundFile[],
  told: readonly BadSpare[],
): BadSpare[] {
  const [newest] = records;
  return [...new Set(records)].flatMap(record => {
    const isThere = own.some(({ sha256 }) => sha256 === record.sha256);
    if (isThere || record.sha256 === newest?.sha256) return [];
    const inPlace = own.find(({ previous }) => previous === record.seq);
    if (inPlace === undefined)
      return [{ file: `previous/${record.seq}/${record.file}`, why: 'was missing', isBad: false }];
    const why = 'was of another checkpoint';
    const { path: file, sha256 } = inPlace;
    // It makes room for what the mirror has of it, where it is not the only one of its content.
    const isBad = own.some(other => other !== inPlace && other.sha256 === sha256);
    return told.some(one => one.file === file) ? [] : [{ file, why, isBad }];
  });
}

/** The first file of a component: its temporary file is there, or nothing ever was. */
function isInterrupted(context: Context, records: readonly FileRecord[]): boolean {
  const [newest] = records;
  if (newest === undefined) return true;
  const isFirst = records.every(record => record.sha256 === newest.sha256);
  return isFirst && context.survey.litter.includes(`${newest.file}.tmp`);
}

function rebuiltFrom(choice: Choice): string {
  if (choice.kind === 'file') return `rebuilt from ${choice.file.path} and the journal`;
  return 'rebuilt from the journal';
}

function whatRemains(
  context: Context,
  generation: Generation,
  gone: { readonly rejected: ReadonlySet<FoundFile>; readonly lost: ReadonlySet<string> },
): Generation {
  const components: Record<string, FileRecord> = { ...generation.components };
  for (const component of context.components) {
    const record = components[component.id];
    if (record === undefined) continue;
    const files = filesOf(component, record, context.survey);
    const isUsable = files.some(file => !gone.rejected.has(file));
    if (!isUsable || gone.lost.has(component.id)) delete components[component.id];
  }
  return { ...generation, components };
}
