/**
 * A memory that is replaced from outside, on a disk: it happened or it did not, whatever cuts it off;
 * a release that is newer reads it, and what is lost of it is lost for its part alone.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { Rng, seedRng } from '../../src/base/rng.ts';
import type { AnyComponent, Encoded } from '../../src/core/component.ts';
import { initialStates } from '../../src/core/component.ts';
import type { Fact } from '../../src/core/fact.ts';
import { createFold } from '../../src/core/fold.ts';
import { readState, writeState } from '../../src/state/state-file.ts';
import type { Store } from '../../src/state/store.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { Killed, Machine, SimulatedDisk } from '../simulated-disk.ts';
import {
  brain,
  COMPONENTS,
  curve,
  factsAt,
  hashOf,
  matrix,
  openOn,
  purse,
  runSteps,
  weightsAt,
} from './small-bot.ts';

const OLDER = 6;
const REPLACED = 18;
const LAST = 22;

/** The states after a step, of a history in which step REPLACED brought back two of step OLDER. */
function statesAt(seq: number) {
  const states = initialStates(COMPONENTS);
  const fold = createFold(COMPONENTS, states, readState);
  for (let step = 1; step <= seq; step += 1)
    if (step === REPLACED) for (const { fact, file } of replacements()) fold(fact, file);
    else for (const fact of factsAt(step)) fold(fact, 'blob' in fact ? weightsAt(step) : undefined);
  return states;
}

type Replacement = { readonly fact: Fact<'memory.replaced'>; readonly file: Uint8Array };
let known: readonly Replacement[] | null = null;

function replacements(): readonly Replacement[] {
  known ??= madeReplacements();
  return known;
}

function madeReplacements(): Replacement[] {
  const states = statesAt(OLDER);
  return [matrix, brain].map(component => {
    const file = writeState(component as AnyComponent, states[component.id], OLDER);
    const blob = createHash('sha256').update(file).digest('hex');
    const fact: Fact<'memory.replaced'> = {
      ...{ type: 'memory.replaced', id: component.id, time: 0, why: 'rollback', from: 'step 6' },
      ...{ blob, epoch: 2 },
    };
    return { fact, file };
  });
}

function replace(store: Store): void {
  const all = replacements();
  const fold = createFold(COMPONENTS, store.states, readState);
  for (const { file } of all) store.putBlob(file);
  for (const { fact, file } of all) fold(fact, file);
  const facts = all.map(({ fact }) => fact);
  const texts = facts.map(fact => JSON.stringify(fact));
  store.append({ seq: store.seq + 1, facts, texts });
}

const hashes = new Map<number, string>();

function hashAt(seq: number): string {
  const hash = hashes.get(seq) ?? hashOf(statesAt(seq));
  hashes.set(seq, hash);
  return hash;
}

interface Lived {
  readonly disk: SimulatedDisk;
  acknowledged: number;
}

/** To the replacement, it, and on; a second start after it. */
function live(machine = new Machine()): Lived {
  const lived: Lived = { disk: new SimulatedDisk(machine), acknowledged: 0 };
  const told = (seq: number): void => {
    lived.acknowledged = seq;
  };
  const disks = { a: lived.disk, b: lived.disk };
  try {
    const first = openOn(disks);
    runSteps(first, 9, told);
    first.checkpoint('test');
    runSteps(first, REPLACED - 1 - first.seq, told);
    replace(first);
    told(REPLACED);
    first.checkpoint('replaced');
    runSteps(first, 2, told);
    first.close();
    const second = openOn(disks);
    runSteps(second, LAST - second.seq, told);
    second.checkpoint('last');
    second.close();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  return lived;
}

function comeBack(disk: SimulatedDisk, acknowledged: number, what: string): void {
  const store = openOn({ a: disk, b: disk });
  assert.ok(store.seq >= acknowledged && store.seq <= acknowledged + 1, what);
  assert.equal(hashOf(store.states), hashAt(store.seq), what);
  assert.equal(store.epoch, store.seq >= REPLACED ? 2 : 1, what);
  assert.deepEqual(store.report.lost, [], what);
  store.close();
}

const disksOf = ({ disk }: Lived) => ({ a: disk, b: disk });

describe('a memory that is replaced', () => {
  const whole = new Machine();
  live(whole);
  const total = whole.operations;

  it('was replaced or was not, whatever operation the bot is killed at', () => {
    for (let killAt = 1; killAt <= total; killAt += 1) {
      const lived = live(Object.assign(new Machine(), { killAt }));
      comeBack(lived.disk.kill(), lived.acknowledged, `killed at ${killAt} of ${total}`);
    }
  });

  it('and whatever operation the power is cut at', () => {
    const rng = new Rng(seedRng(4));
    for (let killAt = 1; killAt <= total; killAt += 1) {
      const lived = live(Object.assign(new Machine(), { killAt }));
      comeBack(lived.disk.crash(rng), lived.acknowledged, `cut at ${killAt} of ${total}`);
    }
  });

  it('is clean to verify, and its files are kept as long as a line names them', () => {
    const lived = live();
    const { damaged, findings } = verifyDirectory(disksOf(lived), COMPONENTS);
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'damage'),
      [],
    );
    assert.equal(damaged, false);
  });

  it('raises the epoch by itself: a later reset raises it from there', () => {
    const lived = live();
    assert.equal(openOn(disksOf(lived), { reset: ['curve'] }).epoch, 3);
  });
});

describe('the file of a replaced memory', () => {
  /** As it stands right after the line, without a checkpoint behind it. */
  function cutShort(): SimulatedDisk {
    const disk = new SimulatedDisk(new Machine());
    const store = openOn({ a: disk, b: disk });
    runSteps(store, REPLACED - 1);
    replace(store);
    runSteps(store, 2);
    return disk.kill();
  }
  const blobs = (disk: SimulatedDisk, index: number): string[] => {
    const { blob } = replacements()[index]!.fact;
    return disk
      .list('blobs')
      .filter(name => name.startsWith(blob))
      .map(name => `blobs/${name}`);
  };

  it('and its line may be lost with the journal: its epoch is not used again', () => {
    const disk = cutShort();
    for (const name of disk.list('journal')) disk.lose(`journal/${name}`);
    const store = openOn({ a: disk, b: disk }, { acceptLoss: true });
    assert.ok(store.epoch > replacements()[0]!.fact.epoch, `epoch ${store.epoch}`);
    store.close();
  });

  it('is mended from its other copy', () => {
    const disk = cutShort();
    disk.remove(blobs(disk, 0)[0]!);
    const store = openOn({ a: disk, b: disk });
    assert.equal(hashOf(store.states), hashOf(statesAt(REPLACED + 2)));
    assert.match(store.report.repairs.join(), /was missing: repaired from the other copy/);
  });

  it('lost in both copies costs its part alone, and says so', () => {
    const disk = cutShort();
    for (const path of blobs(disk, 0)) disk.remove(path);
    const store = openOn({ a: disk, b: disk });
    const expected = statesAt(REPLACED + 2);
    for (const { id } of [purse, curve, brain])
      assert.deepEqual(store.states[id], expected[id], id);
    assert.deepEqual(store.states[matrix.id], matrix.initial());
    assert.equal(store.report.lost.length, 1);
    assert.match(store.report.lost[0]!, /^Matrix is lost and starts from its defaults/);
  });

  it('that holds no state of its part costs that part alone', () => {
    const disk = new SimulatedDisk(new Machine());
    const store = openOn({ a: disk, b: disk });
    runSteps(store, 10);
    const blob = store.putBlob(Buffer.from('no state'));
    const fact = { ...replacements()[0]!.fact, blob };
    store.append({ seq: 11, facts: [fact], texts: [JSON.stringify(fact)] });
    const again = openOn({ a: disk.kill(), b: disk });
    assert.equal(again.report.lost.length, 1);
    assert.match(again.report.lost[0]!, /^Matrix is lost and starts from its defaults/);
  });

  const later = (version: number): readonly AnyComponent[] =>
    COMPONENTS.map(component =>
      component.id === matrix.id
        ? { ...component, version, upgrades: Object.fromEntries(upgradesTo(version)) }
        : component,
    );
  const upgradesTo = (version: number) =>
    Array.from({ length: version - 1 }, (_, index) => [index + 2, doubled] as const);
  const doubled = (old: Encoded): Encoded =>
    old.format === 'npy' ? { ...old, data: old.data.map(cell => cell * 2) } : old;

  it('of an older release is lifted when a newer one replays it', () => {
    const disk = cutShort();
    const store = openOn({ a: disk, b: disk }, { components: later(3) });
    const { cells } = matrix.file.decode(matrix.file.encode(statesAt(OLDER)['matrix'] as never));
    const lifted = cells.map(cell => cell * 4);
    // Step 20 is told to the lifted one.
    const fold = createFold([matrix], { matrix: { cells: lifted } });
    for (const step of [19, 20]) for (const fact of factsAt(step)) fold(fact);
    assert.deepEqual((store.states['matrix'] as { cells: Float64Array }).cells, lifted);
  });

  it('of a newer release is refused, and nothing is written', () => {
    const disk = cutShort();
    const component = later(4)[2]!;
    assert.equal(component.id, matrix.id);
    const store = openOn({ a: disk, b: disk });
    const file = writeState(component, store.states['matrix'], store.seq);
    const fact = { ...replacements()[0]!.fact, blob: store.putBlob(file), epoch: 3 };
    store.append({ seq: store.seq + 1, facts: [fact], texts: [JSON.stringify(fact)] });
    const left = disk.kill();
    assert.throws(() => openOn({ a: left, b: left }), /Matrix was made by a newer release/);
  });
});
