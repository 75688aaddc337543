/**
 * Power cuts: what a disk may legally show at every operation of every life, and of the recovery
 * from it.
 *
 * A case tries fifty different states of one moment: each kind of unsynced tail comes first (none,
 * all, a prefix, one byte, a sector, half, all but one, zeros, garbage, lost pages), then each
 * prefix of the unsynced changes of names, then mixtures of both; half of them and more are states
 * of recoveries from that moment, which are cut in their turn.
 * Promises: no state of a moment twice in the campaign: cases that share a moment share its states
 * out by their hash. The last state of a case is started, goes on, and loses power again.
 */
import { must } from '../../../src/base/assert.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { TAILS } from '../../simulated-tail.ts';
import type { Life } from '../life/life.ts';
import { lives } from '../life/lives.ts';
import { cut, killed, Living, type Pair, printOf } from '../life/living.ts';
import { leftAt, type Moment, momentOf, recordedAll } from '../life/moment.ts';
import { comeBack, type Judgement, look } from '../life/oracle.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 34_000;
const STATES = 50;
/** Of the moment itself; the others are of recoveries. */
const STATES_OF_MOMENT_MAX = 25;
/** Of one moment of a recovery. */
const STATES_OF_RECOVERY_MAX = 10;
/** Some moments have few states: then a draw is one that was there, or another case's. */
const DRAWS_PER_SHARE = 40;
const RECOVERIES_MAX = 100;

interface Point {
  readonly life: Life;
  readonly moment: Moment;
  readonly spoilt: readonly Uint8Array[];
}

export const power: Suite = {
  name: 'power',
  promise: 'whatever a disk may show after a power cut, what was acknowledged is there',
  quick: 400,
  prepare: seed => {
    const { alive, broken } = recordedAll(lives);
    const points = alive.flatMap(({ life, moments, spoilt }) =>
      moments.map(moment => ({ life, moment, spoilt })),
    );
    return {
      cases: CASES,
      broken,
      unit: 'disk states',
      run: (index, tried) => {
        const at = index % points.length;
        const number = Math.floor(index / points.length);
        const shares = Math.ceil((CASES - at) / points.length);
        const isOwn = (print: number) => print % shares === number;
        // Those that share it out draw the same states.
        const rngs = { shared: caseRng(seed, at), own: caseRng(seed, index) };
        const share = new Share(must(points[at], 'point'), { isOwn, shares, tried });
        share.tryAll(rngs);
        return share.isFull ? 'kept' : 'kept, all of its states';
      },
    } satisfies Campaign;
  },
};

interface Sharing {
  /** Tells the states of this case from those of the others with the same moment. */
  readonly isOwn: (print: number) => boolean;
  readonly shares: number;
  readonly tried: (print: number) => void;
}

/** What one case tries of a moment. */
class Share {
  readonly #point: Point;
  readonly #sharing: Sharing;
  readonly #judged: Judgement;
  readonly #seen = new Set<number>();

  constructor(point: Point, sharing: Sharing) {
    const { life, moment, spoilt } = point;
    this.#point = point;
    this.#sharing = sharing;
    this.#judged = { ...moment, life, spoilt };
  }

  get isFull(): boolean {
    return this.#seen.size === STATES;
  }

  tryAll({ shared, own }: { readonly shared: Rng; readonly own: Rng }): void {
    const { life, moment: first } = this.#point;
    let where = first.what;
    try {
      this.#tryStates(first, shared, STATES_OF_MOMENT_MAX);
      for (let count = 0; count < RECOVERIES_MAX && !this.isFull; count += 1) {
        const moment = momentOfRecovery(this.#judged, { first, rng: own });
        where = `${first.what}, its start cut ${moment.what}`;
        this.#tryStates(moment, own, STATES_OF_RECOVERY_MAX);
      }
    } catch (error) {
      const what = `${life.name}, power cut ${where}, state ${this.#seen.size}`;
      throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
    }
  }

  #tryStates(moment: Moment, rng: Rng, most: number): void {
    const { isOwn, shares, tried } = this.#sharing;
    const before = leftAt(moment, moment.flight);
    const full = Math.min(STATES, this.#seen.size + most);
    for (let draw = 0; draw < DRAWS_PER_SHARE * shares && this.#seen.size < full; draw += 1) {
      const disks = stateNumber(draw, before, rng);
      const print = printOfState(disks, this.#judged);
      if (!isOwn(print) || this.#seen.has(print)) continue;
      this.#seen.add(print);
      tried(print);
      if (this.isFull) goOn(disks, { judged: this.#judged, rng });
      else look(disks, this.#judged);
    }
  }
}

/** One content that is judged by the same is one state, whatever operations led to it. */
export function printOfState(disks: Pair, judged: Judgement): number {
  const { life, acknowledged, written, wish, mended = false } = judged;
  return printOf(disks, `${life.name} ${acknowledged} ${written} ${wish} ${mended}`);
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
