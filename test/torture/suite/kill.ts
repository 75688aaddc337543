/**
 * Kills: every operation of every life, with the write torn; then kills of the recovery from it.
 *
 * Case numbers: first each kill point of each life once, then seeded kills within a recovery, then
 * seeded kill points of the whole bot on a tape. Every third of the first and all of the last run
 * on to the end of the life and must have the twin's hash there.
 * Promises: a kill point is an exact operation, and a write is torn at 0, 1, half, all but one, and
 * all of its bytes.
 */
import assert from 'node:assert/strict';
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import type { Life } from '../life/life.ts';
import { isChosen, lives } from '../life/lives.ts';
import { killed, Living, type Pair } from '../life/living.ts';
import {
  leftAt,
  type Moment,
  momentOf,
  pick,
  type RecordedLife,
  recorded,
  recordedAll,
  type Told,
  tearsOf,
} from '../life/moment.ts';
import { comeBack, type Judgement, unrefused } from '../life/oracle.ts';
import { REAL_NAME, realLife } from '../life/real-life.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

/** Kills within recoveries. */
const DEEP = 4_000;
/** Kill points of the whole bot. */
const REAL = 500;
const RUN_ON_EVERY = 3;
/** Steps from the kill point to the end of the tape. */
const RUN_ON_STEPS = 9;

interface Point {
  readonly life: Life;
  readonly moment: Moment;
  readonly tear: number;
  readonly spoilt: readonly Uint8Array[];
}

export const kill: Suite = {
  name: 'kill',
  promise: 'killed at any operation, also of a recovery, it comes back to what it acknowledged',
  quick: 1_000,
  prepare: seed => {
    const { alive, broken } = recordedAll(lives);
    const points = alive.flatMap(pointsOf);
    return {
      cases: points.length + DEEP + (isChosen(REAL_NAME) ? REAL : 0),
      broken,
      run: index => {
        if (index < points.length) return once(must(points[index], 'point'), index);
        const rng = caseRng(seed, index);
        if (index < points.length + DEEP) return deep(pick(points, rng), rng);
        return real(rng);
      },
    } satisfies Campaign;
  },
};

function pointsOf({ life, moments, spoilt }: RecordedLife): Point[] {
  return moments.flatMap(moment => tearsOf(moment).map(tear => ({ life, moment, tear, spoilt })));
}

/** Names the life in whatever goes wrong in it. */
function named<T>({ life, moment, tear }: Point, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const torn = moment.flight > 0 ? `, ${tear} of ${moment.flight} bytes written` : '';
    const what = `${life.name}, killed ${moment.what}${torn}`;
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

function once(point: Point, index: number): string {
  const { life, moment, tear, spoilt } = point;
  return named(point, () => {
    const disks = leftAt(moment, tear);
    const living = comeBack(disks, { ...moment, life, spoilt });
    if (index % RUN_ON_EVERY !== 0) return 'kept';
    runOn(living, life, moment);
    return 'ran on to the end';
  });
}

/** The rest of the tape, with checkpoints and a start on the way; then the twin's hash. */
function runOn(living: Living, life: Life, { wish }: Told): void {
  const { seq } = living.running;
  const renewed = wish !== 'before' && life.afresh !== undefined && !isTwin(living, life, seq);
  living.steps(4);
  living.checkpoint();
  living.steps(3, 'shared');
  living.close();
  living.open();
  living.checkpointAside();
  const last = living.running.seq;
  assert.equal(last, seq + RUN_ON_STEPS);
  const twin = renewed ? life.bot.hashAt(last, life.afresh) : life.bot.hashAt(last);
  assert.equal(living.hash(), twin, `at its end (step ${last}) it is not the twin`);
  living.close();
}

const isTwin = (living: Living, { bot }: Life, seq: number): boolean =>
  living.hash() === bot.hashAt(seq);

/** The recovery is killed too, and the one after it sometimes. */
function deep(point: Point, rng: Rng): string {
  const { life, moment, tear, spoilt } = point;
  return named(point, () => {
    let disks: Pair = leftAt(moment, tear);
    const judged: Judgement = { ...moment, life, spoilt };
    const depth = 1 + rng.nextInt(3);
    const where: string[] = [];
    for (let level = 0; level < depth; level += 1) {
      const left = dieInRecovery(disks, { judged, rng });
      disks = left.disks;
      where.push(left.what);
    }
    try {
      comeBack(disks, judged);
    } catch (error) {
      throw new Error(`then ${where.join(', then ')}: ${(error as Error).message}`, {
        cause: error,
      });
    }
    return `killed ${depth} more time${depth === 1 ? '' : 's'}`;
  });
}

function dieInRecovery(
  disks: Pair,
  { judged, rng }: { readonly judged: Judgement; readonly rng: Rng },
): { readonly disks: Pair; readonly what: string } {
  const living = new Living(judged.life.bot, killed(disks));
  const told = (): Told => judged;
  const run = () => void unrefused(() => living.open(judged.life.restart));
  const moment = momentOf(living.disks, { told, run }, rng);
  return {
    disks: leftAt(moment, pick(tearsOf(moment), rng)),
    what: `its start killed ${moment.what}`,
  };
}

async function real(rng: Rng): Promise<string> {
  const { life, last } = await realLife();
  const { moments, spoilt } = recorded(life);
  const moment = pick(moments, rng);
  const point = { life, moment, tear: pick(tearsOf(moment), rng), spoilt };
  return named(point, () => {
    const living = comeBack(leftAt(moment, point.tear), { ...moment, life, spoilt });
    living.steps(last - living.running.seq);
    living.close();
    living.open();
    assert.equal(living.hash(), life.bot.hashAt(last), 'at the end of the tape it is not the twin');
    return 'the whole bot ran on to the end';
  });
}
