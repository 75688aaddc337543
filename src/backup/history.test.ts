import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  backUp,
  idOf,
  memoryPlace,
  planFor,
  restoreTo,
  sharing,
} from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import {
  COMPONENTS,
  expectedAt,
  hashOf,
  openOn,
  runSteps,
  slowClock,
} from '../../test/state/small-bot.ts';
import type { Fact } from '../core/fact.ts';
import { stateHash } from '../state/state-hash.ts';
import type { Store } from '../state/store.ts';
import { coverageOf } from './coverage.ts';
import { nextEpoch } from './restore.ts';
import { Shipper } from './ship.ts';
import { shipAll } from './take.ts';

const action = fc.oneof(
  fc.record({ kind: fc.constant('steps' as const), count: fc.integer({ min: 1, max: 12 }) }),
  fc.constant({ kind: 'checkpoint' as const }),
  fc.constant({ kind: 'restart' as const }),
  fc.record({ kind: fc.constant('backup' as const), keep: fc.integer({ min: 1, max: 4 }) }),
  fc.constant({ kind: 'ship' as const }),
);

describe('any life of a directory and its backups', () => {
  it('each step that is said to be covered comes back with the hash of its twin', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 25 }), async actions => {
        let disk = new SimulatedDisk();
        const { place } = memoryPlace();
        const now = slowClock();
        let store = openOn(sharing(disk), { now });
        let warned = false;
        const warn = (): void => {
          warned = true;
        };
        for (const each of [...actions, { kind: 'backup' as const, keep: 3 }]) {
          if (each.kind === 'steps') runSteps(store, each.count);
          else if (each.kind === 'checkpoint') store.checkpoint('test');
          else if (each.kind === 'backup')
            await backUp(disk, place, { keep: each.keep, now, warn });
          else if (each.kind === 'restart') {
            disk = disk.kill();
            store = openOn(sharing(disk), { now });
          } else
            await shipAll(
              new Shipper({ place, disks: sharing(disk), directoryId: idOf(disk), now, warn }),
            );
        }
        const [covered] = await coverageOf(place, idOf(disk));
        assert.equal(covered?.spans[0]?.lastSeq, store.seq);
        assert.ok(warned || covered.spans.length === 1, 'a gap is told of');
        for (const { firstSeq, lastSeq } of covered.spans)
          for (const seq of [firstSeq, (firstSeq + lastSeq) >> 1, lastSeq]) {
            const { store: restored } = await restoreTo(place, idOf(disk), seq);
            assert.equal(hashOf(restored.states), expectedAt(seq), `step ${seq}`);
          }
      }),
      { numRuns: 30, seed: 4 },
    );
  });
});

/** Other facts than the original had for the same steps. */
function tellOther(store: Store, first: number, last: number): void {
  const facts = [{ type: 'equity.marked', time: 1, balance: 1, equity: 77, open: 0 }] as const;
  for (let seq = first; seq <= last; seq += 1)
    store.append({ seq, facts, texts: facts.map(fact => JSON.stringify(fact)) });
}

describe('several lives of one directory', () => {
  it('a restore begins an epoch that no other restore, backup or directory has', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const store = openOn(sharing(source));
    runSteps(store, 10);
    await backUp(source, place);
    const id = idOf(source);
    const first = await restoreTo(place, id, 10);
    assert.equal(first.store.epoch, 1000);
    await backUp(first.disk, place);
    assert.equal((await restoreTo(place, id, 10)).store.epoch, 2000);
  });

  it('nor one that a lost directory began after its last backup', async () => {
    let disk = new SimulatedDisk();
    const { place } = memoryPlace();
    runSteps(openOn(sharing(disk)), 10);
    await backUp(disk, place);
    const used: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      disk = disk.kill();
      const store = openOn(sharing(disk), { reset: ['matrix'] });
      runSteps(store, 2);
      used.push(store.epoch);
    }
    const { store: restored } = await restoreTo(place, idOf(disk));
    assert.ok(!used.includes(restored.epoch) && restored.epoch > Math.max(...used));
  });

  it('a mirror that outlived the directory is behind its restore, and set aside', async () => {
    const source = { a: new SimulatedDisk(), b: new SimulatedDisk(undefined, '/mirror') };
    const { place } = memoryPlace();
    const now = slowClock();
    runSteps(openOn(source, { now }), 10);
    await backUp(source.a, place, { now });
    const later = { a: source.a.kill(), b: source.b.kill() };
    const reset = openOn(later, { now, reset: ['matrix'] });
    runSteps(reset, 5);
    assert.equal(reset.epoch, 2);
    const { disk } = await restoreTo(place, idOf(source.a));
    const store = openOn({ a: disk.kill(), b: later.b.kill() }, { now });
    assert.equal(store.seq, 10);
    assert.equal(store.epoch, 1000);
    assert.equal(hashOf(store.states), expectedAt(10));
  });

  it('a directory that was restored too often is told so', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    runSteps(openOn(sharing(source)), 3);
    await backUp(source, place);
    const plan = await planFor(place, idOf(source));
    assert.equal(await nextEpoch(plan, 998_999), 999_000);
    await assert.rejects(nextEpoch(plan, 999_000), { exitCode: 64, message: /too often/ });
  });

  it('a backup of an older generation begins in the epoch of its own lines', async () => {
    const disk = new SimulatedDisk();
    const { place } = memoryPlace();
    const now = slowClock();
    const store = openOn(sharing(disk), { now });
    runSteps(store, 10);
    store.checkpoint('test');
    const blob = store.putBlob(disk.read('matrix_weights.npy') ?? new Uint8Array());
    runSteps(store, 6);
    const fact: Fact = {
      ...({ type: 'memory.replaced', id: 'matrix', time: 1, why: 'rollback' } as const),
      ...{ from: 'step 10', blob, epoch: 2 },
    };
    store.append({ seq: 17, facts: [fact], texts: [JSON.stringify(fact)] });
    runSteps(store, 4);
    store.checkpoint('test');
    disk.tamper('purse_state.json', () => new Uint8Array());
    await backUp(disk, place, { now });
    const plan = await planFor(place, idOf(disk));
    assert.deepEqual([plan.catalogue.seq, plan.catalogue.epoch, plan.seq], [10, 1, 21]);
  });

  it('a generation that a reset took a part out of is no source', async () => {
    const disk = new SimulatedDisk();
    const { place } = memoryPlace();
    const store = openOn(sharing(disk));
    runSteps(store, 20);
    store.checkpoint('test');
    const later = disk.kill();
    runSteps(openOn(sharing(later), { reset: ['matrix'] }), 3);
    later.tamper('matrix_weights.npy', () => new Uint8Array());
    await assert.rejects(backUp(later, place), { exitCode: 65, message: /no whole generation/ });
  });

  it('what a reset did is not replayed away', async () => {
    let disk = new SimulatedDisk();
    const { place } = memoryPlace();
    const now = slowClock();
    const store = openOn(sharing(disk));
    runSteps(store, 20);
    store.checkpoint('test');
    await backUp(disk, place, { now });
    disk = disk.kill();
    const reset = openOn(sharing(disk), { reset: ['matrix'] });
    runSteps(reset, 3);
    await backUp(disk, place, { now });
    const hashes = COMPONENTS.map(({ id }) => stateHash(reset.states[id]));
    const { store: restored } = await restoreTo(place, idOf(disk), 23);
    assert.deepEqual(
      COMPONENTS.map(({ id }) => stateHash(restored.states[id])),
      hashes,
    );
    assert.notEqual(hashOf(restored.states), expectedAt(23), 'the reset shows');
    // Both epochs have step 20: before the reset, and after it.
    assert.equal((await planFor(place, idOf(disk), 20)).catalogue.epoch, 2);
    assert.equal((await planFor(place, idOf(disk), 20, 1)).catalogue.epoch, 1);
  });

  it('a rollback, which is a line, is followed into the epoch that it begins', async () => {
    const disk = new SimulatedDisk();
    const { place } = memoryPlace();
    const now = slowClock();
    const store = openOn(sharing(disk));
    runSteps(store, 10);
    store.checkpoint('test');
    await backUp(disk, place, { now });
    const blob = store.putBlob(disk.read('matrix_weights.npy') ?? new Uint8Array());
    runSteps(store, 6);
    const fact: Fact = {
      ...({ type: 'memory.replaced', id: 'matrix', time: 1, why: 'rollback' } as const),
      ...{ from: 'step 10', blob, epoch: 2 },
    };
    store.append({ seq: 17, facts: [fact], texts: [JSON.stringify(fact)] });
    runSteps(store, 4);
    const warn = assert.fail;
    const ship = { place, disks: sharing(disk), directoryId: idOf(disk), now, warn };
    assert.equal(await shipAll(new Shipper(ship)), 11);
    const twin = openOn(sharing(disk.kill()));
    const { store: restored, plan } = await restoreTo(place, idOf(disk), 21);
    assert.equal(hashOf(restored.states), hashOf(twin.states));
    assert.notEqual(hashOf(restored.states), expectedAt(21));
    assert.equal(plan.catalogue.epoch, 1);
    assert.equal(restored.epoch, 1000);
    assert.equal((await restoreTo(place, idOf(disk))).store.seq, 21);
  });

  it('a copy that was put in its place is followed from where the histories part', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const now = slowClock();
    const store = openOn(sharing(source), { now });
    runSteps(store, 10);
    store.checkpoint('test');
    const copy = source.kill();
    runSteps(store, 10);
    await backUp(source, place, { now });
    const other = openOn(sharing(copy), { now });
    tellOther(other, 11, 15);
    other.close();
    const living = openOn(sharing(copy), { now });
    await backUp(copy, place, { now });
    const { store: restored } = await restoreTo(place, idOf(copy), 15);
    assert.equal(hashOf(restored.states), hashOf(living.states));
  });

  it('it is followed also after the lines of the one it left were joined', async () => {
    const source = new SimulatedDisk();
    const { place } = memoryPlace();
    const now = slowClock();
    const store = openOn(sharing(source), { now });
    runSteps(store, 10);
    store.checkpoint('test');
    await backUp(source, place, { now });
    const copy = source.kill();
    const directoryId = idOf(source);
    for (const steps of [5, 5]) {
      runSteps(store, steps);
      const ship = { place, disks: sharing(source), directoryId, now, warn: assert.fail };
      await shipAll(new Shipper(ship));
    }
    const other = openOn(sharing(copy), { now });
    tellOther(other, 11, 25);
    other.close();
    const living = hashOf(openOn(sharing(copy), { now }).states);
    await backUp(copy, place, { now });
    for (const seq of [11, 15, 20])
      assert.notEqual(
        hashOf((await restoreTo(place, directoryId, seq)).store.states),
        expectedAt(seq),
        `step ${seq}`,
      );
    assert.equal(hashOf((await restoreTo(place, directoryId)).store.states), living);
  });
});
