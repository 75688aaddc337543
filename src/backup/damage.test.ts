import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import {
  backUp,
  idOf,
  LATEST,
  memoryPlace,
  planFor,
  restoreTo,
  sharing,
} from '../../test/backup-fixture.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps, slowClock } from '../../test/state/small-bot.ts';
import { type Catalogue, decodeCatalogue, encodeCatalogue } from './catalogue.ts';
import { listChunks } from './chunk.ts';
import { folderPlace } from './folder-place.ts';
import { chunkPath } from './layout.ts';
import { Shipper } from './ship.ts';
import { shipAll } from './take.ts';

/** Three backups (of steps 7, 21 and 35), and lines to 40. */
const place = memoryPlace();
let id = '';

before(async () => {
  const source = new SimulatedDisk();
  const store = openOn(sharing(source));
  for (const steps of [7, 14, 14]) {
    runSteps(store, steps);
    store.checkpoint('test');
    await backUp(source, place.place);
  }
  runSteps(store, 5);
  await backUp(source, place.place);
  id = idOf(source);
});

/** The place as another process finds it, for a test to damage. */
const copy = () => {
  const disk = place.disk.kill();
  return { disk, place: folderPlace(disk) };
};

const catalogues = (disk: SimulatedDisk): { path: string; value: Catalogue }[] =>
  disk.list(`${id}/backups`).map(name => {
    const path = `${id}/backups/${name}`;
    const value = decodeCatalogue(disk.read(path) ?? new Uint8Array());
    if (typeof value === 'string') throw new Error(value);
    return { path, value };
  });

const flip = (data: Buffer): Buffer => {
  const copied = Buffer.from(data);
  copied[copied.length >> 1]! ^= 1;
  return copied;
};

describe('a damaged backup', () => {
  it('each object, damaged or gone, is passed over where older files and lines lead there', async () => {
    const newest = catalogues(place.disk).at(-1)!.value;
    const older = catalogues(place.disk).slice(0, -1);
    const elsewhere = new Set(
      older.flatMap(({ value }) => Object.values(value.components).map(({ sha256 }) => sha256)),
    );
    for (const { sha256 } of Object.values(newest.components))
      for (const hurt of ['flip', 'lose'] as const) {
        const { disk, place: hurtPlace } = copy();
        const path = `${id}/objects/${sha256}.zst`;
        if (hurt === 'flip') disk.tamper(path, flip);
        else disk.lose(path);
        const { store, plan } = await restoreTo(hurtPlace, id, 40);
        assert.equal(hashOf(store.states), expectedAt(40));
        assert.ok(plan.catalogue.seq < 35 || elsewhere.has(sha256));
        assert.match(plan.notes.join(), new RegExp(`${sha256}.zst is (missing|damaged)`));
      }
  });

  it('each catalogue, damaged or gone, costs at most the moments that only it gave', async () => {
    for (const { path, value } of catalogues(place.disk))
      for (const hurt of ['flip', 'lose'] as const) {
        const { disk, place: hurtPlace } = copy();
        if (hurt === 'flip') disk.tamper(path, flip);
        else disk.lose(path);
        for (const seq of [7, 21, 35, 40]) {
          if (seq === 7 && value.seq === 7) continue;
          const { store } = await restoreTo(hurtPlace, id, seq);
          assert.equal(hashOf(store.states), expectedAt(seq));
        }
      }
  });

  it('damaged lines are refused by name where nothing else leads there', async () => {
    const { disk, place: hurt } = copy();
    for (const chunk of await listChunks(hurt, id)) disk.tamper(chunkPath(id, chunk), flip);
    await assert.rejects(planFor(hurt, id, 40), {
      exitCode: 65,
      message: /step 40 cannot be restored .*jsonl.zst is damaged/,
      remedy: /steps 7 to 40/,
    });
    await assert.rejects(planFor(hurt, id), { exitCode: 65 });
    assert.equal(hashOf((await restoreTo(hurt, id, 35)).store.states), expectedAt(35));
  });

  it('each chunk, damaged or gone, is refused wherever the lines would end too early', async () => {
    for (const chunk of await listChunks(place.place, id))
      for (const hurt of ['flip', 'lose'] as const) {
        const { disk, place: hurtPlace } = copy();
        const path = chunkPath(id, chunk);
        if (hurt === 'flip') disk.tamper(path, flip);
        else disk.lose(path);
        const why = hurt === 'flip' ? /jsonl.zst is damaged/ : /lacks steps 36 to (38|40)/;
        for (const moment of [LATEST, { kind: 'time', time: 1e12 }, 38] as const) {
          const refusal = { exitCode: 65, message: why, remedy: /steps \d+ to \d+ \(epoch 1\)/ };
          await assert.rejects(planFor(hurtPlace, id, moment), refusal);
        }
        assert.equal(hashOf((await restoreTo(hurtPlace, id, 35)).store.states), expectedAt(35));
      }
  });

  it('a chunk that is gone between others is refused as well, without a later backup', async () => {
    const source = new SimulatedDisk();
    const { disk, place: own } = memoryPlace();
    const store = openOn(sharing(source));
    await backUp(source, own);
    const ship = { place: own, disks: sharing(source), directoryId: idOf(source) };
    const shipper = new Shipper({ ...ship, now: slowClock(), warn: assert.fail });
    for (let round = 0; round < 3; round += 1) {
      runSteps(store, 5);
      await shipAll(shipper);
    }
    const chunks = await listChunks(own, idOf(source));
    assert.equal((await planFor(own, idOf(source))).seq, 15);
    disk.lose(chunkPath(idOf(source), chunks[1]!));
    await assert.rejects(planFor(own, idOf(source)), {
      exitCode: 65,
      message: /lacks steps 6 to 10/,
      remedy: /steps 0 to 5 /,
    });
    assert.equal((await planFor(own, idOf(source), 5)).seq, 5);
  });

  it('damage in the newest epoch is no reason to give an older one', async () => {
    const source = new SimulatedDisk();
    const { disk, place: own } = memoryPlace();
    const now = slowClock();
    const store = openOn(sharing(source), { now });
    runSteps(store, 20);
    store.checkpoint('test');
    await backUp(source, own, { now });
    const later = source.kill();
    const reset = openOn(sharing(later), { now, reset: ['matrix'] });
    runSteps(reset, 3);
    await backUp(later, own, { now });
    const of = idOf(source);
    const hurt = (names: readonly string[]) => {
      const hurtDisk = disk.kill();
      for (const name of names) hurtDisk.lose(`${of}/${name}`);
      return folderPlace(hurtDisk);
    };
    const chunk = disk.list(`${of}/shipped`).filter(name => name.startsWith('000002'));
    const lines = hurt(chunk.map(name => `shipped/${name}`));
    const backups = disk.list(`${of}/backups`).slice(-1);
    const catalogue = hurt(backups.map(name => `backups/${name}`));
    const text = disk.read(`${of}/backups/${backups[0]}`);
    const made = decodeCatalogue(text ?? new Uint8Array()) as Catalogue;
    const others = hurt([`objects/${made.components['matrix']!.sha256}.zst`]);
    for (const [each, what] of [
      [lines, /lacks steps 21 to 23/],
      [catalogue, /holds lines of epoch 2 from step 21 on, and no backup/],
      [others, /is missing/],
    ] as const) {
      await assert.rejects(planFor(each, of), { exitCode: 65, message: what, remedy: /epoch/ });
      assert.equal((await planFor(each, of, LATEST, 1)).catalogue.epoch, 1);
    }
  });

  it('a backup without money is none, and one without something learned says so', async () => {
    const { disk, place: hurt } = copy();
    const without = (part: string): void => {
      for (const { path, value } of catalogues(disk)) {
        const { [part]: _, ...components } = value.components;
        disk.tamper(path, () => encodeCatalogue({ ...value, components }));
      }
    };
    without('matrix');
    const plan = await planFor(hurt, id, 35);
    assert.deepEqual(plan.lost, ['matrix']);
    without('purse');
    await assert.rejects(planFor(hurt, id, 35), { exitCode: 65, message: /has no purse/ });
  });

  it('weights that are gone are refused, and a later backup needs them no more', async () => {
    const { disk, place: hurt } = copy();
    for (const name of disk.list(`${id}/blobs`)) disk.lose(`${id}/blobs/${name}`);
    await assert.rejects(planFor(hurt, id, 34), { exitCode: 65, message: /blobs\/.* is missing/ });
    assert.equal(hashOf((await restoreTo(hurt, id, 40)).store.states), expectedAt(40));
  });

  it('an object that rotted in the place is sent again by the next backup', async () => {
    const source = new SimulatedDisk();
    const { disk, place: own } = memoryPlace();
    const store = openOn(sharing(source));
    runSteps(store, 7);
    store.checkpoint('test');
    await backUp(source, own);
    const [name = ''] = disk.list(`${idOf(source)}/objects`);
    disk.tamper(`${idOf(source)}/objects/${name}`, flip);
    const told: string[] = [];
    await backUp(source, own, { warn: line => told.push(line) });
    assert.match(told.join(), /is damaged: it is sent again/);
    assert.equal(hashOf((await restoreTo(own, idOf(source))).store.states), expectedAt(7));
  });
});

describe('a hostile backup', () => {
  const forge = async (change: (value: Catalogue) => unknown, message: RegExp) => {
    const { disk, place: hostile } = copy();
    for (const { path, value } of catalogues(disk))
      disk.tamper(path, () => encodeCatalogue(change(value) as Catalogue));
    const target = new SimulatedDisk(undefined, '/restored');
    await assert.rejects(restoreTo(hostile, id, 40, target), { exitCode: 65, message });
    assert.deepEqual(target.list(''), [], 'nothing was written');
  };
  const withFile = (more: object) => (value: Catalogue) => ({
    ...value,
    components: {
      ...value.components,
      purse: { ...value.components['purse'], ...more },
    },
  });

  it('paths that lead out are refused, and nothing is written', async () => {
    for (const file of ['../evil.json', '/etc/passwd', 'a/b.json', 'journal', '.json', ''])
      await forge(withFile({ file }), /is no catalogue/);
    await forge(withFile({ file: 'manifest.json' }), /a file of no known part/);
    await forge(
      value => ({ ...value, components: { stranger: value.components['purse'] } }),
      /a file of no known part/,
    );
    await forge(withFile({ sha256: '../../x' }), /is no catalogue/);
  });

  it('impossible sizes and numbers are refused', async () => {
    for (const bytes of [1e300, -1, 2 ** 40, 1.5]) await forge(withFile({ bytes }), /no catalogue/);
    await forge(withFile({ bytes: 500 * 2 ** 20 }), /is damaged/);
    await forge(value => ({ ...value, seq: -1 }), /no catalogue/);
    await forge(value => ({ ...value, epoch: 0 }), /no catalogue/);
    await forge(value => ({ ...value, chain: 'f'.repeat(32) }), /leads to step/);
  });

  it('a bomb is refused before it is anywhere', async () => {
    const { disk, place: hostile } = copy();
    const bomb = zstdCompressSync(Buffer.alloc(512 * 1024 * 1024));
    for (const name of disk.list(`${id}/objects`)) disk.tamper(`${id}/objects/${name}`, () => bomb);
    const before = process.memoryUsage().rss;
    await assert.rejects(planFor(hostile, id, 40), { exitCode: 65 });
    assert.ok(process.memoryUsage().rss - before < 128 * 1024 * 1024);
  });

  it('of a newer release it is refused, whatever older ones say', async () => {
    const { disk, place: newer } = copy();
    const { path, value } = catalogues(disk).at(-1)!;
    disk.tamper(path, () => encodeCatalogue(withFile({ schema: 99 })(value) as Catalogue));
    await assert.rejects(planFor(newer, id, 40), { exitCode: 65, message: /newer release/ });
  });
});
