/**
 * Two faults at once, drawn from a seed: mostly of two copies of the same fact.
 *
 * Promises: the same pair for the same seed and index. Never: judges.
 */
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { caseRng } from '../suite.ts';
import { cloneOf, type Finished, type FinishedFile, type PlainDisks } from './directory.ts';
import { type Fault, type FaultGroup, fileFaults, wideFaults } from './fault.ts';

export interface Pair {
  readonly what: string;
  readonly damaged: PlainDisks;
}

export function pairAt(finished: Finished, seed: number, index: number): Pair {
  const rng = caseRng(seed, index);
  const kind = rng.nextInt(20);
  if (kind === 0) return older(finished, rng);
  if (kind === 1) return done(finished, [wide(finished, rng), wide(finished, rng)]);
  if (kind < 5)
    return done(finished, [ofFile(finished, rng, any(finished.files, rng)), wide(finished, rng)]);
  const file = any(finished.files, rng);
  const twins = finished.files.filter(other => other !== file && isTwin(file, other));
  const other = any(kind < 8 || twins.length === 0 ? finished.files : twins, rng);
  // Both cut at the same place is what two damaged copies have in common most often.
  if (kind < 10) {
    const length = rng.nextInt(Math.max(1, Math.min(file.bytes.length, other.bytes.length)));
    return done(finished, [cutTo(file, length), cutTo(other, length)]);
  }
  return done(finished, [ofFile(finished, rng, file), ofFile(finished, rng, other)]);
}

const any = <T>(list: readonly T[], rng: Rng): T => must(list[rng.nextInt(list.length)], 'one');

/** Two copies of a segment or a blob, both manifests, a state file and its spare. */
function isTwin(one: FinishedFile, other: FinishedFile): boolean {
  const stem = ({ path }: FinishedFile) => (path.split('/').at(-1) ?? '').split('.')[0];
  return stem(one) === stem(other);
}

function fromGroups(groups: readonly FaultGroup[], rng: Rng): Fault {
  const group = any(
    groups.filter(({ count }) => count > 0),
    rng,
  );
  return group.at(rng.nextInt(group.count));
}

const ofFile = (finished: Finished, rng: Rng, file: FinishedFile): Fault =>
  fromGroups(fileFaults(finished, file), rng);

const wide = (finished: Finished, rng: Rng): Fault => fromGroups(wideFaults(finished), rng);

const cutTo = (file: FinishedFile, length: number): Fault => ({
  what: `cut ${file.disk}:${file.path} to ${length} bytes`,
  apply: disks => disks[file.disk].plant(file.path, file.bytes.subarray(0, length)),
});

function done(finished: Finished, faults: readonly Fault[]): Pair {
  const damaged = cloneOf(finished.disks);
  for (const fault of faults) fault.apply(damaged);
  return { what: faults.map(({ what }) => what).join(' and '), damaged };
}

/** All of an earlier checkpoint, or all of its files of one kind beside those of today. */
function older(finished: Finished, rng: Rng): Pair {
  const age = rng.nextInt(finished.earlier.length);
  const then = must(finished.earlier[age], 'earlier');
  const kinds = ['', 'journal/', 'previous/', 'blobs/', 'manifest'];
  const kind = any(kinds, rng);
  if (kind === '') return { what: `all of ${age + 1} checkpoints before`, damaged: cloneOf(then) };
  const damaged = cloneOf(finished.disks);
  for (const disk of finished.disks.a === finished.disks.b
    ? (['a'] as const)
    : (['a', 'b'] as const)) {
    for (const path of damaged[disk].contents().keys())
      if (path.startsWith(kind)) damaged[disk].lose(path);
    for (const [path, bytes] of then[disk].contents())
      if (path.startsWith(kind)) damaged[disk].plant(path, bytes);
  }
  return { what: `${kind} of ${age + 1} checkpoints before`, damaged };
}
