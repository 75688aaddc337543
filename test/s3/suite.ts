/**
 * Backups against a real S3-speaking server, whose address and keys are in the environment.
 * run.ts starts one; any other empty bucket of yours does as well:
 * `HOLDFAST_S3_BUCKET=b AWS_ENDPOINT_URL=… node --test test/s3/suite.ts`.
 */
import assert from 'node:assert/strict';
import { hash as digest, randomBytes } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { coverageOf } from '../../src/backup/coverage.ts';
import type { ObjectStore } from '../../src/backup/object-store.ts';
import { objectPlace } from '../../src/backup/object-store.ts';
import { openPlace } from '../../src/backup/open-place.ts';
import type { BackupPlace } from '../../src/backup/place.ts';
import { openS3 } from '../../src/backup/s3-store.ts';
import { Shipper } from '../../src/backup/ship.ts';
import { shipAll } from '../../src/backup/take.ts';
import { backUp, idOf, planFor, restoreTo, sharing } from '../backup-fixture.ts';
import { SimulatedDisk } from '../simulated-disk.ts';
import { expectedAt, hashOf, openOn, runSteps } from '../state/small-bot.ts';

const bucket = process.env['HOLDFAST_S3_BUCKET'] ?? 'holdfast';
const prefix = `suite-${randomBytes(6).toString('hex')}`;
const name = `s3://${bucket}/${prefix}`;
const PART = 5 * 1024 * 1024;
let place: BackupPlace;
let store: ObjectStore;

const open = (named: string, env: Readonly<Record<string, string | undefined>> = process.env) =>
  openPlace(named, { env, directory: '/nowhere', isSource: true });

before(async () => {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({ forcePathStyle: true });
  await client.send(new sdk.CreateBucketCommand({ Bucket: bucket })).catch(error => {
    if (!/BucketAlready/.test(error.name)) throw error;
  });
  place = await open(name);
  store = await openS3({ bucket, name, env: process.env });
});

describe('a real store', () => {
  it('puts, gets, lists and removes as a place promises', async () => {
    assert.equal(await place.get('a/b', 10), null);
    await place.put('a/b', Buffer.from('one'));
    await place.put('a/b', Buffer.from('other'));
    await place.put('a/c/d', Buffer.from('x'));
    assert.equal(Buffer.from((await place.get('a/b', 5)) ?? []).toString(), 'other');
    const entries = await place.list('a');
    assert.deepEqual(entries.map(each => each.name).sort(), ['b', 'c/']);
    assert.equal(entries.find(each => each.name === 'b')?.bytes, 5);
    await assert.rejects(place.get('a/b', 4), { exitCode: 65, message: /too large \(5 bytes\)/ });
    for (let twice = 0; twice < 2; twice += 1) await place.remove('a/b');
    assert.equal(await place.get('a/b', 10), null);
  });

  it('lists more than one page', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `n${String(index).padStart(4, '0')}`);
    for (let at = 0; at < names.length; at += 16)
      await Promise.all(
        names.slice(at, at + 16).map(each => store.put(`${prefix}/many/${each}`, Buffer.from('1'))),
      );
    assert.deepEqual(
      (await place.list('many')).map(each => each.name),
      names,
    );
  });

  it('goes on with an upload that was cut, and sends no part twice', async () => {
    const large = objectPlace(store, { bucket, prefix, partBytes: PART });
    const bytes = Buffer.concat([randomBytes(2 * PART), randomBytes(1000)]);
    const key = `${prefix}/large`;
    const upload = await store.beginUpload(key);
    const first = bytes.subarray(0, PART);
    const sent = await store.putPart({ key, upload, number: 1, bytes: first });
    assert.equal(sent, digest('md5', first));
    const asked: number[] = [];
    const counting = new Proxy(store, {
      get: (target, verb: keyof ObjectStore) => {
        if (verb !== 'putPart') return target[verb].bind(target);
        return (part: Parameters<ObjectStore['putPart']>[0]) => {
          asked.push(part.number);
          return target.putPart(part);
        };
      },
    });
    await objectPlace(counting, { bucket, prefix, partBytes: PART }).put('large', bytes);
    assert.deepEqual(asked, [2, 3]);
    assert.deepEqual(Buffer.from((await large.get('large', bytes.length)) ?? []), bytes);
    assert.deepEqual(await store.uploads(key), []);
  });

  it('backs up, ships, prunes and restores every covered step', async () => {
    const source = new SimulatedDisk();
    const bot = openOn(sharing(source));
    let now = Date.now();
    for (let round = 0; round < 4; round += 1) {
      runSteps(bot, 9);
      bot.checkpoint('test');
      now += 1000;
      await backUp(source, place, { keep: 3, now: () => now });
    }
    runSteps(bot, 5);
    const directoryId = idOf(source);
    const ship = { place, disks: sharing(source), directoryId, now: Date.now, warn: assert.fail };
    assert.equal(await shipAll(new Shipper(ship)), 5);
    const [covered] = await coverageOf(place, directoryId);
    assert.deepEqual(covered?.spans, [{ firstSeq: 18, lastSeq: 41 }]);
    for (const seq of [18, 26, 27, 36, 39, 41]) {
      const { store: restored } = await restoreTo(place, directoryId, seq);
      assert.equal(hashOf(restored.states), expectedAt(seq), `step ${seq}`);
    }
    for (const { name: object } of await place.list(`${directoryId}/objects`))
      await store.put(`${prefix}/${directoryId}/objects/${object}`, Buffer.from('rot'));
    await assert.rejects(planFor(place, directoryId, 41), { exitCode: 65, message: /is damaged/ });
  });

  it('what it refuses is one line with a remedy, and no secret in it', async () => {
    const wrong = { name: 'Fault', exitCode: 64 };
    await assert.rejects((await open(`s3://${bucket}-none/x`)).list(''), {
      ...wrong,
      message: /refuses \(NoSuchBucket\)/,
    });
    const dead = { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    await assert.rejects((await open(name, dead)).list(''), { name: 'Fault', exitCode: 69 });
    const key = process.env['AWS_SECRET_ACCESS_KEY'];
    process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong-secret';
    try {
      await assert.rejects((await open(name)).list(''), error => {
        assert.ok(!JSON.stringify(error).includes('wrong-secret'));
        assert.equal((error as { exitCode: number }).exitCode, 64);
        return true;
      });
    } finally {
      process.env['AWS_SECRET_ACCESS_KEY'] = key;
    }
  });
});
