import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idOf, memoryPlace, restoreTo, sharing } from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps, slowClock } from '../../test/state/small-bot.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { type KeepEvent, keepBackingUp } from './keep.ts';
import type { BackupPlace } from './place.ts';
import { Shipper } from './ship.ts';
import { shipAll } from './take.ts';

/** A place that refuses lines as long as it is told to. */
function breakable(): { place: BackupPlace; isBroken: boolean } {
  const { place } = memoryPlace();
  const handle = {
    isBroken: false,
    place: {
      ...place,
      put: async (path: string, bytes: Uint8Array): Promise<void> => {
        if (handle.isBroken) throw new Fault(EXIT.unreachable, 'planted', 'none');
        await place.put(path, bytes);
      },
    },
  };
  return handle;
}

describe('keeping backups', () => {
  it('a stop after a shipment that failed leaves nothing behind', async () => {
    const source = new SimulatedDisk();
    const store = openOn(sharing(source));
    runSteps(store, 7);
    const kept = breakable();
    const stop = new AbortController();
    const events: KeepEvent['kind'][] = [];
    await keepBackingUp({
      ...{ disks: sharing(source), now: slowClock(), release: 'test', keep: null },
      timingOf: () => ({ marketTime: null, candleMs: 0 }),
      ...{ everyMs: 3_600_000, continuous: true, isFirstFatal: true, stop: stop.signal },
      warn: assert.fail,
      progress: () => undefined,
      open: async () => kept.place,
      tell: ({ kind }) => {
        events.push(kind);
        if (kind === 'backup' && !stop.signal.aborted) runSteps(store, 9);
        else if (kind === 'failed') stop.abort();
        kept.isBroken = kind === 'backup';
      },
    });
    assert.deepEqual(events, ['backup', 'failed', 'backup']);
    const { store: restored } = await restoreTo(kept.place, idOf(source));
    assert.equal(restored.seq, 16);
    assert.equal(hashOf(restored.states), expectedAt(16));
  });
});

describe('looking for lines that wait', () => {
  it('reads the journal again only when it changed', async () => {
    const source = new SimulatedDisk();
    const store = openOn(sharing(source));
    runSteps(store, 7);
    const read = { count: 0 };
    const counting = new Proxy(source, {
      get: (disk, key) => {
        if (key === 'read') read.count += 1;
        const value = Reflect.get(disk, key, disk);
        return typeof value === 'function' ? value.bind(disk) : value;
      },
    });
    const { place } = memoryPlace();
    const ship = { place, directoryId: idOf(source), now: slowClock(), warn: assert.fail };
    const shipper = new Shipper({ ...ship, disks: sharing(counting) });
    const look = (): { waiting: number; reads: number } => {
      const before = read.count;
      return { waiting: shipper.waiting(), reads: read.count - before };
    };
    const first = look();
    assert.ok(first.waiting > 0 && first.reads > 0);
    assert.deepEqual(look(), { waiting: first.waiting, reads: 0 });
    runSteps(store, 1);
    assert.ok(look().waiting > first.waiting);
    await shipAll(shipper);
    assert.equal(look().waiting, 0);
    assert.deepEqual(look(), { waiting: 0, reads: 0 });
    runSteps(store, 1);
    assert.ok(look().waiting > 0);
    store.checkpoint('test');
    const waiting = look().waiting;
    runSteps(store, 1);
    assert.ok(look().waiting > waiting, 'in a new segment too');
  });
});
