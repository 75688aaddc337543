/**
 * The judge of a single fault: seen, told of, and mended without loss.
 *
 * Promises: what may go unsaid is said here, and depends on what was done, never on how it ended.
 */
import { must } from '../../../src/base/assert.ts';
import { stateHash } from '../../../src/state/state-hash.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { brain, COMPONENTS } from '../../state/small-bot.ts';
import { type Attempt, attempt, attemptOn, insist } from './attempt.ts';
import {
  cloneOf,
  type Finished,
  type FinishedFile,
  type Place,
  type PlainDisks,
} from './directory.ts';
import type { Fault } from './fault.ts';
import { partHashes } from './part-hashes.ts';

/** `kept`: nothing was changed that matters. */
export function judgeSingle(finished: Finished, fault: Fault, deep: boolean): string {
  const tried = attempt(finished, [fault]);
  const changed = changesOf(finished, tried.damaged);
  if (changed.every(({ path }) => isNoState(path))) return unharmed(tried, changed);
  if (changed.some(({ kind }) => kind === 'in the way')) return movedAway(tried, changed);
  const { started, refusal } = tried;
  if (refusal?.exitCode === 64) return mounted(tried);
  if (refusal !== null) {
    insist(isBothCopies(finished, changed), `refused for one fault: ${refusal.message}`);
    return 'refused';
  }
  insist(started !== null, 'started');
  if (hasLostBlobs(finished, changed)) return toldOf(tried);
  insist(started.seq === finished.seq, `at step ${started.seq}, not ${finished.seq}`);
  insist(started.hash === finished.hash, 'another state');
  insist(started.lost.length === 0, `lost: ${started.lost}`);
  seenIn(tried, changed);
  keptIn(tried, changed);
  if (deep) clean(tried.disks);
  return changed.every(isCrashLike) ? 'mended as a crash' : 'repaired';
}

export interface Change extends Place {
  readonly kind: 'changed' | 'gone' | 'more' | 'in the way';
  /** Null: none. */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  /** What a crash leaves too: of the newest segment, bytes missing or too many at its end. */
  readonly crashLike: boolean;
}

/** What differs from the finished directory, whatever was done. */
export function changesOf(finished: Finished, damaged: PlainDisks): Change[] {
  const changes: Change[] = [];
  const newest = newestSegment(finished.files);
  for (const { disk, path, bytes } of finished.files) {
    const after = damaged[disk].contents().get(path) ?? null;
    if (after !== null && saysTheSame(path, bytes, after)) continue;
    const isFolder = after === null && damaged[disk].folders().includes(path);
    const kind = isFolder ? 'in the way' : after === null ? 'gone' : 'changed';
    const crashLike =
      isSpareOfMirror({ disk, path }, after) ||
      (after !== null &&
        ((path.startsWith(newest) && endDiffers(bytes, after)) ||
          isFormer(finished, { disk, path }, after)));
    changes.push({ disk, path, kind, before: bytes, after, crashLike });
  }
  for (const disk of finished.disks.a === finished.disks.b
    ? (['a'] as const)
    : (['a', 'b'] as const))
    for (const [path, after] of damaged[disk].contents())
      if (!finished.disks[disk].contents().has(path))
        changes.push({ disk, path, kind: 'more', before: null, after, crashLike: false });
  return changes;
}

const newestSegment = (files: readonly FinishedFile[]): string =>
  must(
    files.findLast(({ path }) => /^journal\/\d+\.[ab]\.jsonl$/.test(path))?.path,
    'segment',
  ).slice(0, 20);

/** Spaces between the words of a manifest change nothing. */
function saysTheSame(path: string, before: Uint8Array, after: Uint8Array): boolean {
  if (Buffer.compare(before, after) === 0) return true;
  if (!path.startsWith('manifest')) return false;
  // What JSON takes for a space: a vertical tab, say, is damage.
  const [one, other] = [before, after].map(bytes =>
    Buffer.from(bytes)
      .toString()
      .replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, ''),
  );
  return one === other;
}

/** What the mirror lacks of the spares is copied there after a checkpoint. */
const isSpareOfMirror = ({ disk, path }: Place, after: Uint8Array | null): boolean =>
  disk === 'b' && path.startsWith('previous/') && after === null;

/** An interrupted checkpoint leaves a former content under a stable name, and a former manifest. */
function isFormer({ files, earlier }: Finished, { disk, path }: Place, after: Uint8Array): boolean {
  const isSame = (bytes: Uint8Array | undefined) =>
    bytes !== undefined && Buffer.compare(bytes, after) === 0;
  if (path.startsWith('manifest'))
    return earlier.some(disks =>
      ['manifest.json', 'manifest.mirror.json'].some(name => isSame(disks.a.contents().get(name))),
    );
  const name = path.split('/').at(-1);
  return files.some(
    one => one.disk === disk && one.path.split('/').at(-1) === name && isSame(one.bytes),
  );
}

/** Cut behind its head, or with more behind its end. */
function endDiffers(before: Uint8Array, after: Uint8Array): boolean {
  const headEnd = before.indexOf(10) + 1;
  const same = Math.min(before.length, after.length);
  return same >= headEnd && Buffer.compare(before.subarray(0, same), after.subarray(0, same)) === 0;
}

export const isCrashLike = ({ crashLike }: Change): boolean => crashLike;

/** Files that hold nothing to lose: nobody reads them to decide anything. */
export const isNoState = (path: string): boolean => /^(notes|ballast|lock|quarantine)/.test(path);

function unharmed(
  { finished, started, refusal, seen }: Attempt,
  changed: readonly Change[],
): string {
  if (refusal !== null) {
    const inTheWay = changed.find(({ kind }) => kind === 'in the way');
    insist(inTheWay !== undefined, `refused for what nobody needs: ${refusal.message}`);
    insist(refusal.message.includes(inTheWay.path), `names another: ${refusal.message}`);
    return 'refused';
  }
  insist(started?.seq === finished.seq, `at step ${started?.seq}, not ${finished.seq}`);
  insist(started.hash === finished.hash && started.repairs.length === 0, 'unharmed, and yet');
  insist(!seen.damaged, 'verify sees damage where there is none');
  return 'kept';
}

/** What is in the way is refused, and once it is moved away as the message says, all is mended. */
function movedAway(tried: Attempt, changed: readonly Change[]): string {
  const { finished, refusal, damaged } = tried;
  const inTheWay = must(
    changed.find(({ kind }) => kind === 'in the way'),
    'change',
  );
  if (refusal !== null) {
    insist(refusal.message.includes(inTheWay.path), `names another: ${refusal.message}`);
    insist(tried.seen.damaged, 'verify does not see it');
  }
  const freed = cloneOf(damaged);
  freed[inTheWay.disk].lose(inTheWay.path);
  const again = attemptOn(finished, freed);
  insist(again.started?.hash === finished.hash, 'not mended after it was moved away');
  return refusal === null ? 'repaired' : 'refused, moved away, repaired';
}

/** A mirror without a journal may be a disk that is not mounted; a person says that it is. */
function mounted({ finished, damaged }: Attempt): string {
  const there = cloneOf(damaged);
  there.b.makeFolder('journal');
  const again = attemptOn(finished, there);
  insist(again.started?.hash === finished.hash, 'not mended once the folder was made');
  return 'refused, folder made, repaired';
}

/** Both places of one fact at once, by one fault: a folder that holds both copies, a swap. */
function isBothCopies(finished: Finished, changed: readonly Change[]): boolean {
  const isJournal = ({ path }: Place) => path.startsWith('journal/');
  const all = finished.files.filter(isJournal);
  return all.every(({ disk, path }) => changed.some(one => one.disk === disk && one.path === path));
}

/** Without a mirror both copies of the blobs are in one folder. */
const hasLostBlobs = ({ disks }: Finished, changed: readonly Change[]): boolean =>
  disks.a === disks.b &&
  changed.some(({ path, kind }) => kind === 'gone' && path.endsWith('.b.bin')) &&
  changed.some(({ path, kind }) => kind === 'gone' && /[0-9a-f]\.bin$/.test(path));

/** A learned part that needs what is gone starts from its defaults; the others lose nothing. */
function toldOf({ finished, started, seen }: Attempt): string {
  insist(started !== null && seen.damaged, 'seen');
  insist(
    started.lost.length <= 1 && /^Brain is lost/.test(started.lost[0] ?? 'Brain is lost'),
    'lost',
  );
  insist(started.seq === finished.seq, `at step ${started.seq}, not ${finished.seq}`);
  const expected = must(partHashes(finished.seq)[finished.seq], 'step');
  for (const { id, title } of COMPONENTS) {
    const isLost = id === brain.id && started.lost.length > 0;
    const wanted = isLost ? stateHash(brain.initial()) : expected.get(id);
    insist(stateHash(started.states[id]) === wanted, `another ${title}`);
  }
  return started.lost.length === 0 ? 'repaired' : 'told of';
}

/** Verify names each, and the start tells of them. */
function seenIn({ seen, started }: Attempt, changed: readonly Change[]): void {
  for (const change of changed) {
    if (change.kind === 'more' || isNoState(change.path)) continue;
    const { path } = change;
    // A packed file that is missing goes by its plain name.
    const name = (path.split('/').at(-1) ?? path).replace('.jsonl.zst', '.jsonl');
    const folder = path.slice(0, path.indexOf('/'));
    const about = seen.findings.filter(({ file }) => file.includes(name) || file.endsWith(folder));
    // All that was vouched for of a part may stand in any of its places.
    const isElsewhere = change.crashLike && path.startsWith('previous/') && change.after !== null;
    if (isElsewhere) continue;
    const wanted = change.crashLike ? ['damage', 'note'] : ['damage'];
    insist(
      about.some(({ severity }) => wanted.includes(severity)),
      `verify does not see ${path}`,
    );
  }
  if (changed.every(({ kind, crashLike }) => kind === 'more' || crashLike)) return;
  insist(started !== null && started.repairs.length > 0, 'the start says nothing of it');
}

/** The damaged bytes are in quarantine, as a whole or what went beyond the good ones. */
export function keptIn({ disks }: Attempt, changed: readonly Change[]): void {
  for (const { disk, path, before, after, crashLike } of changed) {
    // What was dropped long ago may be dropped again.
    if (after === null || before === null || after.length === 0 || isNoState(path)) continue;
    const isPart = Buffer.compare(before.subarray(0, after.length), after) === 0;
    if (isPart) continue;
    const kept = [...disks[disk].contents().values()];
    if (path.startsWith('manifest') && crashLike) continue;
    const isKept = (bytes: Uint8Array) => kept.some(each => Buffer.compare(each, bytes) === 0);
    const isTorn = after.length > before.length && isKept(after.subarray(before.length));
    insist(isKept(after) || isTorn, `the bytes of ${path} are gone`);
  }
}

export function clean(disks: PlainDisks): void {
  const { findings } = verifyDirectory(disks, COMPONENTS, 1);
  const bad = findings.filter(({ severity }) => severity === 'damage');
  insist(bad.length === 0, `damage after the start: ${bad.map(one => `${one.file}: ${one.text}`)}`);
}
