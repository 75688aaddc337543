/**
 * Verification: everything that can be checked about a directory without touching it.
 *
 * Promises: read-only, without the lock, on a running or damaged directory; an interrupted
 * checkpoint or a torn write is a note, not damage. Never: repairs; a disk that cannot be read is
 * a fault (exit 74), not a finding.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import { checkBlobs } from './blobs.ts';
import { filesOf, isLeftByReset, isLeftByUpgrade, loadFile } from './candidate.ts';
import { cutSpares } from './cut-spare.ts';
import { LOCK_FILE } from './disk.ts';
import { type Disks, type JournalScan, repairFinding } from './journal.ts';
import { readJournal } from './journal-trust.ts';
import { lockRefusal } from './lock.ts';
import {
  type FileRecord,
  MANIFEST_FILES,
  type Manifest,
  newestOf,
  readSealed,
} from './manifest.ts';
import { meetMirror, mirrorRefusal, withoutMirror } from './mirror.ts';
import { checkSpares } from './mirror-spare.ts';
import { flawsOf, pastItems } from './past-look.ts';
import { misplacedIn } from './places.ts';
import { recover } from './recover.ts';
import { blobOf } from './replay.ts';
import { stateHash } from './state-hash.ts';
import { steadily } from './steady.ts';
import type { FoundFile, Survey } from './survey.ts';
import { HISTORY_FOLDER, isFirstBoot, surveyDirectory } from './survey.ts';

export interface Finding {
  /** Relative to the directory; the journal's as it says itself. */
  readonly file: string;
  readonly severity: 'ok' | 'note' | 'damage';
  readonly text: string;
  /** What to do about it, where it is not what `refusal` or the next start says. */
  readonly remedy?: string;
}

export interface Verification {
  readonly findings: readonly Finding[];
  /** The step up to which the directory was checked. */
  readonly seq: number;
  readonly damaged: boolean;
  /** There is nothing yet. */
  readonly empty: boolean;
  /** What a start would refuse it with; null: it would start, and mend what is damaged. */
  readonly refusal: Fault | null;
}

interface Looked {
  readonly disks: Disks;
  readonly components: readonly AnyComponent[];
  readonly survey: Survey;
  readonly manifest: Manifest | null;
  /** What is missing was never there. */
  readonly first: boolean;
  readonly findings: Finding[];
}

/**
 * Damage has to be there at every look: a running bot writes the two copies one after the other.
 * One look is enough where nobody writes.
 */
export function verifyDirectory(
  disks: Disks,
  components: readonly AnyComponent[],
  looksMax = 3,
): Verification {
  const misplaced = verifyPlaces(disks, components);
  if (misplaced !== null) return misplaced;
  let seen = steadily(disks, () => verifyOnce(disks, components));
  for (let look = 1; seen.damaged && look < looksMax; look += 1)
    seen = steadily(disks, () => verifyOnce(disks, components));
  return seen;
}

/** What is in the way hides what is behind it. */
function verifyPlaces(disks: Disks, components: readonly AnyComponent[]): Verification | null {
  const found = misplacedIn(disks, components);
  for (const disk of new Set([disks.a, disks.b])) {
    const fault = found.length === 0 ? lockRefusal(disk) : null;
    if (fault !== null) found.push({ disk, path: LOCK_FILE, fault });
  }
  const [first] = found;
  if (first === undefined) return null;
  const findings = found.map(({ disk, path, fault }): Finding => {
    const file = disk === disks.a ? path : `${disk.root}/${path}`;
    return { file, severity: 'damage', text: fault.message };
  });
  return { findings, seq: 0, damaged: true, empty: false, refusal: first.fault };
}

function verifyOnce(whole: Disks, components: readonly AnyComponent[]): Verification {
  const findings: Finding[] = [];
  const survey = surveyDirectory(whole.a, components);
  const refusal = mirrorRefusal(whole, survey);
  if (refusal !== null)
    findings.push({
      file: whole.b.root,
      severity: 'damage',
      text: `${refusal.message}: ${refusal.remedy}`,
    });
  // What must not be read beside the directory says nothing about it.
  const disks = refusal === null ? whole : withoutMirror(whole);
  const scan = verifyJournal(disks, survey, findings);
  const heads = (scan?.heads ?? []).flatMap(({ manifest }) =>
    manifest === null ? [] : [readSealed(manifest)],
  );
  const manifest = newestOf([...survey.manifests, ...heads]);
  const first = scan !== null && isFirstBoot(survey, scan.last);
  const looked = { disks, components, survey, manifest, first, findings };
  const isBare =
    survey.files.length === 0 && scan?.heads.length === 0 && !survey.manifests.some(isPresent);
  if (!isBare) {
    verifyManifests(looked, scan?.last ?? null);
    for (const component of components) verifyComponent(looked, component);
    if (scan !== null) verifyBlobs(looked, scan);
    findings.push(...cutSpares(manifest, scan?.first ?? 1));
    verifySpares(looked);
    verifyPast(looked);
  }
  const recovery = isBare ? { seq: 0, refusal: null } : verifyRecovery(looked);
  const damaged = findings.some(finding => finding.severity === 'damage');
  const { seq } = recovery;
  const empty = isBare && refusal === null;
  return { findings, seq, damaged, empty, refusal: refusal ?? recovery.refusal };
}

const isPresent = ({ kind }: { readonly kind: string }): boolean => kind !== 'absent';

function verifyJournal(disks: Disks, survey: Survey, findings: Finding[]): JournalScan | null {
  try {
    const { scan, aside, fault } = readJournal(disks, survey, meetMirror(disks, survey));
    if (scan === null) throw fault;
    const ofMirror = aside === null && !disks.alone ? null : `${disks.b.root}/`;
    const repairs = scan.repairs.filter(
      ({ file }) => ofMirror === null || !file.startsWith(ofMirror),
    );
    if (aside !== null)
      findings.push({ file: disks.b.root, severity: 'damage', text: `holds ${aside.why}` });
    findings.push(...repairs.map(repairFinding));
    const { first, last } = scan;
    const text = last < first ? 'no steps' : `steps ${first} to ${last} in both copies`;
    if (
      scan.heads.length > 0 &&
      ofMirror === null &&
      repairs.every(({ kind }) => kind !== 'damage')
    )
      findings.push({ file: 'journal', severity: 'ok', text });
    return scan;
  } catch (error) {
    findings.push({ file: 'journal', severity: 'damage', text: damageOf(error) });
    return null;
  }
}

/** The message of a fault about content; anything else goes on its way. */
function damageOf(error: unknown): string {
  if (error instanceof Fault && error.exitCode === EXIT.corrupt) return error.message;
  throw error;
}

function verifyManifests({ survey, manifest, findings }: Looked, last: number | null): void {
  MANIFEST_FILES.forEach((file, index) => {
    const reading = survey.manifests[index];
    if (reading?.kind === 'good') {
      const isOld = reading.manifest.serial !== manifest?.serial;
      const text = isOld ? 'whole, of the checkpoint before (one was interrupted)' : 'whole';
      findings.push({ file, severity: isOld ? 'note' : 'ok', text });
    } else if (reading?.kind === 'newer') {
      findings.push({ file, severity: 'damage', text: 'made by a newer release' });
    } else if (reading?.kind === 'damaged') {
      findings.push({ file, severity: 'damage', text: reading.why });
    } else {
      const isFirst = manifest === null || manifest.serial <= 1 || last === 0;
      findings.push({ file, severity: isFirst ? 'note' : 'damage', text: 'missing' });
    }
  });
}

function verifyComponent(looked: Looked, component: AnyComponent): void {
  const { disks, survey, manifest, first, findings } = looked;
  const records = (manifest?.generations ?? []).flatMap(
    ({ components }) => components[component.id] ?? [],
  );
  const own = survey.files.filter(file => file.component === component.id);
  for (const file of own) {
    const record = records.find(each => each.sha256 === file.sha256);
    const isOurs = file.previous === null || records.some(({ seq }) => seq === file.previous);
    if (record !== undefined)
      findings.push(verifyFile(looked, component, { file, record, newest: records[0] ?? record }));
    else if (isLeftByReset(disks.a, component, { file, manifest }))
      findings.push({ file: file.path, severity: 'note', text: 'its reset was interrupted' });
    else if (isOurs && !isLeftByUpgrade(disks.a, component, { file, records }))
      findings.push({
        file: file.path,
        severity: 'damage',
        text: 'not what the manifest vouches for',
      });
    else findings.push({ file: file.path, severity: 'note', text: 'no longer needed' });
  }
  const [newest] = records;
  const isMissing = newest !== undefined && !own.some(file => file.previous === null);
  const isInterrupted = first || survey.litter.includes(`${newest?.file}.tmp`);
  if (isMissing)
    findings.push({
      file: newest.file,
      severity: isInterrupted ? 'note' : 'damage',
      text: isInterrupted ? 'its first checkpoint was interrupted' : 'missing',
    });
  for (const record of new Set(records.slice(1)))
    if (record.sha256 !== newest?.sha256 && filesOf(component, record, survey).length === 0)
      findings.push(missingSpare(record));
}

const missingSpare = ({ seq, file }: FileRecord): Finding => ({
  file: `previous/${seq}/${file}`,
  severity: 'damage',
  text: 'the spare copy is missing',
});

function verifyFile(
  { disks }: Looked,
  component: AnyComponent,
  { file, record, newest }: { file: FoundFile; record: FileRecord; newest: FileRecord },
): Finding {
  const damage = (text: string): Finding => ({ file: file.path, severity: 'damage', text });
  if (record.schema > component.version) return damage('made by a newer release');
  let loaded: ReturnType<typeof loadFile>;
  try {
    loaded = loadFile(disks.a, component, file);
  } catch (error) {
    return damage(damageOf(error));
  }
  if (typeof loaded === 'string') return damage(loaded);
  const isLifted = loaded.schema < component.version;
  if (!isLifted && record.state !== '' && stateHash(loaded.state) !== record.state)
    return damage('its state is not the one that was written');
  const text = `whole, step ${loaded.seq}${isLifted ? `, schema ${loaded.schema}` : ''}`;
  if (file.previous === null && record.sha256 !== newest.sha256)
    return { file: file.path, severity: 'note', text: `${text}, of an earlier checkpoint` };
  return { file: file.path, severity: 'ok', text };
}

function verifyBlobs({ disks, manifest, findings }: Looked, scan: JournalScan): void {
  const newest = manifest?.generations[0]?.seq ?? 0;
  const names = new Set((manifest?.generations ?? []).flatMap(({ blobs }) => blobs));
  for (const step of scan.steps(newest + 1))
    for (const fact of step.facts) {
      const name = blobOf(fact);
      if (name !== null) names.add(name);
    }
  for (const { file, what } of checkBlobs(disks, names))
    findings.push({ file, severity: 'damage', text: what });
}

function verifySpares({ disks, components, manifest, findings }: Looked): void {
  if (disks.a === disks.b || disks.alone || manifest === null) return;
  for (const { path, missing } of checkSpares(disks, { components, manifest })) {
    const severity = missing ? 'note' : 'damage';
    const text = missing ? 'the next start will copy it there' : 'is damaged';
    findings.push({ file: `${disks.b.root}/${path}`, severity, text });
  }
}

/** A start does not read it, and so mends nothing there. */
function verifyPast({ disks, findings }: Looked): void {
  const items = pastItems(disks);
  const flaws = items.flatMap(item => flawsOf(disks, item));
  for (const { disk, path, what: text, remedy } of flaws) {
    const file = disk === disks.a ? path : `${disk.root}/${path}`;
    findings.push({ file, severity: 'damage', text, remedy });
  }
  if (items.length > 0 && flaws.length === 0)
    findings.push({ file: HISTORY_FOLDER, severity: 'ok', text: 'what was set aside is whole' });
}

/** The proof of the pudding: the head loads. */
function verifyRecovery(looked: Looked): { readonly seq: number; readonly refusal: Fault | null } {
  const { disks, components, findings } = looked;
  try {
    const { seq, report } = recover({ disks, components });
    for (const text of report.lost) findings.push({ file: '.', severity: 'damage', text });
    if (report.lost.length === 0)
      findings.push({ file: '.', severity: 'ok', text: `a start goes on at step ${seq}` });
    return { seq, refusal: null };
  } catch (error) {
    if (!(error instanceof Fault) || error.exitCode !== EXIT.corrupt) throw error;
    const text = `does not recover: ${error.message}`;
    findings.push({ file: '.', severity: 'damage', text });
    return { seq: 0, refusal: error };
  }
}
