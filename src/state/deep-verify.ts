/**
 * Deep verification: all that `verify` checks, every segment and blob by name, and the journal
 * folded once more against every generation.
 *
 * Promises: read-only, without the lock, on a running or damaged directory; damage was there at
 * every look, and each finding of it says what to do. A directory that changes faster than it can
 * be read is a fault (exit 74), not a finding. Never: repairs.
 */
import { EXIT, Fault } from '../base/fault.ts';
import type { AnyComponent } from '../core/component.ts';
import { blobPath, checkBlobs } from './blobs.ts';
import type { Disks, JournalScan } from './journal.ts';
import { believedManifest, readJournal } from './journal-trust.ts';
import type { Manifest } from './manifest.ts';
import { meetMirror } from './mirror.ts';
import { recover } from './recover.ts';
import { refold } from './refold.ts';
import { blobOf } from './replay.ts';
import { twinsOf } from './retention.ts';
import { isSpareWhole, placesOf } from './scrub.ts';
import { shapeOf } from './steady.ts';
import { surveyDirectory } from './survey.ts';
import { type Finding, type Verification, verifyDirectory } from './verify.ts';

const ATTEMPTS_MAX = 6;
const LOOKS_MAX = 3;

const MENDED =
  'start the bot (a running one finds it with its scrub): it is written again from what is whole';

export function deepVerify(
  disks: Disks,
  components: readonly AnyComponent[],
  onProgress: (share: number) => void = () => undefined,
): Verification {
  const plain = verifyDirectory(disks, components);
  if (plain.empty || plain.refusal !== null) return withRemedies(plain, []);
  let found = steadyLook(disks, () => lookOnce(disks, components, onProgress));
  for (let look = 1; found.some(isDamage) && look < LOOKS_MAX; look += 1)
    found = steadyLook(disks, () => lookOnce(disks, components, onProgress));
  return withRemedies(plain, found);
}

const isDamage = ({ severity }: Finding): boolean => severity === 'damage';

/** What `verify` has told is not told again. */
function withRemedies(plain: Verification, more: readonly Finding[]): Verification {
  const remedy = plain.refusal?.remedy ?? MENDED;
  const isTold = (one: Finding) =>
    isDamage(one) && plain.findings.some(each => isDamage(each) && each.file === one.file);
  const added = more.filter(one => !isTold(one));
  const findings = [...plain.findings, ...added].map(one =>
    isDamage(one) && one.remedy === undefined ? { ...one, remedy } : one,
  );
  return { ...plain, findings, damaged: findings.some(isDamage) };
}

function steadyLook<T>(disks: Disks, look: () => T): T {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const before = shapeOf(disks);
    try {
      const seen = look();
      if (shapeOf(disks) === before) return seen;
    } catch (error) {
      if (shapeOf(disks) === before && attempt >= LOOKS_MAX) throw error;
    }
  }
  throw new Fault(
    EXIT.disk,
    `${disks.a.root} changes faster than it can be folded again`,
    'ask again, or verify a copy or a backup of it',
  );
}

function lookOnce(
  disks: Disks,
  components: readonly AnyComponent[],
  onProgress: (share: number) => void,
): Finding[] {
  const survey = surveyDirectory(disks.a, components);
  const { scan } = readJournal(disks, survey, meetMirror(disks, survey));
  const manifest = believedManifest(disks.a.root, survey, scan);
  if (scan === null || manifest === null) return [];
  const head = recover({ disks, components, through: scan.last }).states;
  const fold = refold({ disks, components, manifest, scan, survey, head });
  let done = fold.next();
  for (; done.done !== true; done = fold.next()) onProgress(done.value);
  return [
    ...segmentsIn(disks, scan),
    ...blobsIn(disks, scan, manifest),
    ...twinsIn(disks, components, { manifest, scan }),
    ...done.value,
  ];
}

/** Those that are damaged are told of by `verify`. */
function segmentsIn({ a }: Disks, { segments }: JournalScan): Finding[] {
  return segments
    .filter(({ flaws }) => flaws.length === 0)
    .map(({ head, last, files }) => {
      const [file] = files.files;
      const steps = last < head.first ? 'no steps' : `steps ${head.first} to ${last}`;
      const text = `whole, ${steps}, both copies alike, each step chained to the one before`;
      return { file: file?.path ?? `${a.root}/journal`, severity: 'ok', text };
    });
}

/** Every blob that a kept generation or a kept line names. */
function blobsIn(disks: Disks, scan: JournalScan, manifest: Manifest): Finding[] {
  const oldest = manifest.generations.at(-1)?.seq ?? 0;
  const named = new Set(manifest.generations.flatMap(({ blobs }) => blobs));
  for (const step of scan.steps(Math.max(oldest + 1, scan.first)))
    for (const fact of step.facts) {
      const name = blobOf(fact);
      if (name !== null) named.add(name);
    }
  return [...named].flatMap((hash): Finding[] => {
    const bad = checkBlobs(disks, [hash]);
    const file = blobPath(hash, 'a');
    if (bad.length === 0) return [{ file, severity: 'ok', text: 'whole in both copies' }];
    return bad.map(({ file: name, what }) => ({ file: name, severity: 'damage', text: what }));
  });
}

/** Files that no older generation could stand in for have a second copy in `previous/`. */
function twinsIn(
  { a }: Disks,
  components: readonly AnyComponent[],
  { manifest, scan }: { readonly manifest: Manifest; readonly scan: JournalScan },
): Finding[] {
  return twinsOf({ components, manifest, journalFirst: scan.first }).map((record): Finding => {
    const [path] = placesOf(a, record);
    const file = path ?? `previous/${record.seq}/${record.file}`;
    if (path === undefined)
      return { file, severity: 'note', text: 'the next checkpoint makes this second copy' };
    if (isSpareWhole(a, record, true))
      return { file, severity: 'ok', text: `whole, the same as ${record.file}` };
    return { file, severity: 'damage', text: `is damaged: it was the same as ${record.file}` };
  });
}
