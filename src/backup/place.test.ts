import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FakeStore } from '../../test/fake-store.ts';
import { SimulatedDisk } from '../../test/simulated-disk.ts';
import { realDisk } from '../state/disk.ts';
import { folderPlace } from './folder-place.ts';
import { objectPlace } from './object-store.ts';
import { openPlace } from './open-place.ts';
import type { BackupPlace } from './place.ts';
import { storeFault } from './s3-fault.ts';

const root = mkdtempSync(path.join(tmpdir(), 'holdfast-place-'));
after(() => rmSync(root, { recursive: true }));

const PLACES: Readonly<Record<string, () => BackupPlace>> = {
  'a folder': () => folderPlace(realDisk(mkdtempSync(path.join(root, 'f-')))),
  'a folder in memory': () => folderPlace(new SimulatedDisk()),
  'a store': () => objectPlace(new FakeStore(), { bucket: 'b', prefix: 'p/q' }),
  'a store without a prefix': () => objectPlace(new FakeStore(), { bucket: 'b', prefix: '' }),
};

for (const [what, make] of Object.entries(PLACES))
  describe(`${what} as a backup place`, () => {
    it('gives back what was put, and the newest of it', async () => {
      const place = make();
      assert.equal(await place.get('a/b/c.zst', 10), null);
      await place.put('a/b/c.zst', Buffer.from('one'));
      await place.put('a/b/c.zst', Buffer.from('other'));
      assert.equal(Buffer.from((await place.get('a/b/c.zst', 5)) ?? []).toString(), 'other');
    });

    it('lists what stands right in a folder, folders with a slash', async () => {
      const place = make();
      for (const name of ['a/b/c', 'a/b/d', 'a/e', 'f']) await place.put(name, Buffer.from(name));
      const names = async (folder: string) => (await place.list(folder)).map(({ name }) => name);
      assert.deepEqual(await names('a/b'), ['c', 'd']);
      assert.deepEqual((await names('a')).sort(), ['b/', 'e']);
      assert.deepEqual((await names('')).sort(), ['a/', 'f']);
      assert.deepEqual(await names('nothing'), []);
      assert.equal((await place.list('a/b'))[0]?.bytes, 5);
    });

    it('reads nothing that is larger than allowed', async () => {
      const place = make();
      await place.put('a/b', Buffer.from('123456'));
      await assert.rejects(place.get('a/b', 5), { exitCode: 65, message: /a\/b is too large \(6/ });
    });

    it('removes, also what is not there', async () => {
      const place = make();
      await place.put('a/b', Buffer.from('1'));
      await place.remove('a/b');
      await place.remove('a/b');
      assert.equal(await place.get('a/b', 5), null);
    });
  });

describe('a large object', () => {
  const bytes = Buffer.from(Array.from({ length: 23 }, (_, index) => index));
  const placeOn = (store: FakeStore) =>
    objectPlace(store, { bucket: 'b', prefix: 'p', partBytes: 5 });

  it('goes on behind the parts that are there, at whatever request it was cut', async () => {
    const whole = new FakeStore();
    await placeOn(whole).put('x', bytes);
    for (let failAt = 1; failAt <= whole.asked.length; failAt += 1) {
      const store = Object.assign(new FakeStore(), { failAt });
      await assert.rejects(placeOn(store).put('x', bytes));
      const there = [...store.begun.values()].reduce((sum, { parts }) => sum + parts.size, 0);
      const isDone = store.objects.has('p/x');
      store.failAt = Number.POSITIVE_INFINITY;
      store.asked.length = 0;
      await placeOn(store).put('x', bytes);
      assert.deepEqual(store.objects.get('p/x'), Uint8Array.from(bytes));
      const sent = store.asked.filter(line => line.startsWith('part ')).length;
      assert.equal(sent, isDone ? 5 : 5 - there, `cut at ${failAt}`);
      assert.equal(store.begun.size, 0);
    }
  });

  it('sends a part again that is there and damaged', async () => {
    const store = new FakeStore();
    const upload = await store.beginUpload('p/x');
    for (const [number, text] of [
      [1, 'wrong'],
      [2, 'short'],
    ] as const)
      await store.putPart({ key: 'p/x', upload, number, bytes: Buffer.from(text) });
    await placeOn(store).put('x', bytes);
    assert.deepEqual(store.objects.get('p/x'), Uint8Array.from(bytes));
  });

  it('that reads back other than it was sent is told of', async () => {
    const store = new FakeStore();
    store.put = async key => void store.objects.set(key, Buffer.from('rot'));
    await assert.rejects(placeOn(store).put('y', Buffer.from('abc')), {
      exitCode: 74,
      message: 's3://b/p/y reads back other than it was written',
    });
  });
});

describe('the name of a place', () => {
  const open = (named: string, isSource = false) =>
    openPlace(named, { env: {}, directory: path.join(root, 'models'), isSource });

  it('is refused in one line where it is none', async () => {
    writeFileSync(path.join(root, 'file'), '');
    for (const [named, why] of [
      [path.join(root, 'models'), /lies in the state directory itself/],
      [path.join(root, 'models/backups'), /lies in the state directory itself/],
      [path.join(root, 'file'), /is no folder/],
      [path.join(root, 'not/there'), /there is no folder/],
      ['ftp://host/path', /is no place for backups/],
      ['s3://KEY:MARKER@bucket/p', /^(?!.*MARKER).*must not hold a key/],
      ['https://KEY:MARKER@host/b', /^(?!.*MARKER).*must not hold a key/],
      ['s3://', /is no place for backups/],
      ['s3://bucket/a/../b', /is no place for backups/],
    ] as const)
      await assert.rejects(open(named), { exitCode: 64, message: why }, named);
  });

  it('may be a new folder to write to, and not to read from', async () => {
    assert.equal((await open(path.join(root, 'new'))).name, path.join(root, 'new'));
    await assert.rejects(open(path.join(root, 'new'), true), { exitCode: 64 });
  });

  it('links inside a folder are not followed', async () => {
    mkdirSync(path.join(root, 'linked'));
    symlinkSync('/etc', path.join(root, 'linked/a'));
    const place = await open(path.join(root, 'linked'));
    await assert.rejects(place.get('a/passwd', 1e6), { exitCode: 65, message: /symbolic link/ });
  });
});

describe('what a store refuses', () => {
  const told = (name: string, status?: number, message = 'planted') =>
    storeFault(
      's3://b',
      Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } }),
    );

  it('is a matter of the config, or of the store, and never repeats what the store said', () => {
    for (const [name, status, exitCode] of [
      ['NoSuchBucket', 404, 64],
      ['AccessDenied', 403, 64],
      ['SignatureDoesNotMatch', 403, 64],
      ['CredentialsProviderError', undefined, 64],
      ['SlowDown', 503, 69],
      ['InternalError', 500, 69],
      ['TimeoutError', undefined, 69],
      ['RequestTimeout', 408, 69],
      ['Unknown', 400, 64],
      ['Unknown', 302, 64],
      ['SyntaxError', 200, 64],
      // A store that began its answer before it failed.
      ['InternalError', 200, 69],
    ] as const) {
      const fault = told(name, status) as { exitCode: number; message: string; remedy: string };
      assert.equal(fault.exitCode, exitCode, name);
      assert.ok(!`${fault.message}${fault.remedy}`.includes('planted'), name);
    }
  });

  it('is the config where the network says that nobody is there who could be meant', () => {
    for (const [code, exitCode] of [
      ['ENOTFOUND', 64],
      ['EPROTO', 64],
      ['HPE_INVALID_CONSTANT', 64],
      ['CERT_HAS_EXPIRED', 64],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 64],
      ['EAI_AGAIN', 69],
      ['ECONNREFUSED', 69],
      ['ECONNRESET', 69],
      ['ETIMEDOUT', 69],
    ] as const) {
      const fault = storeFault('s3://b', Object.assign(new Error('planted'), { code }));
      const { exitCode: told, remedy } = fault as { exitCode: number; remedy: string };
      assert.equal(told, exitCode, code);
      // A machine whose resolver is down may hear the same of a right name.
      assert.equal(/its own resolver .* is down/.test(remedy), code === 'ENOTFOUND', code);
    }
  });
});

describe('a store of which the settings are wrong', () => {
  const page = createServer((_, answer) => answer.end('<html><body>Welcome</body></html>'));
  const saved = { ...process.env };
  before(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'MARKER', AWS_SECRET_ACCESS_KEY: 'MARKER' });
    await once(page.listen(0, '127.0.0.1'), 'listening');
  });
  after(() => {
    page.close();
    process.env = saved;
  });

  for (const [what, env, message] of [
    ['no address', { AWS_ENDPOINT_URL: 'minio.local' }, /speaks S3 .*\(ERR_INVALID_URL\)/],
    ['another protocol', { AWS_ENDPOINT_URL: 'ftp://host' }, /speaks S3 .*\(EndpointError\)/],
    ['a web page', { AWS_ENDPOINT_URL: 'PAGE' }, /speaks S3 .*\(no list\)/],
    ['no region', { AWS_REGION: 'not a region' }, /refuses \(the region\)/],
  ] as const)
    it(`is a matter of the config (64): ${what}`, async () => {
      const { port } = page.address() as AddressInfo;
      const given = Object.entries(env).map(([name, value]) => [
        name,
        value === 'PAGE' ? `http://127.0.0.1:${port}` : value,
      ]);
      const options = { env: Object.fromEntries(given), directory: root, isSource: true };
      const place = await openPlace('s3://bucket/p', options);
      const refusal = { exitCode: 64, message, remedy: /AWS_(ENDPOINT_URL|REGION)/ };
      await assert.rejects(place.list(''), refusal);
    });
});
