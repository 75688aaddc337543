import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { expectedAt, hashOf, openOn, purse, runSteps } from '../../test/state/small-bot.ts';
import { GENERATION_YOUNG_MS, GENERATIONS_KEPT_MAX } from '../base/limits.ts';
import type { Generation, Manifest } from './manifest.ts';
import { journalFloor, withGeneration } from './retention.ts';

const COMPONENTS = [purse];

function generation(seq: number, more: Partial<Generation> = {}): Generation {
  const record = { file: 'purse_state.json', seq, through: seq, schema: 1, bytes: 1, state: 's' };
  const components = { purse: { ...record, sha256: `sum of ${seq}` } };
  return { seq, chain: '', madeAtMs: 0, onOpen: false, blobs: [], components, ...more };
}

const seqs = (generations: readonly Generation[]): number[] => generations.map(({ seq }) => seq);
const manifestOf = (generations: readonly Generation[]): Manifest => ({
  ...{ format: 1, directory: '', epoch: 1, serial: 1, node: '', begins: {} },
  generations,
});

describe('retention', () => {
  it('keeps the new generation and the one before', () => {
    const former = [generation(20), generation(10)];
    assert.deepEqual(seqs(withGeneration(former, generation(30), COMPONENTS)), [30, 20]);
  });

  it('a generation that lacks a file does not count', () => {
    const broken = generation(20, { components: {} });
    const kept = withGeneration([broken, generation(10)], generation(30), COMPONENTS);
    assert.deepEqual(seqs(kept), [30, 20, 10]);
  });

  it('the same files once more are no second generation', () => {
    const same = { ...generation(20), seq: 25 };
    const kept = withGeneration([generation(20), generation(10)], same, COMPONENTS);
    assert.deepEqual(seqs(kept), [25, 10]);
  });

  it('a checkpoint on open evicts no young one, and the number is bounded all the same', () => {
    let kept: Generation[] = [generation(2, { madeAtMs: 500 }), generation(1, { madeAtMs: 400 })];
    for (let open = 1; open <= 40; open += 1) {
      const fresh = generation(10 + open, { onOpen: true, madeAtMs: 1000 + open });
      kept = withGeneration(kept, fresh, COMPONENTS);
      assert.ok(kept.length <= GENERATIONS_KEPT_MAX);
      assert.equal(kept[0]?.seq, 10 + open);
      assert.deepEqual(seqs(kept).slice(-2), [2, 1]);
    }
    const late = generation(99, { onOpen: true, madeAtMs: 2000 + GENERATION_YOUNG_MS });
    assert.deepEqual(seqs(withGeneration(kept, late, COMPONENTS)), [99, 50]);
  });

  it('blobs of a generation that is dropped from the middle stay with the newer one', () => {
    const young = (seq: number) =>
      generation(seq, { onOpen: true, madeAtMs: 1, blobs: [`blob ${seq}`] });
    let kept: Generation[] = [];
    for (let seq = 1; seq <= GENERATIONS_KEPT_MAX + 5; seq += 1)
      kept = withGeneration(kept, young(seq), COMPONENTS);
    const blobs = kept.flatMap(each => each.blobs);
    assert.equal(blobs.length, GENERATIONS_KEPT_MAX + 5);
  });

  it('the journal is needed in whole while there is only one complete generation', () => {
    assert.equal(journalFloor(manifestOf([generation(30)]), COMPONENTS), 0);
    const broken = generation(20, { components: {} });
    assert.equal(journalFloor(manifestOf([generation(30), broken]), COMPONENTS), 0);
    assert.equal(journalFloor(manifestOf([generation(30), generation(20)]), COMPONENTS), 20);
  });

  it('nothing that is needed is dropped while the current file is damaged again and again', () => {
    let disk = new SimulatedDisk();
    for (let round = 0; round < 10; round += 1) {
      const store = openOn({ a: disk, b: disk }, { components: COMPONENTS });
      assert.deepEqual(store.report.lost, []);
      assert.equal(
        hashOf(store.states, COMPONENTS),
        expectedAt(store.seq, COMPONENTS),
        `round ${round}`,
      );
      runSteps(store, 6, undefined, COMPONENTS);
      if (round % 2 === 0) store.checkpoint('test');
      disk = disk.kill();
      disk.tamper('purse_state.json', () => Buffer.from('x'));
    }
  });
});
