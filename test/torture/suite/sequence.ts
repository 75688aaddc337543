/**
 * Sequences of faults on one directory: two to five of them, each met by the process that the one
 * before it left to begin with.
 *
 * A process starts, lives a seeded stretch (steps, batches, checkpoints, scrubs, idle starts; half of
 * them with a rollback in their history, a quarter with a history that is kept) and meets its
 * fault at a seeded operation, which may lie in its start: so a recovery is killed, cut or failed
 * three deep and more. The first cases follow the chains that have cost facts before; the others
 * are seeded.
 * Promises: after each fault what was told before it is what the next start must find. A mirror that
 * is lost is lost while the directory's own copy is whole, and given back empty. Where there is one,
 * what was acknowledged must also come back from it alone.
 */
import assert from 'node:assert/strict';
import { Fault } from '../../../src/base/fault.ts';
import type { Rng } from '../../../src/base/rng.ts';
import { Killed, Machine, SimulatedDisk } from '../../simulated-disk.ts';
import { type Bot, ROLLING, SMALL } from '../life/bot.ts';
import type { Life } from '../life/life.ts';
import { cut, killed, Living, newPair, type Pair } from '../life/living.ts';
import { pick } from '../life/moment.ts';
import { comeBack, type Judgement } from '../life/oracle.ts';
import { type Campaign, caseRng, type Suite } from '../suite.ts';

const CASES = 100_000;
/** Operations of a start and a short life. */
const OPERATIONS = 220;
/** Of a start: what it mends and writes anew is where one fault may hide another. */
const OF_A_START = 24;
const EXIT_DISK = 74;

/**
 * `kill`: the process dies. `power`: so does the machine. `error`: a write, sync or rename fails,
 * and the process ends; after `lie` the failed sync's bytes are seen, and never get to the disk.
 * `mirror`: nothing happens to the process, but the mirror's disk is a new one afterwards.
 */
const KINDS = ['kill', 'power', 'error', 'lie', 'mirror'] as const;
type Kind = (typeof KINDS)[number];

const CHAINS: readonly (readonly Kind[])[] = [
  ['kill', 'power'],
  ['kill', 'kill', 'kill', 'power'],
  ['power', 'power', 'power'],
  ['error', 'power'],
  ['lie', 'power'],
  ['lie', 'kill', 'power'],
  ['lie', 'lie', 'power'],
  ['lie', 'lie', 'kill', 'power'],
  ['error', 'error', 'kill', 'power'],
  ['kill', 'mirror', 'power'],
  ['mirror', 'kill', 'power'],
];

export const sequence: Suite = {
  name: 'sequence',
  promise: 'after any row of kills, power cuts and failing disks nothing acknowledged is gone',
  quick: 1_200,
  prepare: seed => ({ cases: CASES, run: index => run(caseRng(seed, index)) }) satisfies Campaign,
};

interface State {
  readonly mirror: boolean;
  readonly bot: Bot;
  readonly keepHistory: boolean;
  readonly rng: Rng;
  disks: Pair;
  told: { readonly acknowledged: number; readonly written: number };
  /** A mirror was lost: the next start tells of it. */
  bereft: boolean;
  readonly what: string[];
}

function run(rng: Rng): string {
  const mirror = rng.nextInt(2) === 0;
  const chosen = rng.nextInt(2) === 0 ? pick(CHAINS, rng) : anyChain(rng);
  const kinds = mirror ? chosen : chosen.filter(kind => kind !== 'mirror');
  const state: State = {
    ...{ mirror, rng, bot: pick([SMALL, ROLLING], rng), keepHistory: rng.nextInt(4) === 0 },
    ...{ disks: newPair(mirror), told: { acknowledged: 0, written: 0 }, bereft: false, what: [] },
  };
  try {
    for (const kind of kinds) suffer(state, kind);
    const judged = judgementOf(state);
    if (mirror && !state.bereft) comeBackFromMirror(state.disks, judged);
    comeBack(state.disks, judged);
  } catch (error) {
    const where = `${mirror ? 'with a mirror, ' : ''}${state.what.join(', then ')}`;
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
  return `kept after ${kinds.length}`;
}

const anyChain = (rng: Rng): Kind[] =>
  Array.from({ length: 2 + rng.nextInt(4) }, () => pick(KINDS, rng));

function judgementOf({ mirror, bot, told, bereft }: State): Judgement {
  const life: Life = {
    ...{ name: 'a row of faults', bot, mirror, live: () => {} },
    ...(bereft ? { damaged: true } : {}),
  };
  return { ...told, wish: 'before', life, spoilt: [] };
}

/** One process, its fault, and what it leaves. */
function suffer(state: State, kind: Kind): void {
  const { rng } = state;
  const machine = planned(kind, rng);
  const living = new Living(state.bot, killed(state.disks, machine));
  Object.assign(living, state.told);
  const met = meet(() => liveOn(living, state), machine);
  state.what.push(`${kind} ${met}`);
  const { acknowledged, written } = living;
  state.told = { acknowledged, written };
  state.disks = kind === 'power' ? cut(living.disks, rng) : killed(living.disks);
  if (kind === 'mirror') loseMirror(state);
}

/** A machine with the fault before it; a mirror is lost under a process that ends well. */
function planned(kind: Kind, rng: Rng): Machine {
  const machine = new Machine();
  const at = 1 + rng.nextInt(rng.nextInt(3) === 0 ? OF_A_START : OPERATIONS);
  const share = pick([0, 0.5, 1], rng);
  const less = rng.nextInt(2);
  machine.torn = length => Math.max(0, Math.floor(length * share) - less);
  if (kind === 'kill' || kind === 'power') machine.killAt = at;
  if (kind === 'error' || kind === 'lie') {
    machine.failAt = at;
    machine.failCode = pick(['EIO', 'ENOSPC', 'EROFS', 'EDQUOT'], rng);
    machine.failShows = kind === 'lie' ? 'lie' : 'old';
  }
  return machine;
}

/** Runs until it ends or meets the fault; says where that was. */
function meet(live: () => void, machine: Machine): string {
  try {
    live();
    assert.ok(
      machine.failAt === 0 || machine.operations < machine.failAt,
      'a failure is passed on',
    );
    return `after operation ${machine.operations}`;
  } catch (error) {
    const isOurs = error instanceof Fault && error.exitCode === EXIT_DISK;
    if (error instanceof Killed || (isOurs && machine.failAt > 0))
      return `at operation ${machine.operations} (${error.message})`;
    throw error;
  }
}

/** A start that must find what was told, and a stretch of life. */
function liveOn(living: Living, state: State): void {
  const { rng, bot, keepHistory } = state;
  const { acknowledged, written } = state.told;
  const { seq, report } = living.open(keepHistory ? { keepHistory } : {});
  assert.ok(seq >= acknowledged && seq <= written, `${acknowledged} ≤ ${seq} ≤ ${written}`);
  assert.equal(living.hash(), bot.hashAt(seq), `the state at step ${seq} is not the twin's`);
  assert.deepEqual(report.lost, []);
  state.bereft = false;
  for (let part = rng.nextInt(4); part >= 0; part -= 1) {
    const kind = rng.nextInt(6);
    if (kind === 0) living.checkpoint();
    else if (kind === 1) living.checkpointAside();
    else if (kind === 2) living.steps(1 + rng.nextInt(8), 'shared');
    else if (kind === 3) {
      living.scrub();
      assert.ok(!living.mended, 'a scrub finds damage where there is none');
    } else living.steps(1 + rng.nextInt(3));
  }
  if (rng.nextInt(3) === 0) living.close();
}

/** The directory's own disk is lost as well: its mirror alone has all that was acknowledged. */
function comeBackFromMirror({ a, b }: Pair, judged: Judgement): void {
  const empty = new SimulatedDisk(new Machine(), a.root);
  const life: Life = { ...judged.life, restart: { acceptLoss: true }, damaged: true };
  comeBack(killed({ a: empty, b }), { ...judged, life });
}

/** A new disk is mounted in its place, with the folder that says it is meant. */
function loseMirror(state: State): void {
  const { a, b } = state.disks;
  const empty = new SimulatedDisk(a.machine, b.root);
  empty.makeFolder('journal');
  state.disks = { a, b: empty };
  state.bereft = true;
}
