import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Machine, SimulatedDisk } from '../../test/simulated-disk.ts';
import { NOTES_FILE_BYTES_MAX } from '../base/limits.ts';
import { BALLAST_BYTES, BALLAST_FILE, makeBallast } from './ballast.ts';
import { appendNote, lastNote, NOTES_FILE, NOTES_FILE_BEFORE, readNotes } from './notes.ts';
import { quarantine, quarantineBytes, quarantineCopy } from './quarantine.ts';

const note = (what: string, more: object = {}) => ({
  at: '2026-01-01T00:00:00.000Z',
  what,
  ...more,
});

const whats = (disk: SimulatedDisk, last = 100) =>
  readNotes(disk, { last }).map(entry => entry.what);

describe('notes', () => {
  it('are read in the order they were written, the last ones on request', () => {
    const disk = new SimulatedDisk();
    assert.deepEqual(whats(disk), []);
    for (const what of ['started', 'checkpoint', 'stopped']) appendNote(disk, note(what));
    assert.deepEqual(whats(disk), ['started', 'checkpoint', 'stopped']);
    assert.deepEqual(whats(disk, 2), ['checkpoint', 'stopped']);
    assert.deepEqual(whats(disk, 0), []);
  });

  it('pass over a torn line, and the one after it is whole', () => {
    const disk = new SimulatedDisk();
    appendNote(disk, note('started'));
    disk.tamper(NOTES_FILE, data => Buffer.concat([data, Buffer.from('{"at":"20')]));
    assert.deepEqual(whats(disk), ['started']);
    appendNote(disk, note('stopped'));
    assert.deepEqual(whats(disk), ['started', 'stopped']);
  });

  it('stay within two files of a bounded size', () => {
    const disk = new SimulatedDisk();
    const text = 'x'.repeat(200_000);
    for (let count = 1; count <= 20; count += 1) appendNote(disk, note(`n${count}`, { text }));
    assert.deepEqual(disk.list(''), [NOTES_FILE_BEFORE, NOTES_FILE]);
    for (const file of disk.list(''))
      assert.ok((disk.stat(file)?.bytes ?? 0) <= NOTES_FILE_BYTES_MAX);
    assert.equal(whats(disk).at(-1), 'n20');
    assert.ok(whats(disk).length >= 5);
  });

  it('the last one is written on a disk that just failed, in place of the ballast', () => {
    const machine = new Machine();
    const disk = new SimulatedDisk(machine);
    makeBallast(disk);
    makeBallast(disk);
    assert.equal(disk.stat(BALLAST_FILE)?.bytes, BALLAST_BYTES);
    machine.failAt = machine.operations + 1;
    machine.failCode = 'ENOSPC';
    assert.throws(() => appendNote(disk, note('checkpoint')), /disk full \(ENOSPC\)/);
    assert.throws(() => appendNote(disk, note('checkpoint')), /disk full \(ENOSPC\)/);
    const reopened = disk.kill();
    assert.equal(
      lastNote(disk, note('stopped'), () => reopened),
      true,
    );
    assert.deepEqual(whats(reopened), ['stopped']);
    assert.equal(reopened.stat(BALLAST_FILE), null);
  });

  it('the last one never throws', () => {
    const failing = () => {
      throw new Error('no such place');
    };
    assert.equal(lastNote(new SimulatedDisk(), note('stopped'), failing), false);
  });
});

describe('the quarantine', () => {
  it('numbers what it keeps and never replaces anything', () => {
    const disk = new SimulatedDisk();
    for (const text of ['one', 'two']) {
      const file = disk.create('q_table.json');
      file.write(Buffer.from(text));
      file.sync();
      quarantine(disk, 'q_table.json');
    }
    quarantineBytes(disk, 'tail', Buffer.from('three'));
    disk.create('kept').close();
    assert.equal(quarantineCopy(disk, 'kept'), 'quarantine/0004-kept');
    assert.deepEqual(disk.list('quarantine'), [
      '0001-q_table.json',
      '0002-q_table.json',
      '0003-tail',
      '0004-kept',
    ]);
    assert.equal(Buffer.from(disk.read('quarantine/0002-q_table.json') ?? []).toString(), 'two');
    assert.deepEqual(disk.list(''), ['kept', 'quarantine']);
  });
});
