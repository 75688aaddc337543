import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Bug } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from './disk.ts';

const faultOf = (exitCode: number, text: RegExp) => (error: unknown) =>
  error instanceof Fault && error.exitCode === exitCode && text.test(error.message);

describe('the real disk', () => {
  let root = '';
  beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), 'holdfast-disk-'));
  });
  afterEach(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });

  it('writes, lists, reads, renames, links and removes', () => {
    const disk = realDisk(root);
    disk.makeFolder('one/two');
    const file = disk.create('one/two/x');
    file.write(Buffer.from('abc'));
    file.sync();
    assert.equal(file.size(), 3);
    disk.rename('one/two/x', 'one/y');
    disk.link('one/y', 'one/z');
    disk.link('one/y', 'one/z');
    assert.deepEqual(disk.list('one'), ['two', 'y', 'z']);
    assert.equal(Buffer.from(disk.read('one/z') ?? []).toString(), 'abc');
    assert.equal(disk.stat('one')?.directory, true);
    assert.equal(disk.stat('one/y')?.bytes, 3);
    for (const name of ['one/y', 'one/z', 'one/z']) disk.remove(name);
    assert.equal(file.size(), -1);
    file.close();
    disk.removeFolder('one');
    disk.removeFolder('one/two');
    assert.deepEqual(disk.list('one'), []);
    disk.syncFolder('one');
  });

  it('what is absent is null or empty', () => {
    const disk = realDisk(path.join(root, 'nowhere'));
    assert.equal(disk.read('x'), null);
    assert.equal(disk.stat('x'), null);
    assert.deepEqual(disk.list(''), []);
    assert.deepEqual(disk.list('folder'), []);
  });

  it('creates its own root', () => {
    const disk = realDisk(path.join(root, 'a', 'b'));
    disk.makeFolder('');
    assert.equal(fs.statSync(path.join(root, 'a', 'b')).isDirectory(), true);
  });

  it('syncs the folder above its root, although another process made that', context => {
    if (!fs.existsSync('/proc/self/fd')) return context.skip('no /proc here to see what is synced');
    const synced: string[] = [];
    const { fsyncSync } = fs;
    context.mock.method(fs, 'fsyncSync', (handle: number) => {
      synced.push(fs.readlinkSync(`/proc/self/fd/${handle}`));
      fsyncSync(handle);
    });
    const parent = fs.realpathSync(root);
    fs.mkdirSync(path.join(root, 'killed'));
    realDisk(path.join(root, 'killed')).makeFolder('');
    assert.deepEqual(synced, [parent]);
  });

  it('takes a link to its root for the root, and follows none inside', () => {
    fs.mkdirSync(path.join(root, 'real'));
    fs.symlinkSync('real', path.join(root, 'link'));
    for (const name of ['link', 'link/new']) {
      const disk = realDisk(path.join(root, name));
      disk.makeFolder('inner');
      disk.syncFolder('');
    }
    assert.equal(fs.statSync(path.join(root, 'real/new/inner')).isDirectory(), true);
  });

  it('says why a root cannot be made, and never tries for ever', () => {
    fs.writeFileSync(path.join(root, 'file'), '');
    assert.throws(
      () => realDisk(path.join(root, 'file/new')).makeFolder(''),
      faultOf(EXIT.disk, /a file stands where a folder belongs/),
    );
    if (fs.existsSync('/proc/self'))
      assert.throws(() => realDisk('/proc/holdfast').makeFolder(''), faultOf(EXIT.disk, /cannot/));
  });

  it('appends to what is there', () => {
    const disk = realDisk(root);
    fs.writeFileSync(path.join(root, 'x'), 'one');
    const file = disk.append('x');
    file.write(Buffer.from('two'));
    file.close();
    assert.equal(fs.readFileSync(path.join(root, 'x'), 'utf8'), 'onetwo');
  });

  it('never leaves its root', () => {
    const disk = realDisk(root);
    for (const bad of ['../x', 'a/../../x', '/etc/passwd', './x', 'a//b'])
      assert.throws(() => disk.read(bad), Bug, bad);
  });

  it('follows no link, neither as a file nor as a folder', () => {
    const disk = realDisk(root);
    fs.symlinkSync('/etc/hostname', path.join(root, 'link'));
    fs.symlinkSync('/etc', path.join(root, 'folder'));
    for (const run of [
      () => disk.read('link'),
      () => disk.stat('link'),
      () => disk.append('link'),
      () => disk.read('folder/hostname'),
      () => disk.list('folder'),
    ])
      assert.throws(run, faultOf(EXIT.corrupt, /symbolic link/));
  });

  it('a folder in the place of a file, and a file in the place of a folder, are corrupt', () => {
    const disk = realDisk(root);
    fs.mkdirSync(path.join(root, 'folder'));
    fs.writeFileSync(path.join(root, 'file'), '');
    assert.throws(() => disk.read('folder'), faultOf(EXIT.corrupt, /not a file/));
    assert.throws(() => disk.list('file'), faultOf(EXIT.corrupt, /not a folder/));
    assert.throws(() => disk.read('file/x'), faultOf(EXIT.corrupt, /not a folder/));
  });

  it('refuses to open the lock file', () => {
    const disk = realDisk(root);
    fs.writeFileSync(path.join(root, 'lock'), '');
    assert.throws(() => disk.read('lock'), Bug);
    assert.throws(() => disk.syncFile('lock'), Bug);
    assert.throws(() => disk.append('lock'), Bug);
  });

  it('after one failed change every later change is the same fault, and reading goes on', () => {
    const disk = realDisk(root);
    disk.create('kept').close();
    assert.throws(() => disk.rename('absent', 'x'), faultOf(EXIT.disk, /cannot rename/));
    const first = /cannot rename to .*x: it is gone \(ENOENT\)/;
    assert.throws(() => disk.create('y'), faultOf(EXIT.disk, first));
    assert.throws(() => disk.syncFolder(''), faultOf(EXIT.disk, first));
    assert.deepEqual(disk.list(''), ['kept']);
    realDisk(root).create('y').close();
  });

  it('a file in the way is told, and does not poison', () => {
    const disk = realDisk(root);
    disk.create('x').close();
    assert.throws(() => disk.create('x'), faultOf(EXIT.disk, /EEXIST/));
    disk.create('y').close();
  });

  it('a full disk is told in plain words with a remedy', {
    skip: !fs.existsSync('/dev/full'),
  }, () => {
    const disk = realDisk('/dev');
    const file = disk.append('full');
    const check = (error: unknown) =>
      faultOf(EXIT.disk, /cannot write \/dev\/full: disk full \(ENOSPC\)/)(error) &&
      /free some space/.test((error as Fault).remedy);
    assert.throws(() => file.write(Buffer.from('x')), check);
    assert.throws(() => file.sync(), check);
    file.close();
  });
});
