import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  checkRepaired,
  journalOf,
  newDisks,
  type SimulatedDisks,
  segmentName,
} from '../../test/journal-fixture.ts';
import { must } from '../base/assert.ts';
import { EXIT, Fault } from '../base/fault.ts';
import { encodeHead, FORMAT, GENESIS_HASH } from './frame.ts';
import { compressSealed, scanJournal } from './journal.ts';

const COPIES = ['a', 'b'] as const;
const LAST = 6;

/** Two segments, steps 1–3 and 4–6. */
function fresh(): SimulatedDisks {
  const disks = newDisks();
  journalOf(disks, 3, 3);
  return disks;
}

const sizeOf = (disks: SimulatedDisks, first: number): number =>
  must(disks.a.stat(segmentName(first, 'a')), 'segment').bytes;

/** Offsets at which lines of a segment end. */
function lineEnds(disks: SimulatedDisks, first: number): number[] {
  const bytes = disks.a.read(segmentName(first, 'a')) ?? [];
  return [...bytes.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []));
}

const refused = (text: RegExp) => (error: unknown) =>
  error instanceof Fault && error.exitCode === EXIT.corrupt && text.test(error.message);

const flip =
  (at: number, bit = at % 8) =>
  (data: Buffer) => {
    data[at] = data[at]! ^ (1 << bit);
    return data;
  };

describe('damage in one copy', () => {
  it('a file cut at any byte is completed from the other copy', () => {
    for (const first of [1, 4])
      for (const copy of COPIES)
        for (let length = 0; length < sizeOf(fresh(), first); length += 1) {
          const disks = fresh();
          disks[copy].tamper(segmentName(first, copy), data => data.subarray(0, length));
          const scan = checkRepaired(disks, LAST);
          assert.equal(scan.repairs.length, 1, `${copy} cut to ${length}`);
        }
  });

  it('a flipped bit at any byte is repaired, and the damaged file is kept', () => {
    for (const first of [1, 4])
      for (const copy of COPIES)
        for (let at = 0; at < sizeOf(fresh(), first); at += 1) {
          const disks = fresh();
          disks[copy].tamper(segmentName(first, copy), flip(at));
          const damaged = disks[copy].read(segmentName(first, copy));
          const scan = checkRepaired(disks, LAST);
          assert.deepEqual(
            scan.repairs.map(repair => repair.kind),
            ['damage'],
            `${copy} ${at}`,
          );
          const kept = `quarantine/0001-${segmentName(first, copy).slice(8)}`;
          assert.deepEqual(disks[copy].read(kept), damaged);
        }
  });

  it('a flipped bit at any byte of a packed segment is repaired', () => {
    const packed = `${segmentName(1, 'a')}.zst`;
    const make = () => {
      const disks = fresh();
      compressSealed(disks, LAST);
      return disks;
    };
    for (let at = 0; at < must(make().a.stat(packed), 'packed').bytes; at += 1) {
      const disks = make();
      disks.a.tamper(packed, flip(at));
      const scan = checkRepaired(disks, LAST);
      assert.deepEqual(
        scan.repairs.map(repair => repair.kind),
        ['damage'],
        `byte ${at}`,
      );
    }
  });

  it('bytes put in, taken out, doubled or blanked anywhere are repaired', () => {
    const changes: ((data: Buffer, at: number) => Uint8Array)[] = [
      (data, at) => Buffer.concat([data.subarray(0, at), Buffer.from('x\n'), data.subarray(at)]),
      (data, at) => Buffer.concat([data.subarray(0, at), data.subarray(at + 5)]),
      (data, at) => Buffer.concat([data.subarray(0, at), data.subarray(at / 2)]),
      (data, at) => data.fill(0, at, Math.min(at + 64, data.length)),
      (data, at) => Buffer.concat([data.subarray(0, at), data]),
    ];
    for (const first of [1, 4])
      for (const change of changes)
        for (let at = 0; at < sizeOf(fresh(), first); at += 13) {
          const disks = fresh();
          disks.b.tamper(segmentName(first, 'b'), data => change(data, at));
          checkRepaired(disks, LAST);
        }
  });

  it('a copy that is gone, file by file or the whole mirror, is made again', () => {
    const disks = fresh();
    disks.a.lose(segmentName(1, 'a'));
    for (const first of [4]) disks.b.lose(segmentName(first, 'b'));
    assert.deepEqual(
      checkRepaired(disks, LAST).repairs.map(repair => repair.what),
      ['is missing', 'is missing'],
    );
    const { a } = fresh();
    checkRepaired({ a, b: newDisks().b }, LAST);
    const { b } = fresh();
    checkRepaired({ a: newDisks().a, b }, LAST);
  });
});

describe('damage in both copies', () => {
  it('at different steps is repaired, each from the other', () => {
    const disks = fresh();
    const [, first = 0, second = 0] = lineEnds(disks, 4);
    disks.a.tamper(segmentName(4, 'a'), flip(first - 5));
    disks.b.tamper(segmentName(4, 'b'), flip(second - 5));
    checkRepaired(disks, LAST);
  });

  it('at the same step, with a good one behind it, is refused with files and step named', () => {
    for (const first of [1, 4]) {
      const disks = fresh();
      const at = lineEnds(disks, first)[1]! - 5;
      for (const copy of COPIES) disks[copy].tamper(segmentName(first, copy), flip(at));
      const message = new RegExp(
        `step ${first} is damaged in both copies and step ${first + 1} stands behind it.*` +
          `/a/${segmentName(first, 'a')} and /b/${segmentName(first, 'b')}`,
      );
      assert.throws(() => scanJournal(disks), refused(message));
    }
  });

  it('at the last step of a segment that another one continues is refused', () => {
    const disks = fresh();
    for (const copy of COPIES)
      disks[copy].tamper(segmentName(1, copy), data => data.subarray(0, data.length - 3));
    assert.throws(() => scanJournal(disks), refused(/steps 3 to 3 are missing in both copies/));
  });

  it('both newest files cut at any byte leave every step before the cut', () => {
    const ends = lineEnds(fresh(), 4);
    for (let length = 0; length < sizeOf(fresh(), 4); length += 1) {
      const disks = fresh();
      for (const copy of COPIES)
        disks[copy].tamper(segmentName(4, copy), data => data.subarray(0, length));
      const whole = ends.filter(end => end <= length).length;
      const scan = checkRepaired(disks, 3 + Math.max(0, whole - 1));
      const isClean = ends.includes(length);
      // Copy b is written after copy a: no crash leaves half a step in both.
      assert.equal(
        scan.repairs.some(repair => repair.kind === 'damage'),
        !isClean,
        `${length}`,
      );
    }
  });

  it('a torn end is cut from both, and its bytes are kept', () => {
    const disks = fresh();
    for (const copy of COPIES)
      disks[copy].tamper(segmentName(4, copy), data => data.subarray(0, data.length - 10));
    const { tornBytes } = checkRepaired(disks, LAST - 1);
    const kept = disks.a.read(`quarantine/0001-${segmentName(4, 'a').slice(8)}.tail`);
    assert.equal(kept?.length, tornBytes);
    assert.ok(tornBytes > 0);
  });

  it('a segment that is gone in both copies is refused with its steps named', () => {
    const disks = newDisks();
    journalOf(disks, 2, 2, 2);
    for (const copy of COPIES) disks[copy].lose(segmentName(3, copy));
    assert.throws(() => scanJournal(disks), refused(/steps 3 to 4 are missing in both copies/));
  });

  it('both heads damaged before steps are refused', () => {
    const disks = fresh();
    for (const copy of COPIES) disks[copy].tamper(segmentName(4, copy), flip(60));
    assert.throws(() => scanJournal(disks), refused(/the head is damaged in both copies/));
  });
});

describe('what belongs somewhere else', () => {
  it('the mirror of another directory is refused, not overwritten', () => {
    const { a } = fresh();
    const other = newDisks();
    const head = { format: FORMAT, directory: 'other', first: 1, continues: GENESIS_HASH };
    other.b.makeFolder('journal');
    const file = other.b.create(segmentName(1, 'b'));
    file.write(encodeHead({ ...head, manifest: null }).bytes);
    assert.throws(() => scanJournal({ a, b: other.b }), refused(/different histories/));
  });

  it('a segment that does not continue the one before is refused', () => {
    const disks = fresh();
    const head = { format: FORMAT, directory: 'd-1', first: 7, continues: 'ab'.repeat(16) };
    for (const copy of COPIES) {
      const file = disks[copy].create(segmentName(7, copy));
      file.write(encodeHead({ ...head, manifest: null }).bytes);
    }
    assert.throws(() => scanJournal(disks), refused(/does not continue step 6/));
  });

  it('a segment of a newer release is refused, never guessed at', () => {
    const disks = newDisks();
    const head = { format: FORMAT + 1, directory: 'd', first: 1, continues: GENESIS_HASH };
    disks.a.makeFolder('journal');
    disks.a.create(segmentName(1, 'a')).write(encodeHead({ ...head, manifest: null }).bytes);
    assert.throws(() => scanJournal(disks), refused(/newer Holdfast/));
  });

  it('a copy that holds the content of another segment is repaired from its twin', () => {
    for (const copy of COPIES)
      for (const from of COPIES) {
        const disks = fresh();
        const content = must(disks[from].read(segmentName(4, from)), 'segment');
        disks[copy].tamper(segmentName(1, copy), () => content);
        checkRepaired(disks, LAST);
      }
  });

  it('files of other names in the folder are left alone', () => {
    const disks = fresh();
    disks.a.create('journal/README').close();
    checkRepaired(disks, LAST);
    assert.ok(disks.a.list('journal').includes('README'));
  });
});
