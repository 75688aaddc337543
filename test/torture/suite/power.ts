/**
 * Power cuts: what a disk may legally show at every operation of every life, and of the recovery
 * from it.
 *
 * A case tries fifty different states. At a moment each kind of unsynced tail comes first (none,
 * all, a prefix, one byte, a sector, half, all but one, zeros, garbage, lost pages), then each
 * prefix of the unsynced changes of names, then mixtures of both.
 * Promises: no state twice in a case; each case begins at a moment of its own as long as there are
 * any. The last state of a case is started, goes on, and loses power again.
 */
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { TAILS } from '../../simulated-tail.ts';
import type { Life } from '../life/life.ts';
import { lives } from '../life/lives.ts';
import { cut, fingerprint, killed, Living, type Pair } from '../life/living.ts';
import { leftAt, type Moment, momentOf, pick, recordedAll } from '../life/moment.ts';
import { comeBack, type Judgement, look } from '../life/oracle.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 20_000;
const STATES = 50;
/** Of one moment within one case. */
const STATES_OF_MOMENT_MAX = 25;
const ATTEMPTS_MAX = 40;
/** Every fourth moment is one of a recovery. */
const DEEP_EVERY = 4;

interface Point {
  readonly life: Life;
  readonly moment: Moment;
  readonly spoilt: readonly Uint8Array[];
}

export const power: Suite = {
  name: 'power',
  promise: 'whatever a disk may show after a power cut, what was acknowledged is there',
  quick: 800,
  prepare: seed => {
    const { alive, broken } = recordedAll(lives);
    const points = alive.flatMap(({ life, moments, spoilt }) =>
      moments.map(moment => ({ life, moment, spoilt })),
    );
    return {
      cases: CASES,
      broken,
      each: { count: STATES, unit: 'states' },
      run: index => {
        const rng = caseRng(seed, index);
        let point = must(points[index % points.length], 'point');
        for (let tried = 0; tried < STATES; point = pick(points, rng))
          tried += statesOf(point, { rng, most: STATES - tried });
        return 'kept';
      },
    } satisfies Campaign;
  },
};

/** Tries different states of one moment; returns how many. */
function statesOf(
  { life, moment: first, spoilt }: Point,
  { rng, most }: { readonly rng: Rng; readonly most: number },
): number {
  const judged: Judgement = { ...first, life, spoilt, cut: true };
  const seen = new Set<string>();
  let where = first.what;
  try {
    const isDeep = rng.nextInt(DEEP_EVERY) === 0;
    const moment = isDeep ? momentOfRecovery(judged, { first, rng }) : first;
    if (isDeep) where += `, its start cut ${moment.what}`;
    const before = leftAt(moment, moment.flight);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const disks = stateNumber(attempt, before, rng);
      const print = fingerprint(disks);
      if (seen.has(print)) continue;
      seen.add(print);
      if (seen.size === most) goOn(disks, { judged, rng });
      else look(disks, judged);
      if (seen.size === Math.min(most, STATES_OF_MOMENT_MAX)) break;
    }
  } catch (error) {
    const what = `${life.name}, power cut ${where}, state ${seen.size}`;
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
  return seen.size;
}

function momentOfRecovery(
  judged: Judgement,
  { first, rng }: { readonly first: Moment; readonly rng: Rng },
): Moment {
  const left = leftAt(first, rng.nextInt(first.flight + 1));
  const living = new Living(judged.life.bot, rng.nextInt(2) === 0 ? left : cut(left, rng));
  const run = () => void living.open(judged.life.restart);
  return momentOf(living.disks, { told: () => judged, run }, rng);
}

function stateNumber(number: number, disks: Pair, rng: Rng): Pair {
  const tail = TAILS[number];
  if (tail !== undefined) return cut(disks, rng, { tail });
  const names = number - TAILS.length;
  return names <= disks.a.unsettled ? cut(disks, rng, { names }) : cut(disks, rng);
}

/** Starts from it, takes two more steps, and loses power: they are there. */
function goOn(
  disks: Pair,
  { judged, rng }: { readonly judged: Judgement; readonly rng: Rng },
): void {
  const living = comeBack(disks, judged);
  const isTwin = living.hash() === judged.life.bot.hashAt(living.running.seq);
  living.steps(2);
  const { acknowledged, written } = living;
  const wish = isTwin ? 'before' : 'after';
  look(cut(killed(living.disks), rng), { ...judged, acknowledged, written, wish });
}
