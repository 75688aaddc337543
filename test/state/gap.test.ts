/**
 * A journal that lacks lines: in one copy the other has them; in both, the start says how far back
 * accepting it goes, and at the operator's word no step is given up that the files and the other
 * lines still lead to.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT, Fault } from '../../src/base/fault.ts';
import { JOURNAL_GATHER_BYTES_MAX } from '../../src/base/limits.ts';
import { verifyDirectory } from '../../src/state/verify.ts';
import { SimulatedDisk } from '../simulated-disk.ts';
import { COMPONENTS, expectedAt, hashOf, openOn, runSteps } from './small-bot.ts';

const disksOf = (disk: SimulatedDisk) => ({ a: disk, b: disk });

/** Checkpoints at 10 and 20, and eight more steps: segments from 1, 11 and 21. */
function killed(): SimulatedDisk {
  const disk = new SimulatedDisk();
  const store = openOn(disksOf(disk));
  for (const steps of [10, 10]) {
    runSteps(store, steps);
    store.checkpoint('test');
  }
  runSteps(store, 8);
  return disk.kill();
}

const segmentsOf = (disk: SimulatedDisk, first: number): string[] =>
  disk
    .list('journal')
    .flatMap(name => (name.startsWith(`${first}`.padStart(12, '0')) ? [`journal/${name}`] : []));

/** Hard links share their content: a damaged name must not damage the other. */
function flip(disk: SimulatedDisk, path: string, at: (bytes: Buffer) => number): Buffer {
  const bytes = Buffer.from(disk.read(path) ?? []);
  const place = at(bytes);
  bytes[place]! ^= 0x11;
  disk.remove(path);
  const file = disk.create(path);
  file.write(bytes);
  file.sync();
  return bytes;
}

const middle = (bytes: Buffer): number => bytes.length >> 1;
const inStep = (seq: number) => (bytes: Buffer) => bytes.indexOf(`"seq":${seq}`) + 20;

function refusalOf(disk: SimulatedDisk): Fault {
  try {
    openOn(disksOf(disk));
  } catch (error) {
    assert.ok(error instanceof Fault && error.exitCode === EXIT.corrupt, String(error));
    return error;
  }
  throw assert.fail('it was opened');
}

/** Opens at the operator's word, and again; the report of the first. */
function accepted(disk: SimulatedDisk, seq: number) {
  const store = openOn(disksOf(disk), { acceptLoss: true });
  assert.deepEqual([store.seq, hashOf(store.states)], [seq, expectedAt(seq)]);
  runSteps(store, 3);
  const again = openOn(disksOf(disk.kill()));
  assert.deepEqual([again.seq, hashOf(again.states)], [seq + 3, expectedAt(seq + 3)]);
  assert.deepEqual([again.report.lost, again.report.repairs], [[], []]);
  again.close();
  assert.equal(verifyDirectory(disksOf(disk), COMPONENTS).damaged, false);
  return store;
}

const quarantined = (disk: SimulatedDisk): Buffer[] =>
  disk.list('quarantine').flatMap(name => Buffer.from(disk.read(`quarantine/${name}`) ?? []));

describe('a gap in the newest segment', () => {
  it('costs the steps from the gap on, and keeps the bytes of those', () => {
    const disk = killed();
    const damaged = segmentsOf(disk, 21).map(path => flip(disk, path, inStep(25)));
    assert.equal(damaged.length, 2);
    assert.match(refusalOf(disk).message, /step 25 is damaged in both copies and step 26 stands/);
    assert.match(refusalOf(disk).remedy, /--accept-loss \(it goes on from step 24\)$/);
    const { report, epoch } = accepted(disk, 24);
    assert.match(
      report.lost.join(),
      /^facts after step 24, if there were any: .*step 25 is damaged/,
    );
    assert.ok(epoch > 16, 'an epoch that the lost lines may have had is not used again');
    for (const step of [25, 26, 27, 28])
      assert.ok(
        quarantined(disk).some(bytes => bytes.includes(`"seq":${step}`)),
        `step ${step} is kept`,
      );
  });

  it('costs what it costs where the checkpoint is lost as well: nothing that leads up to it', () => {
    const disk = killed();
    for (const path of segmentsOf(disk, 21)) flip(disk, path, inStep(25));
    flip(disk, 'purse_state.json', middle);
    assert.match(refusalOf(disk).remedy, /\(it goes on from step 24\)$/);
    accepted(disk, 24);
  });
});

describe('a gap before the newest checkpoint', () => {
  it('costs nothing but the way back', () => {
    const disk = killed();
    const damaged = segmentsOf(disk, 11).map(path => flip(disk, path, middle));
    assert.equal(damaged.length, 2);
    assert.match(refusalOf(disk).remedy, /--accept-loss \(it goes on from step 28\)$/);
    const { report } = accepted(disk, 28);
    assert.deepEqual(report.lost, []);
    assert.match(
      report.repairs.join('\n'),
      /11\S* cannot be read on from.*set aside.*nothing is lost/,
    );
    for (const bytes of damaged) assert.ok(quarantined(disk).some(kept => kept.equals(bytes)));
  });

  it('costs the steps since, where a newest file is damaged too', () => {
    const disk = killed();
    for (const path of segmentsOf(disk, 11)) flip(disk, path, middle);
    flip(disk, 'purse_state.json', middle);
    assert.match(refusalOf(disk).remedy, /--accept-loss \(it goes on from step \d+/);
    const store = openOn(disksOf(disk), { acceptLoss: true });
    assert.ok(store.report.lost.length > 0);
  });
});

describe('a spare that the journal no longer leads on from', () => {
  it('is told of before it is needed, and by name when it is', () => {
    const disk = killed();
    for (const path of segmentsOf(disk, 11)) disk.lose(path);
    const seen = verifyDirectory(disksOf(disk), COMPONENTS);
    assert.equal(seen.damaged, false);
    const gone = /from the generation of step 10: the journal's steps 11 to 20 are gone/;
    assert.match(seen.findings.map(({ text }) => text).join('\n'), gone);
    flip(disk, 'purse_state.json', middle);
    assert.match(
      refusalOf(disk).message,
      /previous\/10\/purse_state.json is there, and the journal's steps 11 to 20.* are gone/,
    );
  });
});

describe('a copy that ends early', () => {
  /** Both copies of one segment, and where its lines end. */
  const long = new SimulatedDisk();
  const store = openOn(disksOf(long));
  runSteps(store, 6000);
  const { seq } = store;
  const [path = ''] = segmentsOf(long, 1);
  const bytes = Buffer.from(long.read(path) ?? []);
  const batch = 2 * JOURNAL_GATHER_BYTES_MAX;
  assert.ok(bytes.length > batch + 10_000, `${bytes.length} bytes are more than a batch`);

  for (const [what, missing, told] of [
    ['by what a crash may leave is completed without a word', batch - 10_000, 0],
    ['by more than that is told of', batch + 10_000, 1],
  ] as const)
    it(what, () => {
      const disk = long.kill();
      disk.remove(path);
      const file = disk.create(path);
      file.write(bytes.subarray(0, bytes.lastIndexOf('\n', bytes.length - missing) + 1));
      file.sync();
      const seen = verifyDirectory(disksOf(disk), COMPONENTS);
      assert.equal(seen.damaged, told === 1);
      assert.match(seen.findings.map(({ text }) => text).join(), /ends \d+ bytes early/);
      const { report, seq: reached } = openOn(disksOf(disk));
      assert.equal(reached, seq);
      assert.equal(report.repairs.filter(line => /ends \d+ bytes early/.test(line)).length, told);
    });
});
