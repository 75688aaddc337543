/**
 * The oracle (docs/RELIABILITY.md) for a small life that was cut short on a real disk.
 *
 * Promises: opens what is left as a start does, with the real lock; throws with what was broken;
 * then goes on for a few steps and stops, after which nothing may be left to complain of.
 */
import assert from 'node:assert/strict';
import { listJournal } from '../../../src/state/journal-file.ts';
import { openDisks } from '../../../src/state/open-disks.ts';
import { openStore, type StoreOptions } from '../../../src/state/store.ts';
import { verifyDirectory } from '../../../src/state/verify.ts';
import { expectedAt, hashOf, runSteps, slowClock } from '../../state/small-bot.ts';
import { castOf } from './cast.ts';

export interface Left {
  readonly directory: string;
  readonly mirror: string | null;
  readonly release?: string;
  /** The last step that somebody was told of. */
  readonly acknowledged: number;
  /** The power was cut: what was not synced of the newest segment may be anything now. */
  readonly cut?: boolean;
}

const MORE_STEPS = 3;

/**
 * The page cache outlives a process, so all that may be cut short is the end of a write: a prefix of
 * the next line, which is no damage to anybody. Whatever is told of as damage fails the case, but for
 * the end of the newest segment after a power cut.
 */
export function comeBack(left: Left): 'kept' {
  const unsynced = left.cut === true ? newestSegment(left) : null;
  const isTold = (file: string): boolean => unsynced === null || !file.includes(unsynced);
  const before = look(left);
  const damage = before.damage.filter(({ file }) => isTold(file));
  assert.deepEqual(damage, [], 'verify calls it damage');
  const { report, seq, hash } = goOn(left);
  const { acknowledged } = left;
  assert.ok(seq >= acknowledged, `step ${acknowledged} was acknowledged, recovered is ${seq}`);
  assert.ok(seq <= acknowledged + 1, `recovered ${seq}, but ${acknowledged} is all there was`);
  assert.equal(before.seq, seq, 'verify sees another step');
  assert.equal(hash, expectedAt(seq), `the state is not that of step ${seq}`);
  assert.deepEqual(report.lost, []);
  assert.deepEqual(report.repairs.filter(isTold), [], 'the start calls it damage');
  const after = look(left);
  assert.deepEqual(after.damage, [], 'left after a start and a stop');
  assert.equal(after.seq, seq + MORE_STEPS);
  return 'kept';
}

/** The start of its names; null: there is none. */
function newestSegment({ directory, mirror }: Left): string | null {
  const { segments } = listJournal(openDisks(directory, mirror ?? undefined));
  const newest = segments.at(-1)?.files[0]?.path;
  return newest?.slice(0, newest.indexOf('.') + 1) ?? null;
}

function look({ directory, mirror, release }: Left) {
  const disks = openDisks(directory, mirror ?? undefined);
  const { seq, findings } = verifyDirectory(disks, castOf(release ?? ''));
  return { seq, damage: findings.filter(({ severity }) => severity === 'damage') };
}

/** A start, a few steps, a clean stop. */
function goOn({ directory, mirror, release }: Left) {
  const components = castOf(release ?? '');
  const options: StoreOptions = { directory, components, now: slowClock(), sync: 'each' };
  const store = openStore(mirror === null ? options : { ...options, journalMirror: mirror });
  try {
    const { seq, report } = store;
    const hash = hashOf(store.states, components);
    runSteps(store, MORE_STEPS, undefined, components);
    store.checkpoint('test');
    return { seq, report, hash };
  } finally {
    store.close();
  }
}
