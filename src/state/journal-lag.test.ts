import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { journalOf, newDisks, oneDisk, segmentName } from '../../test/journal-fixture.ts';
import { secondCopyLag } from './journal-lag.ts';

const read = (disk: { read(path: string): Uint8Array | null }, path: string): Buffer =>
  Buffer.from(disk.read(path) ?? assert.fail(path));

describe('the lag of the second copy', () => {
  it('is nothing where both are as long, in one folder and in two', () => {
    for (const disks of [newDisks(), oneDisk()]) {
      assert.equal(secondCopyLag(disks), null, 'no journal');
      journalOf(disks, 3, 4);
      assert.deepEqual(secondCopyLag(disks), { steps: 0, bytes: 0 });
    }
  });

  it('is the lines that the second copy has not, and their bytes', () => {
    for (const disks of [newDisks(), oneDisk()]) {
      journalOf(disks, 3, 4);
      const path = segmentName(4, 'b');
      const whole = read(disks.b, path);
      const cut = whole.subarray(0, whole.lastIndexOf('\n', whole.length - 2) + 1);
      const twice = cut.subarray(0, cut.lastIndexOf('\n', cut.length - 2) + 1);
      for (const [steps, bytes] of [cut, twice].entries()) {
        disks.b.tamper(path, () => bytes);
        const lag = { steps: steps + 1, bytes: whole.length - bytes.length };
        assert.deepEqual(secondCopyLag(disks), lag);
      }
      disks.b.tamper(path, () => Buffer.concat([whole, whole]));
      assert.deepEqual(secondCopyLag(disks), { steps: 0, bytes: 0 }, 'longer is not behind');
    }
  });

  it('counts segments that it has not even begun, and no head as a step', () => {
    const disks = newDisks();
    journalOf(disks, 3, 4, 2);
    const sizes = [4, 8].map(first => read(disks.a, segmentName(first, 'a')).length);
    disks.b.lose(segmentName(8, 'b'));
    assert.deepEqual(secondCopyLag(disks), { steps: 2, bytes: sizes[1] });
    disks.b.lose(segmentName(4, 'b'));
    assert.deepEqual(secondCopyLag(disks), { steps: 6, bytes: (sizes[0] ?? 0) + (sizes[1] ?? 0) });
    disks.b.lose(segmentName(1, 'b'));
    assert.equal(secondCopyLag(disks)?.steps, 9, 'a mirror that holds nothing');
  });

  it('counts one that was lost in the middle', () => {
    const disks = newDisks();
    journalOf(disks, 3, 4, 2);
    const { length } = read(disks.a, segmentName(4, 'a'));
    disks.b.lose(segmentName(4, 'b'));
    assert.deepEqual(secondCopyLag(disks), { steps: 4, bytes: length });
  });
});
