import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newDisks } from '../../test/journal-fixture.ts';
import { Killed } from '../../test/simulated-disk.ts';
import { Rng, seedRng } from '../base/rng.ts';
import { blobPath, checkBlobs, getBlob, pruneBlobs, putBlob, repairBlobs } from './blobs.ts';

const WEIGHTS = Buffer.from('weights, trained at some cost');

const damage = (data: Buffer) => data.fill(0, 3, 5);

describe('a blob', () => {
  it('is named by its content and read back from either copy', () => {
    const disks = newDisks();
    const hash = putBlob(disks, WEIGHTS);
    assert.equal(putBlob(disks, WEIGHTS), hash);
    assert.deepEqual(getBlob(disks, hash), { bytes: WEIGHTS, repaired: false });
    assert.deepEqual(disks.a.list('blobs'), [`${hash}.bin`]);
    assert.deepEqual(disks.b.list('blobs'), [`${hash}.b.bin`]);
    assert.deepEqual(checkBlobs(disks, [hash]), []);
  });

  it('survives a power cut from the moment its hash is known', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const disks = newDisks();
      const hash = putBlob(disks, WEIGHTS);
      const rng = new Rng(seedRng(seed));
      const after = { a: disks.a.crash(rng), b: disks.b.crash(rng) };
      assert.deepEqual(getBlob(after, hash), { bytes: WEIGHTS, repaired: false });
    }
  });

  it('can be put again after its writing was killed anywhere', () => {
    const { machine } = newDisks().a;
    const counted = newDisks(machine);
    putBlob(counted, WEIGHTS);
    for (let killAt = 1; killAt <= machine.operations; killAt += 1) {
      const disks = newDisks();
      disks.a.machine.killAt = killAt;
      assert.throws(() => putBlob(disks, WEIGHTS), Killed);
      const again = { a: disks.a.kill(), b: disks.b.kill() };
      const hash = putBlob(again, WEIGHTS);
      const rng = new Rng(seedRng(killAt));
      const after = { a: again.a.crash(rng), b: again.b.crash(rng) };
      assert.deepEqual(getBlob(after, hash), { bytes: WEIGHTS, repaired: false });
    }
  });

  for (const copy of ['a', 'b'] as const)
    it(`that is damaged or lost in copy ${copy} is read from the other and repaired`, () => {
      const disks = newDisks();
      const hash = putBlob(disks, WEIGHTS);
      disks[copy].tamper(blobPath(hash, copy), damage);
      assert.deepEqual(getBlob(disks, hash), { bytes: WEIGHTS, repaired: true });
      assert.deepEqual(
        repairBlobs(disks, [hash]).map(repair => repair.what),
        ['was damaged'],
      );
      assert.equal(disks[copy].list('quarantine').length, 1);
      disks[copy].lose(blobPath(hash, copy));
      assert.deepEqual(
        checkBlobs(disks, [hash]).map(repair => repair.what),
        ['is missing'],
      );
      assert.deepEqual(
        repairBlobs(disks, [hash]).map(repair => repair.what),
        ['was missing'],
      );
      assert.deepEqual(getBlob(disks, hash), { bytes: WEIGHTS, repaired: false });
    });

  it('that is bad in both copies is never given out, and stays for a look', () => {
    const disks = newDisks();
    const hash = putBlob(disks, WEIGHTS);
    for (const copy of ['a', 'b'] as const) disks[copy].tamper(blobPath(hash, copy), damage);
    assert.equal(getBlob(disks, hash), null);
    assert.deepEqual(repairBlobs(disks, [hash]), []);
    assert.equal(checkBlobs(disks, [hash]).length, 2);
    assert.equal(getBlob(disks, '0'.repeat(64)), null);
  });

  it('is pruned in both copies when nothing names it, with what was left half written', () => {
    const disks = newDisks();
    const kept = putBlob(disks, WEIGHTS);
    putBlob(disks, Buffer.from('old'));
    disks.a.create(`${blobPath(kept, 'a')}.tmp`).close();
    disks.a.create('blobs/README').close();
    pruneBlobs(disks, new Set([kept]));
    assert.deepEqual(disks.a.list('blobs'), [`${kept}.bin`, 'README'].sort());
    assert.deepEqual(disks.b.list('blobs'), [`${kept}.b.bin`]);
  });
});
