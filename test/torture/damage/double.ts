/**
 * The judge of two faults at once: mended, or refused and then, with the operator's word, gone on
 * from what is good.
 *
 * Promises: whether a refusal, a loss or silence is right depends on what was done alone. What
 * nothing can tell is `blind`: both copies of the journal end at the same step after the last
 * checkpoint, or all of the directory is an older one.
 */
import { must } from '../../../src/base/assert.ts';
import { unpack } from '../../../src/state/journal-file.ts';
import { stateHash } from '../../../src/state/state-hash.ts';
import { COMPONENTS, expectedAt } from '../../state/small-bot.ts';
import { type Attempt, attemptOn, insist, isOfStranger, type Started } from './attempt.ts';
import { cloneOf, type Finished, type PlainDisks } from './directory.ts';
import { partHashes } from './part-hashes.ts';
import { type Change, changesOf, clean, isCrashLike, isNoState, keptIn } from './single.ts';

export function judgeDouble(finished: Finished, damaged: PlainDisks): string {
  const tried = attemptOn(finished, damaged);
  const all = changesOf(finished, damaged);
  const changed = all.filter(({ path }) => !isNoState(path));
  if (tried.refusal !== null) return inTheWay(tried, all) ?? refused(tried, changed);
  const started = must(tried.started, 'started');
  clean(tried.disks);
  if (started.hash === finished.hash && started.seq === finished.seq) {
    insist(started.lost.length === 0, `lost: ${started.lost}`);
    return changed.length === 0 ? 'kept' : repaired(tried, started, changed);
  }
  if (started.lost.length > 0) return lostLoudly(tried, started, changed);
  const last = lastTold(finished, damaged);
  insist(last !== null && started.seq === last, `silently at step ${started.seq}, not ${last}`);
  insist(started.hash === expectedAt(last), 'silently another state');
  return 'blind';
}

/** What a refusal names as in the way is moved away, be it no state, and the rest judged; null: none. */
function inTheWay(tried: Attempt, all: readonly Change[]): string | null {
  const { finished, damaged, seen, refusal } = tried;
  const named = all.find(
    ({ kind, path }) => kind === 'in the way' && refusal?.message.includes(`/${path} `),
  );
  if (named === undefined) return null;
  insist(seen.damaged && seen.refusal !== null, 'verify would let it start');
  const freed = cloneOf(damaged);
  freed[named.disk].lose(named.path);
  return `refused, moved away, ${judgeDouble(finished, freed)}`;
}

function refused(tried: Attempt, changed: readonly Change[]): string {
  const { finished, damaged, seen } = tried;
  const refusal = must(tried.refusal, 'refusal');
  insist(seen.damaged && seen.refusal !== null, 'verify would let it start');
  if (isOfStranger(refusal)) return strangers(tried, changed);
  if (refusal.exitCode === 64) return mounted(tried);
  insist(shareFact(changed), `refused, though each has its copy: ${refusal.message}`);
  const accepted = attemptOn(finished, damaged, true);
  // What says that it is of a newer release is written over by nobody, whoever accepts a loss.
  if (accepted.refusal !== null && /was made by a newer release/.test(accepted.refusal.message))
    return 'refused, then refused as newer';
  const started = must(accepted.started, 'started with --accept-loss');
  insist(started.lost.length > 0 || started.hash === finished.hash, 'a loss that is not named');
  clean(accepted.disks);
  comesFromGood(accepted, started, changed);
  nothingGone(accepted, changed);
  return 'refused, then accepted';
}

/** A mirror whose one journal is another bot's is refused; once that is moved away the rest is judged. */
function strangers({ finished, damaged, refusal }: Attempt, changed: readonly Change[]): string {
  insist(refusal?.exitCode === 64, 'not for what was named');
  const freed = cloneOf(damaged);
  const strange = changed.filter(({ disk, path }) => disk === 'b' && path.startsWith('journal/'));
  insist(strange.length > 0, `nothing strange is there: ${refusal?.message}`);
  for (const { path } of strange) if (freed.b.stat(path) !== null) freed.b.lose(path);
  return `refused, moved away, ${judgeDouble(finished, freed)}`;
}

/** Once the folder that tells of a mounted mirror is made, the other fault is judged. */
function mounted({ finished, damaged }: Attempt): string {
  const there = cloneOf(damaged);
  there.b.makeFolder('journal');
  return `refused, folder made, ${judgeDouble(finished, there)}`;
}

/** Nothing is lost of what no crash leaves, and yet it is seen, told of and kept. */
function repaired(tried: Attempt, started: Started, changed: readonly Change[]): string {
  const hard = changed.filter(one => one.kind !== 'more' && !isCrashLike(one));
  if (hard.length === 0) return 'mended as a crash';
  insist(tried.seen.damaged, 'verify does not see it');
  insist(started.repairs.length > 0, 'the start says nothing of it');
  keptIn(tried, hard);
  return 'repaired';
}

/** Learned state starts from its defaults by itself; the others are as the twin has them. */
function lostLoudly(tried: Attempt, started: Started, changed: readonly Change[]): string {
  const { finished, seen } = tried;
  insist(seen.damaged, 'verify does not see it');
  insist(shareFact(changed), `lost, though each has its copy: ${started.lost}`);
  insist(started.seq === finished.seq, `at step ${started.seq}, not ${finished.seq}`);
  const expected = must(partHashes(finished.seq)[finished.seq], 'step');
  for (const { id, title, learned } of COMPONENTS) {
    const isTold = started.lost.some(text => text.includes(title));
    insist(!isTold || learned === true, `${title} is no learned state: ${started.lost}`);
    if (!isTold) insist(stateHash(started.states[id]) === expected.get(id), `another ${title}`);
  }
  nothingGone(tried, changed);
  return 'told of';
}

/** Two faults that hit two copies of the same fact. */
function shareFact(changed: readonly Change[]): boolean {
  const facts = changed.map(({ path }) => factOf(path));
  return facts.some((fact, index) => facts.indexOf(fact) !== index);
}

/** The segment, the part, the blob or the manifest that a file is a copy of. */
const factOf = (path: string): string => (path.split('/').at(-1) ?? path).split('.')[0] ?? path;

/**
 * A part is not older than what nobody touched of it: its newest file, or else the oldest of its
 * spares that are whole.
 */
function comesFromGood({ finished }: Attempt, started: Started, changed: readonly Change[]): void {
  const hashes = partHashes(finished.seq);
  const generations = generationsOf(finished);
  for (const { id, title, file } of COMPONENTS) {
    const own = stateHash(started.states[id]);
    const steps = hashes.flatMap((parts, step) => (parts.get(id) === own ? [step] : []));
    const isTouched = changed.some(({ path }) => path === file.name);
    const isTold = started.lost.some(text => text.includes(title));
    insist(isTold || steps.length > 0, `${title} is as it never was`);
    const last = steps.at(-1) ?? 0;
    if (!isTouched && !isTold)
      insist(
        last >= must(generations[0], 'one').seq,
        `${title} is as of step ${last}, older than its file`,
      );
    if (!isTouched) continue;
    const spare = oldestSpare(finished, changed, file.name);
    insist(last >= spare, `${title} is as of step ${last}; a spare of step ${spare} is whole`);
  }
}

interface Vouched {
  readonly seq: number;
  readonly components: Readonly<Record<string, { readonly file: string; readonly seq: number }>>;
}

function generationsOf({ files }: Finished): readonly Vouched[] {
  const newest = must(
    files.find(({ path }) => path === 'manifest.json'),
    'manifest',
  );
  const { generations } = JSON.parse(Buffer.from(newest.bytes).toString()) as {
    readonly generations: readonly Vouched[];
  };
  return generations;
}

/** The step of the oldest spare that the manifest names and that nobody touched; 0: there is none. */
function oldestSpare(finished: Finished, changed: readonly Change[], name: string): number {
  const records = generationsOf(finished).flatMap(({ components }) => Object.values(components));
  const named = new Set(records.filter(({ file }) => file === name).map(({ seq }) => seq));
  const whole = finished.files.flatMap(({ disk, path }) => {
    const [folder, step, file] = path.split('/');
    const isSpare = folder === 'previous' && file === name && named.has(Number(step));
    const isTouched = changed.some(one => one.disk === disk && one.path === path);
    return isSpare && !isTouched ? [Number(step)] : [];
  });
  return whole.length === 0 ? 0 : Math.min(...whole);
}

/**
 * Whatever stood there when it was accepted stands somewhere still, packed or not: whole, or line by
 * line with the rest in quarantine. What a crash leaves too at the end of the newest segment nobody keeps.
 */
function nothingGone({ damaged, disks }: Attempt, changed: readonly Change[]): void {
  const there = [disks.a, disks.b].flatMap(disk => [...disk.contents()]);
  const kept = new Set(
    there.flatMap(([path, bytes]) => {
      const unpacked = path.endsWith('.jsonl.zst') ? unpack(bytes) : null;
      return [bytes, ...(unpacked === null ? [] : [unpacked])].map(textOf);
    }),
  );
  const lines = new Set([...kept].flatMap(text => text.split('\n')));
  for (const disk of [damaged.a, damaged.b])
    for (const [path, bytes] of disk.contents()) {
      if (isNoState(path) || path.startsWith('manifest') || bytes.length === 0) continue;
      const [text, isJournal] = [textOf(bytes), path.startsWith('journal/')];
      const isOfCrash = changed.some(
        one => damaged[one.disk] === disk && one.path === path && isCrashLike(one),
      );
      const isKept = kept.has(text) || (isJournal && (isOfCrash || isInPieces(text, kept, lines)));
      insist(isKept, `${disk.root}/${path} is gone`);
    }
}

/** Of a plain segment: each whole line, and the rest by itself. Its head only repeats the manifest. */
function isInPieces(text: string, kept: ReadonlySet<string>, lines: ReadonlySet<string>): boolean {
  const [head = '', ...own] = text.split('\n');
  if (!head.includes('"head"')) return false;
  const gone = own.findIndex(line => !lines.has(line));
  return gone < 0 || kept.has(own.slice(gone).join('\n'));
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/**
 * The last step of which a copy has the line, where no copy has one behind the first that is
 * missing in both; null: nothing is missing, or it can be told.
 */
function lastTold(finished: Finished, damaged: PlainDisks): number | null {
  const older = finished.earlier.find(disks => isWhole(disks, damaged));
  if (older !== undefined) return stepsOf(older);
  const newest = must(finished.files.findLast(isOpenSegment), 'segment');
  const [head, ...lines] = linesOf(newest.bytes);
  const intact = new Set<string>();
  for (const copy of ['a', 'b'] as const) {
    const path = newest.path.replace(/\.[ab]\./, `.${copy}.`);
    const own = linesOf(
      damaged[finished.disks.a === finished.disks.b ? 'a' : copy].contents().get(path) ??
        Buffer.alloc(0),
    );
    if (own[0] === head || !own[0]?.includes('"head"')) for (const line of own) intact.add(line);
  }
  const first = lines.findIndex(line => !intact.has(line));
  if (first < 0 || lines.slice(first).some(line => intact.has(line))) return null;
  return finished.seq - (lines.length - first);
}

const isOpenSegment = ({ path }: { readonly path: string }): boolean =>
  /^journal\/\d+\.[ab]\.jsonl$/.test(path);

/** Whole lines alone. */
const linesOf = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes).toString('latin1').split('\n').slice(0, -1);

function isWhole(one: PlainDisks, other: PlainDisks): boolean {
  return (['a', 'b'] as const).every(disk => {
    const [left, right] = [one[disk].contents(), other[disk].contents()];
    return (
      left.size === right.size && [...left].every(([path, bytes]) => right.get(path) === bytes)
    );
  });
}

function stepsOf(disks: PlainDisks): number {
  const manifest = JSON.parse(
    Buffer.from(must(disks.a.contents().get('manifest.json'), 'manifest')).toString(),
  );
  return (manifest as { generations: { seq: number }[] }).generations[0]?.seq ?? 0;
}
