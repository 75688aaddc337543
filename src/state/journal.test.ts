import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import {
  checkRepaired,
  checkSteps,
  DIRECTORY,
  factText,
  journalOf,
  newDisks,
  oneDisk,
  restart,
  segmentName,
} from '../../test/journal-fixture.ts';
import { Bug } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { realDisk } from './disk.ts';
import {
  compressSealed,
  GENESIS_HASH,
  JournalWriter,
  pruneJournal,
  repairJournal,
  scanJournal,
} from './journal.ts';

const faultOf = (exitCode: number, text: RegExp) => (error: unknown) =>
  error instanceof Fault && error.exitCode === exitCode && text.test(error.message);

describe('the journal', () => {
  it('of an empty directory is empty, and nothing is wrong with it', () => {
    const scan = scanJournal(newDisks());
    assert.deepEqual([scan.first, scan.last, scan.lastHash], [1, 0, GENESIS_HASH]);
    assert.deepEqual([scan.repairs, scan.heads, [...scan.steps()]], [[], [], []]);
  });

  for (const [where, make] of [
    ['two disks', newDisks],
    ['one disk', oneDisk],
  ] as const)
    it(`reads back every step of every segment, on ${where}`, () => {
      const disks = make();
      journalOf(disks, 3, 1, 4);
      const scan = scanJournal(disks);
      checkSteps(scan);
      assert.equal(scan.last, 8);
      assert.deepEqual(scan.repairs, []);
      assert.deepEqual(
        scan.heads.map(head => head.first),
        [1, 4, 5],
      );
      assert.deepEqual(
        scan.heads.map(head => head.manifest),
        [null, { index: 1 }, { index: 2 }],
      );
      assert.equal(disks.a.list('journal').length, make === oneDisk ? 6 : 3);
    });

  it('lives on the real disk, where jq can read it', () => {
    const root = fs.mkdtempSync(path.join(os.tmpdir(), 'holdfast-journal-'));
    try {
      const disks = { a: realDisk(`${root}/models`), b: realDisk(`${root}/mirror`) };
      journalOf(disks, 3, 2);
      compressSealed(disks, 4);
      fs.truncateSync(`${root}/mirror/${segmentName(4, 'b')}`, 250);
      checkRepaired(disks, 5);
      restart(disks).close();
      const text = fs.readFileSync(`${root}/models/${segmentName(4, 'a')}`, 'utf8');
      const seqs = text
        .trimEnd()
        .split('\n')
        .map(line => (JSON.parse(line) as { seq?: number }).seq);
      assert.deepEqual(seqs, [undefined, 4, 5]);
    } finally {
      fs.rmSync(root, { recursive: true, force: true });
    }
  });

  it('reads from a given step on', () => {
    const disks = newDisks();
    journalOf(disks, 3, 3);
    assert.deepEqual(
      [...scanJournal(disks).steps(3)].map(step => step.seq),
      [3, 4, 5, 6],
    );
  });

  it('is read up to where the scan saw it, while its writer goes on', () => {
    const disks = newDisks();
    const writer = restart(disks);
    for (let seq = 1; seq <= 5; seq += 1) writer.append(seq, [factText(seq)]);
    const scan = scanJournal(disks);
    writer.append(6, [factText(6)]);
    const seen = [...scan.steps()].map(step => step.seq);
    writer.append(7, [factText(7)]);
    assert.deepEqual(seen, [1, 2, 3, 4, 5]);
    assert.deepEqual(
      [...scan.steps(4)].map(step => step.seq),
      [4, 5],
    );
    writer.close();
  });

  it('both copies are byte for byte the same', () => {
    const disks = newDisks();
    journalOf(disks, 5);
    assert.deepEqual(disks.a.read(segmentName(1, 'a')), disks.b.read(segmentName(1, 'b')));
  });

  it('a restart begins a new segment, and one after a restart that wrote nothing replaces it', () => {
    const disks = newDisks();
    journalOf(disks, 2);
    restart(disks).close();
    const writer = restart(disks);
    assert.deepEqual(disks.a.list('journal').length, 2);
    writer.append(3, [factText(3)]);
    writer.close();
    checkRepaired(disks, 3);
  });

  it('the chain does not depend on where segments begin', () => {
    const [one, two] = [newDisks(), newDisks()];
    journalOf(one, 6);
    journalOf(two, 2, 4);
    assert.equal(scanJournal(one).lastHash, scanJournal(two).lastHash);
  });

  it('a segment that holds steps is never replaced', () => {
    const disks = newDisks();
    journalOf(disks, 2);
    const start = { directory: DIRECTORY, first: 1, continues: GENESIS_HASH, manifest: null };
    assert.throws(() => JournalWriter.open(disks, start), Bug);
    checkRepaired(disks, 2);
  });

  it('a step out of turn is a bug', () => {
    const writer = restart(newDisks());
    assert.throws(() => writer.append(2, ['{}']), Bug);
  });

  it('gathered steps share one sync and are all there after it', () => {
    const disks = newDisks();
    const writer = restart(disks);
    const before = disks.a.machine.operations;
    for (let seq = 1; seq <= 50; seq += 1) writer.appendUnsynced(seq, [factText(seq)]);
    assert.equal(disks.a.machine.operations, before);
    writer.sync();
    assert.equal(disks.a.machine.operations, before + 4);
    assert.equal(scanJournal(disks).last, 50);
    assert.equal(writer.bytes, disks.a.stat(segmentName(1, 'a'))?.bytes);
  });

  it('copy a is durable before copy b is touched', () => {
    const disks = newDisks();
    const writer = restart(disks);
    const { machine } = disks.a;
    machine.killAt = machine.operations + 3;
    assert.throws(() => writer.append(1, [factText(1)]), /write journal\/000000000001\.b/);
  });
});

describe('a writer that', () => {
  it('finds its segment longer, shorter or replaced stops before it writes', () => {
    for (const copy of ['a', 'b'] as const)
      for (const change of [
        (data: Buffer) => data.subarray(0, data.length - 1),
        (data: Buffer) => Buffer.concat([data, Buffer.from('\n')]),
      ]) {
        const disks = newDisks();
        const writer = restart(disks);
        writer.append(1, [factText(1)]);
        disks[copy].tamper(segmentName(1, copy), change);
        const stopped = faultOf(EXIT.corrupt, /something else writes/);
        assert.throws(() => writer.append(2, [factText(2)]), stopped);
        assert.throws(() => writer.append(2, [factText(2)]), stopped);
        writer.close();
        checkRepaired(disks, 1);
      }
    const disks = newDisks();
    const writer = restart(disks);
    disks.b.lose(segmentName(1, 'b'));
    assert.throws(
      () => writer.append(1, [factText(1)]),
      faultOf(EXIT.corrupt, /removed or replaced/),
    );
  });

  it('fails once never writes again, and what was acknowledged is kept', () => {
    for (let operation = 1; operation <= 4; operation += 1)
      for (const code of ['EIO', 'ENOSPC']) {
        const disks = newDisks();
        const writer = restart(disks);
        writer.append(1, [factText(1)]);
        const { machine } = disks.a;
        machine.failAt = machine.operations + operation;
        machine.failCode = code;
        const failed = faultOf(EXIT.disk, new RegExp(code));
        assert.throws(() => writer.append(2, [factText(2)]), failed);
        const operations = machine.operations;
        assert.throws(() => writer.append(2, [factText(2)]), failed);
        assert.throws(() => writer.rotate(null), failed);
        writer.close();
        assert.equal(machine.operations, operations, 'nothing was tried again');
        const after = { a: disks.a.kill(), b: disks.b.kill() };
        const { last } = scanJournal(after);
        assert.ok(last === 1 || last === 2);
        checkRepaired(after, last);
      }
  });
});

describe('housekeeping', () => {
  it('packs sealed segments, and they read as before', () => {
    const disks = newDisks();
    journalOf(disks, 30, 30, 2);
    const saved = compressSealed(disks, 1000);
    assert.ok(saved > 0);
    assert.deepEqual(disks.b.list('journal'), [
      '000000000001.b.jsonl.zst',
      '000000000031.b.jsonl.zst',
      '000000000061.b.jsonl',
    ]);
    checkRepaired(disks, 62);
    assert.equal(compressSealed(disks, 1000), 0);
  });

  it('leaves a segment alone that holds a step which is still needed', () => {
    const disks = newDisks();
    journalOf(disks, 3, 3, 3);
    assert.equal(pruneJournal(disks, 6).length, 2);
    assert.equal(scanJournal(disks).first, 4);
    assert.equal(compressSealed(disks, 6), 0);
    checkRepaired(disks, 9);
  });

  it('never prunes the newest segment', () => {
    const disks = newDisks();
    journalOf(disks, 3, 3);
    assert.equal(pruneJournal(disks, 1000).length, 2);
    assert.deepEqual(pruneJournal(disks, 1000), []);
    assert.equal(scanJournal(disks).first, 4);
  });

  it('does not pack a damaged copy: that would only hide it', () => {
    const disks = newDisks();
    journalOf(disks, 3, 3);
    disks.a.tamper(segmentName(1, 'a'), data => data.fill(0, 300, 310));
    compressSealed(disks, 1000);
    assert.equal(disks.a.list('journal')[0], '000000000001.a.jsonl');
    repairJournal(disks, scanJournal(disks));
    const scan = scanJournal(disks);
    assert.deepEqual(scan.repairs, []);
    checkSteps(scan);
  });
});
